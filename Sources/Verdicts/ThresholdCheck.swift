package import LoadMetrics
package import ScenarioModel

/// Judges thresholds: a pure function of the run's figures.
package enum ThresholdCheck {
    /// A threshold on something that never got a sample fails: a typing error must not pass.
    package static func check(_ threshold: Threshold, in result: RunResult) -> Check {
        let tags = threshold.tags.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }.joined(separator: ",")
        let name = threshold.metric.rawValue + (tags.isEmpty ? "" : "{\(tags)}")
        guard let actual = value(of: threshold, in: result) else {
            // An interrupted run did not get to everything: that blames nobody, and such a run never passes anyway.
            let interrupted = result.run.interrupted
            return Check(
                id: "threshold.\(name).\(threshold.expression)", kind: .threshold, name: name,
                verdict: interrupted ? .skipped : .fail, expected: threshold.expression, actual: "no sample",
                reason: interrupted
                    ? "the run was interrupted before \(name) got a sample"
                    : "\(name) never got a sample in this run; a threshold without one fails")
        }
        let holds = threshold.comparison.holds(actual, threshold.limit)
        let figure = text(actual, isTime: threshold.metric.isTime)
        return Check(
            id: "threshold.\(name).\(threshold.expression)", kind: .threshold, name: name,
            verdict: holds ? .pass : .fail,
            expected: threshold.expression, actual: figure,
            reason: "\(name) is \(figure), which is \(holds ? "within" : "outside") \(threshold.expression)")
    }

    /// Times in milliseconds, from a second on in seconds; shares and counts as they are.
    static func text(_ value: Double, isTime: Bool) -> String {
        if isTime {
            return value >= 1000
                ? "\(ObservationChecks.number(value / 1000)) s" : "\(ObservationChecks.number(value)) ms"
        }
        // Small shares need more than two decimals: a rate of 0.001 is not 0.
        let rounded = (value * 1e6).rounded() / 1e6
        return rounded == rounded.rounded() ? ObservationChecks.number(rounded) : "\(rounded)"
    }

    static func value(of threshold: Threshold, in result: RunResult) -> Double? {
        let summary: RequestSummary?
        if let name = threshold.tags["name"] {
            summary = result.requests.first { $0.name == name }
        } else {
            summary = result.total
        }
        switch threshold.metric {
        case .httpReqDuration: return summary.flatMap { trend($0.serviceTime, threshold.aggregation) }
        case .httpReqResponseTime: return summary.flatMap { trend($0.responseTime, threshold.aggregation) }
        case .scheduleLag: return trend(result.generator.scheduleLag, threshold.aggregation)
        case .streamLag: return result.stream.flatMap { trend($0.lag, threshold.aggregation) }
        case .httpReqFailed:
            return summary.flatMap { $0.count == 0 ? nil : Double($0.errors) / Double($0.count) }
        case .httpReqs:
            guard let summary, summary.count > 0 else { return nil }
            guard threshold.aggregation == .rate else { return Double(summary.count) }
            return result.timeline.isEmpty ? nil : Double(summary.count) / Double(result.timeline.count)
        case .iterations:
            guard result.generator.iterations > 0 else { return nil }
            return counter(result.generator.iterations, threshold.aggregation, result)
        case .droppedIterations:
            guard result.generator.iterations > 0 || result.generator.dropped > 0 else { return nil }
            return counter(result.generator.dropped, threshold.aggregation, result)
        case .cacheHitRatio:
            guard let hits = summary?.cacheHits, let misses = summary?.cacheMisses, hits + misses > 0 else {
                return nil
            }
            return Double(hits) / Double(hits + misses)
        case .cacheStaleness: return result.cache?.staleness.map { $0.maxSeconds * 1000 }
        case .cacheTTL: return result.cache?.ttlSeconds.map { $0.estimate * 1000 }
        case .cacheCrossKeyBleed: return result.cache.flatMap { $0.crossKeyReads > 0 ? Double($0.crossKeyBleed) : nil }
        case .streamLost: return result.stream.flatMap { $0.written > 0 ? Double($0.lost) : nil }
        case .streamDuplicated: return result.stream.flatMap { $0.written > 0 ? Double($0.duplicated) : nil }
        case .streamOutOfOrder: return result.stream.flatMap { $0.written > 0 ? Double($0.outOfOrder) : nil }
        }
    }

    private static func counter(_ value: UInt64, _ aggregation: Threshold.Aggregation, _ result: RunResult) -> Double? {
        guard aggregation == .rate else { return Double(value) }
        return result.timeline.isEmpty ? nil : Double(value) / Double(result.timeline.count)
    }

    private static func trend(_ summary: LatencySummary, _ aggregation: Threshold.Aggregation) -> Double? {
        guard summary.count > 0 else { return nil }
        switch aggregation {
        case .min: return summary.min
        case .max: return summary.max
        case .average: return summary.mean
        case .median: return summary.p50
        case .count: return Double(summary.count)
        case .rate, .value: return nil
        case .percentile(let percentile):
            switch percentile {
            case 50: return summary.p50
            case 90: return summary.p90
            case 95: return summary.p95
            case 99: return summary.p99
            case 99.9: return summary.p999
            // The spectrum holds the percentiles that thresholds name; between two points the later one is the safe side.
            default:
                return summary.spectrum.first { $0.percentile >= percentile - 1e-9 }?.milliseconds ?? summary.max
            }
        }
    }
}
