/// The samples of one period of a query: several minutes put together.
struct StatisticWindow: Sendable {
    /// Seconds since 1970.
    var start: Int64
    private(set) var sampleCount = 0.0
    private(set) var sum = 0.0
    private(set) var minimum = Double.infinity
    private(set) var maximum = -Double.infinity
    /// The minutes' values, left apart: most percentiles are found without putting them together.
    private(set) var values = ValueSelection()

    init(start: Int64) { self.start = start }

    /// - Parameter withDistribution: false leaves out what only percentiles need.
    mutating func add(_ bucket: StatisticBucket, withDistribution: Bool) {
        sampleCount += bucket.sampleCount
        sum += bucket.sum
        minimum = min(minimum, bucket.minimum)
        maximum = max(maximum, bucket.maximum)
        if withDistribution { values.add(bucket.distribution) }
    }
}

/// The values of several distributions as one ordered sequence.
struct ValueSelection: Sendable {
    /// With more parts than this, putting them together first is faster.
    private static let mostParts = 16

    private var parts: [[ValueDistribution.Entry]] = []
    /// False when a part does not know its single values.
    private(set) var isComplete = true

    mutating func add(_ distribution: ValueDistribution) {
        isComplete = isComplete && distribution.isComplete
        if !distribution.entries.isEmpty { parts.append(distribution.entries) }
    }

    mutating func add(_ entries: [ValueDistribution.Entry]) { parts.append(entries) }

    /// All values in ascending order.
    var entries: [ValueDistribution.Entry] {
        guard parts.count > 1 else { return parts.first ?? [] }
        var all = parts.flatMap(\.self)
        all.sort { $0.value < $1.value }
        return all
    }

    /// The lowest value that at least this percentage of all samples does not exceed.
    ///
    /// - Parameter total: the number of samples.
    func percentile(_ percent: Double, total: Double) -> Double? {
        let rank = max(percent / 100 * total, 0)
        guard parts.count <= Self.mostParts else { return Self.value(at: rank, of: entries) }
        return percent < 50 ? ascending(to: rank) : descending(from: total, to: rank)
    }

    private static func value(at rank: Double, of entries: [ValueDistribution.Entry]) -> Double? {
        var seen = 0.0
        for entry in entries {
            seen += entry.count
            if seen >= rank { return entry.value }
        }
        return entries.last?.value
    }

    private func ascending(to rank: Double) -> Double? {
        var heads = Array(repeating: 0, count: parts.count)
        var seen = 0.0
        var latest: Double?
        while true {
            var next = -1
            for part in parts.indices where heads[part] < parts[part].count {
                if next < 0 || parts[part][heads[part]].value < parts[next][heads[next]].value { next = part }
            }
            guard next >= 0 else { return latest }
            latest = parts[next][heads[next]].value
            seen += parts[next][heads[next]].count
            heads[next] += 1
            if seen >= rank { return latest }
        }
    }

    /// The same from the top, where the usual percentiles are: once fewer samples than the rank are left below a value, it
    /// is the one.
    private func descending(from total: Double, to rank: Double) -> Double? {
        var tails = parts.map(\.count)
        var below = total
        var latest: Double?
        while true {
            var next = -1
            for part in parts.indices where tails[part] > 0 {
                if next < 0 || parts[part][tails[part] - 1].value > parts[next][tails[next] - 1].value { next = part }
            }
            guard next >= 0 else { return latest }
            let entry = parts[next][tails[next] - 1]
            if let latest, entry.value < latest, below < rank { return latest }
            latest = entry.value
            below -= entry.count
            tails[next] -= 1
        }
    }
}
