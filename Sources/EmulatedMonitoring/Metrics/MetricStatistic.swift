/// A statistic that CloudWatch computes of a period's samples.
///
/// Names: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
package enum MetricStatistic: Sendable, Hashable {
    case sampleCount, sum, average, minimum, maximum
    /// The value that this share of samples (0...100) does not exceed, by the nearest rank.
    case percentile(Double)
    /// Over the samples between two bounds: their mean, sum, number, or share of all in percent.
    case trimmed(TrimmedKind, low: TrimBound, high: TrimBound)

    /// What is made of the samples between two bounds.
    package enum TrimmedKind: String, Sendable, Hashable {
        case mean = "TM"
        case winsorizedMean = "WM"
        case sum = "TS"
        case count = "TC"
        case percentileRank = "PR"
    }

    /// Where a trimmed statistic starts or stops looking.
    package enum TrimBound: Sendable, Hashable {
        case open
        case percent(Double)
        case value(Double)
    }

    /// Reads `Average`, `p99.9`, `tm90`, `TM(10%:90%)`, `PR(:300)`, `IQM`.
    package init?(_ text: String) {
        switch text {
        case "SampleCount": self = .sampleCount
        case "Sum": self = .sum
        case "Average": self = .average
        case "Minimum": self = .minimum
        case "Maximum": self = .maximum
        case "IQM": self = .trimmed(.mean, low: .percent(25), high: .percent(75))
        default:
            guard let extended = Self.shortForm(text) ?? Self.longForm(text) else { return nil }
            self = extended
        }
    }

    /// `p99`, `tm90`, `wm98`, `tc95`, `ts50`.
    private static func shortForm(_ text: String) -> MetricStatistic? {
        let digits = text.drop { $0.isASCII && $0.isLetter }
        guard let number = number(digits), (0...100).contains(number) else { return nil }
        switch text.prefix(text.count - digits.count) {
        case "p": return .percentile(number)
        case "tm": return .trimmed(.mean, low: .open, high: .percent(number))
        case "wm": return .trimmed(.winsorizedMean, low: .open, high: .percent(number))
        case "ts": return .trimmed(.sum, low: .open, high: .percent(number))
        case "tc": return .trimmed(.count, low: .open, high: .percent(number))
        default: return nil
        }
    }

    /// `TM(low:high)` and its kin, bounds in values or with a percent sign.
    private static func longForm(_ text: String) -> MetricStatistic? {
        guard let kind = TrimmedKind(rawValue: String(text.prefix(2))), text.hasSuffix(")"),
            text.dropFirst(2).first == "("
        else { return nil }
        let bounds = text.dropFirst(3).dropLast().split(separator: ":", omittingEmptySubsequences: false)
        guard bounds.count == 2, let low = bound(bounds[0]), let high = bound(bounds[1]),
            low != .open || high != .open
        else { return nil }
        return .trimmed(kind, low: low, high: high)
    }

    private static func bound(_ text: Substring) -> TrimBound? {
        if text.isEmpty { return .open }
        if text.hasSuffix("%") {
            guard let percent = number(text.dropLast()), (0...100).contains(percent) else { return nil }
            return .percent(percent)
        }
        return number(text).map(TrimBound.value)
    }

    private static func number(_ text: Substring) -> Double? {
        guard !text.isEmpty, text.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E }) else { return nil }
        return Double(text)
    }

    /// Whether single values are needed, not just their sum, number and bounds.
    var needsDistribution: Bool {
        switch self {
        case .sampleCount, .sum, .average, .minimum, .maximum: false
        case .percentile, .trimmed: true
        }
    }

    /// The statistic of a window; nil when it has no sample, or single values were never told.
    func value(of window: StatisticWindow) -> Double? {
        guard window.sampleCount > 0 else { return nil }
        switch self {
        case .sampleCount: return window.sampleCount
        case .sum: return window.sum
        case .average: return window.sum / window.sampleCount
        case .minimum: return window.minimum
        case .maximum: return window.maximum
        case .percentile(let percent):
            // Negative values have no percentiles (cloudwatch_concepts.html#Percentiles).
            guard window.minimum >= 0, window.values.isComplete else { return nil }
            return window.values.percentile(percent, total: window.sampleCount)
        case .trimmed(let kind, let low, let high):
            guard window.values.isComplete else { return nil }
            return Self.trimmed(kind, low: low, high: high, of: window.values.entries)
        }
    }

    private static func percentile(_ percent: Double, of values: [ValueDistribution.Entry]) -> Double? {
        var selection = ValueSelection()
        selection.add(values)
        return selection.percentile(percent, total: values.reduce(0) { $0 + $1.count })
    }

    private static func trimmed(
        _ kind: TrimmedKind, low: TrimBound, high: TrimBound, of values: [ValueDistribution.Entry]
    ) -> Double? {
        let total = values.reduce(0) { $0 + $1.count }
        func limit(_ bound: TrimBound, open: Double) -> Double {
            switch bound {
            case .open: open
            case .value(let value): value
            case .percent(let percent): percentile(percent, of: values) ?? open
            }
        }
        // A percentage cuts counts, so that of equal values a part may be inside; a value cuts at that value, the lower
        // bound exclusive and the upper inclusive.
        var inside: [ValueDistribution.Entry] = []
        var seen = 0.0
        for entry in values {
            let value = entry.value
            var from = seen
            var to = seen + entry.count
            seen = to
            if case .percent(let percent) = low { from = max(from, percent / 100 * total) }
            if case .percent(let percent) = high { to = min(to, percent / 100 * total) }
            if case .value(let bound) = low, value <= bound { continue }
            if case .value(let bound) = high, value > bound { continue }
            if to > from { inside.append(.init(value: value, count: to - from)) }
        }
        let count = inside.reduce(0) { $0 + $1.count }
        let sum = inside.reduce(0) { $0 + $1.value * $1.count }
        switch kind {
        case .count: return count
        case .sum: return sum
        case .percentileRank: return total > 0 ? count / total * 100 : nil
        case .mean: return count > 0 ? sum / count : nil
        case .winsorizedMean:
            let floor = limit(low, open: -.infinity)
            let ceiling = limit(high, open: .infinity)
            guard total > 0 else { return nil }
            return values.reduce(0) { $0 + min(max($1.value, floor), ceiling) * $1.count } / total
        }
    }
}
