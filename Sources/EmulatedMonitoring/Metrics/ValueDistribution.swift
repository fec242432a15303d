/// How often each value occurred, for percentiles, in bounded memory.
///
/// Values are kept exactly while there are at most `limit` different ones. After that they are rounded to fewer
/// and fewer bits of their significand: with 8 bits the relative error is at most 0.2 %, with 6 bits, which hold for seven
/// powers of two, 0.8 %.
struct ValueDistribution: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var value: Double
        var count: Double
    }

    private static let limit = 512

    /// In ascending order of value.
    private(set) var entries: [Entry] = []
    /// False once a statistic set came in that says nothing about single values.
    private(set) var isComplete = true
    private var significandBits = 52

    mutating func add(_ value: Double, count: Double) {
        let value = rounded(value)
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].value < value { low = middle + 1 } else { high = middle }
        }
        if low < entries.count, entries[low].value == value {
            entries[low].count += count
        } else {
            entries.insert(Entry(value: value, count: count), at: low)
            shrink()
        }
    }

    mutating func add(_ other: ValueDistribution) {
        isComplete = isComplete && other.isComplete
        while significandBits > other.significandBits { coarsen() }
        guard !other.entries.isEmpty else { return }
        // Rounding keeps the order, so both sides are sorted.
        let theirs =
            other.significandBits == significandBits
            ? other.entries
            : other.entries.map { Entry(value: rounded($0.value), count: $0.count) }
        if entries.isEmpty { entries = theirs } else { entries = Self.merged(entries, theirs) }
        shrink()
    }

    mutating func addUnknown() { isComplete = false }

    private static func merged(_ left: [Entry], _ right: [Entry]) -> [Entry] {
        var result: [Entry] = []
        result.reserveCapacity(left.count + right.count)
        var (first, second) = (0, 0)
        while first < left.count || second < right.count {
            let takesLeft = second == right.count || (first < left.count && left[first].value <= right[second].value)
            let entry = takesLeft ? left[first] : right[second]
            if takesLeft { first += 1 } else { second += 1 }
            if let last = result.indices.last, result[last].value == entry.value {
                result[last].count += entry.count
            } else {
                result.append(entry)
            }
        }
        return result
    }

    private mutating func shrink() {
        while entries.count > Self.limit, significandBits > 2 { coarsen() }
    }

    private mutating func coarsen() {
        significandBits = significandBits > 8 ? 8 : significandBits - 2
        var coarse: [Entry] = []
        for entry in entries {
            let value = rounded(entry.value)
            if let last = coarse.indices.last, coarse[last].value == value {
                coarse[last].count += entry.count
            } else {
                coarse.append(Entry(value: value, count: entry.count))
            }
        }
        entries = coarse
    }

    private func rounded(_ value: Double) -> Double {
        guard significandBits < 52, value != 0 else { return value }
        let dropped = UInt64(52 - significandBits)
        let half = UInt64(1) << (dropped - 1)
        // Adding to the bit pattern carries into the exponent as it should.
        return Double(bitPattern: ((value.bitPattern &+ half) >> dropped) << dropped)
    }
}
