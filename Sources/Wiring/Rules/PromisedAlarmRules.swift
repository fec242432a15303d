import AWSClients
import Wildcards

/// Do the alarms keep what the scenario promises of them?
enum PromisedAlarmRules {
    static let all = [missing, threshold, notMoved, late]

    static let missing = WiringRule(
        "alarm.missing", .error, "each alarm that the scenario names exists",
        because: "The scenario says that this alarm must ring; one that does not exist cannot."
    ) { subject, promises in
        promises.alarms.compactMap { promise in
            let pattern = WildcardPattern(promise.pattern)
            guard !subject.alarms.contains(where: { pattern.matches($0.name) }) else { return nil }
            let names = subject.alarms.map(\.name)
            return WiringRule.Sighting(
                WiringPlace("stack"),
                "no alarm of the stack is named \(promise.pattern); it has: \(names.joined(separator: ", "))",
                remedy: "create the alarm, or correct the pattern in the scenario's alarms")
        }
    }

    static let threshold = WiringRule(
        "alarm.threshold", .error, "an alarm rings at the number of failures that the scenario states",
        because: "The scenario says how many failing requests users may see before somebody is told."
    ) { subject, promises in
        subject.eachPlain { alarm, watched, metric, comparison, threshold in
            guard let allowed = promises.alarm(for: alarm)?.failures, metric.kind == .failureFlag,
                watched.statistic == "Sum", let needed = comparison.failuresNeeded(threshold), needed > Double(allowed)
            else { return [] }
            return [
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, "Threshold"),
                    "alarm \(alarm.name) rings only at \(Words.number(needed)) failures in \(watched.periodSeconds ?? 60) s; "
                        + "the scenario wants it to ring at \(allowed)",
                    remedy:
                        "lower the alarm's threshold \(Words.number(threshold)), or raise the scenario's expect.failures"
                )
            ]
        }
    }

    static let notMoved = WiringRule(
        "alarm.notMoved", .error, "an alarm watches what its failure moves",
        because: "The failure that the scenario states for an alarm must show in the metric that it watches."
    ) { subject, promises in
        subject.eachPlain { alarm, watched, metric, _, _ in
            guard let promise = promises.alarm(for: alarm), metric.kind == .failureFlag,
                promise.fault != .any, !subject.moved(by: promise.fault).contains(where: { $0.moves(watched.identity) })
            else { return [] }
            return [
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, "MetricName"),
                    "alarm \(alarm.name) watches \(watched.identity), which the failure that the scenario states for it does not move",
                    remedy: "watch what the failure moves, or state the failure that this alarm is for")
            ]
        }
    }

    static let late = WiringRule(
        "alarm.late", .error, "an alarm rings and clears within the time that the scenario states",
        because:
            "M breaching periods must pass before an alarm of M out of N rings, and N - M + 1 good ones before it clears."
    ) { subject, promises in
        subject.alarms.flatMap { alarm -> [WiringRule.Sighting] in
            guard let promise = promises.alarm(for: alarm) else { return [] }
            func sighting(_ path: String, _ words: String, _ remedy: String) -> WiringRule.Sighting {
                WiringRule.Sighting(WiringPlace(alarm.logicalID, path), "alarm \(alarm.name) \(words)", remedy: remedy)
            }
            var sightings: [WiringRule.Sighting] = []
            let fires = alarm.firingSeconds.map(Double.init) ?? .infinity
            if fires > promise.withinSeconds {
                sightings.append(
                    sighting(
                        "Period",
                        "rings after \(Words.number(fires)) s of failing, the scenario wants it within "
                            + "\(Words.number(promise.withinSeconds)) s",
                        "shorten Period or DatapointsToAlarm"))
            }
            let clears = alarm.clearingSeconds.map(Double.init) ?? .infinity
            if let limit = promise.clearsSeconds, clears > limit {
                sightings.append(
                    sighting(
                        "EvaluationPeriods",
                        "clears after \(Words.number(clears)) good seconds, the scenario wants it "
                            + "within \(Words.number(limit)) s",
                        "shorten Period or EvaluationPeriods"))
            }
            return sightings
        }
    }
}

extension AlarmComparison {
    /// The smallest sum that breaches; nil where no number of failures is what does it.
    func failuresNeeded(_ threshold: Double) -> Double? {
        switch self {
        case .greaterOrEqual: max(0, threshold.rounded(.up))
        case .greater: max(0, threshold.rounded(.down) + 1)
        case .less, .lessOrEqual: nil
        }
    }
}

/// A metric of an API or a function that a failure moves, under all its sets of dimensions.
private struct MovedMetric {
    var namespace: String
    var name: String
    var dimension: String
    var value: String

    func moves(_ identity: MetricIdentity) -> Bool {
        identity.namespace == namespace && identity.name == name
            && (identity.dimensions[dimension] == value || identity.dimensions.isEmpty)
    }
}

extension WiringSubject {
    fileprivate func moved(by fault: WiringPromises.Fault) -> [MovedMetric] {
        func gateway(_ name: String) -> [MovedMetric] {
            apis.map { MovedMetric(namespace: "AWS/ApiGateway", name: name, dimension: "ApiName", value: $0.name) }
        }
        func errors(_ functions: [FunctionDefinition]) -> [MovedMetric] {
            functions.map {
                MovedMetric(namespace: "AWS/Lambda", name: "Errors", dimension: "FunctionName", value: $0.name)
            }
        }
        switch fault {
        case .clientError: return gateway("4XXError")
        case .serverError: return gateway("5XXError")
        case .functionError: return gateway("5XXError") + errors(methods.compactMap(function(behind:)))
        case .any: return []
        case .invocationError(let name): return errors(function(named: name).map { [$0] } ?? [])
        case .streamError: return errors(streamMappings.compactMap { function(named: $0.function) })
        }
    }
}
