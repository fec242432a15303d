/// How often each value occurred, for percentiles, in bounded memory.
///
/// Values are kept exactly while there are at most `limit` different ones. After that they are rounded to fewer and fewer
/// bits of their significand: with 8 bits the relative error is at most 0.2 %, with 6 bits, which hold for seven powers of
/// two, 0.8 %.
struct ValueDistribution: Sendable, Equatable {
    private static let limit = 512

    private(set) var counts: [Double: Double] = [:]
    /// False once a statistic set came in that says nothing about single values.
    private(set) var isComplete = true
    private var significandBits = 52

    mutating func add(_ value: Double, count: Double) {
        counts[rounded(value), default: 0] += count
        if counts.count > Self.limit, significandBits > 2 { coarsen() }
    }

    mutating func add(_ other: ValueDistribution) {
        isComplete = isComplete && other.isComplete
        while significandBits > other.significandBits { coarsen() }
        for (value, count) in other.counts { add(value, count: count) }
    }

    mutating func addUnknown() { isComplete = false }

    /// Values with their counts in ascending order.
    var sorted: [(value: Double, count: Double)] {
        counts.map { (value: $0.key, count: $0.value) }.sorted { $0.value < $1.value }
    }

    private mutating func coarsen() {
        significandBits = significandBits > 8 ? 8 : significandBits - 2
        var coarse: [Double: Double] = [:]
        for (value, count) in counts { coarse[rounded(value), default: 0] += count }
        counts = coarse
    }

    private func rounded(_ value: Double) -> Double {
        guard significandBits < 52, value != 0 else { return value }
        let dropped = UInt64(52 - significandBits)
        let half = UInt64(1) << (dropped - 1)
        // Adding to the bit pattern carries into the exponent as it should.
        return Double(bitPattern: ((value.bitPattern &+ half) >> dropped) << dropped)
    }
}
