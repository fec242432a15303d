/// The samples of one metric in one period: how often each value occurred.
struct PeriodSamples: Sendable, Equatable {
    private(set) var counts: [Double: Int] = [:]

    init() {}

    init(_ value: Double, count: Int) { add(value, count: count) }

    /// Samples as a statistic set tells of them.
    ///
    /// Error metrics are 0 or 1, so that sum and number say everything. Of other values the ones between the bounds stand at
    /// their mean: all statistics but percentiles are right.
    init(sum: Double, count: Double, minimum: Double, maximum: Double) {
        guard count.isFinite, count >= 1, let samples = Int(exactly: count.rounded()) else { return }
        if minimum == maximum || samples == 1 {
            add(maximum, count: samples)
        } else if minimum == 0, maximum == 1, let ones = Int(exactly: sum), ones <= samples {
            add(1, count: ones)
            add(0, count: samples - ones)
        } else {
            add(minimum, count: 1)
            add(maximum, count: 1)
            if samples > 2 { add((sum - minimum - maximum) / Double(samples - 2), count: samples - 2) }
        }
    }

    mutating func add(_ other: PeriodSamples) {
        for (value, count) in other.counts { add(value, count: count) }
    }

    mutating func add(_ value: Double, count: Int) {
        if count > 0 { counts[value, default: 0] += count }
    }

    var sampleCount: Int { counts.values.reduce(0, +) }
    var sum: Double { counts.reduce(0) { $0 + $1.key * Double($1.value) } }

    /// The lowest value that at least this percentage of all samples does not exceed: the nearest rank.
    func percentile(_ percent: Double) -> Double? {
        let rank = percent / 100 * Double(sampleCount)
        var seen = 0
        for (value, count) in counts.sorted(by: { $0.key < $1.key }) {
            seen += count
            if Double(seen) >= rank { return value }
        }
        return nil
    }
}

/// A statistic that a prediction can be made for.
enum SampleStatistic: Sendable, Equatable {
    case sum, average, sampleCount, minimum, maximum
    /// 0...100.
    case percentile(Double)

    /// Nil for trimmed means and other statistics of single values.
    init?(_ text: String) {
        switch text {
        case "Sum": self = .sum
        case "Average": self = .average
        case "SampleCount": self = .sampleCount
        case "Minimum": self = .minimum
        case "Maximum": self = .maximum
        default:
            guard text.first == "p", let percent = Double(text.dropFirst()), (0...100).contains(percent) else {
                return nil
            }
            self = .percentile(percent)
        }
    }

    /// Nil for a period without samples.
    func value(of samples: PeriodSamples) -> Double? {
        let count = samples.sampleCount
        guard count > 0 else { return nil }
        switch self {
        case .sum: return samples.sum
        case .average: return samples.sum / Double(count)
        case .sampleCount: return Double(count)
        case .minimum: return samples.counts.keys.min()
        case .maximum: return samples.counts.keys.max()
        case .percentile(let percent): return samples.percentile(percent)
        }
    }
}
