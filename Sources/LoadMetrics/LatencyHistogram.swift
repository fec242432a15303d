import Histogram

/// Latencies in an HDR histogram: constant memory, three significant digits, from 1 ns to 1 h.
///
/// Owned by one worker while the load runs; merged afterwards, which loses nothing.
package struct LatencyHistogram: Sendable {
    /// Longer latencies count as this; their exact value still shows in `maximum`.
    package static let highestNanoseconds: UInt64 = 3_600_000_000_000

    private static let empty = Histogram<UInt64>(
        highestTrackableValue: highestNanoseconds, numberOfSignificantValueDigits: .three)

    // A copy of the empty one until the first record: resetting through the library costs a call for each bucket.
    private var histogram = Self.empty
    private var sum: UInt64 = 0
    private var minimum: UInt64 = .max
    private var maximum: UInt64 = 0

    package init() {}

    package var count: UInt64 { histogram.totalCount }

    /// Records one latency in nanoseconds.
    package mutating func record(_ nanoseconds: UInt64) {
        histogram.record(nanoseconds < Self.highestNanoseconds ? nanoseconds : Self.highestNanoseconds)
        sum &+= nanoseconds
        if nanoseconds < minimum { minimum = nanoseconds }
        if nanoseconds > maximum { maximum = nanoseconds }
    }

    package mutating func add(_ other: LatencyHistogram) {
        guard other.count > 0 else { return }
        histogram.add(other.histogram)
        sum &+= other.sum
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
    }

    package mutating func reset() { self = LatencyHistogram() }

    /// The value, in nanoseconds, below or at which each percentile's share of the latencies lies; 0 where there is none.
    ///
    /// HdrHistogram's definition: the smallest bucket with at least that share, its highest equivalent value, never
    /// above the largest value recorded.
    ///
    /// - Parameter percentiles: 0...100, ascending.
    package func values(atPercentiles percentiles: [Double]) -> [UInt64] {
        var values: [UInt64] = []
        values.reserveCapacity(percentiles.count)
        let total = Double(count)
        func wanted(_ percentile: Double) -> UInt64 {
            let share = Swift.min(Swift.max(percentile, 0), 100).nextDown
            return Swift.max(1, UInt64(Swift.max(0, share * total / 100).rounded(.up)))
        }
        for step in histogram.recordedValues() {
            while values.count < percentiles.count, wanted(percentiles[values.count]) <= step.totalCountToThisValue {
                values.append(Swift.max(Swift.min(step.value, maximum), minimum))
            }
            if values.count == percentiles.count { break }
        }
        while values.count < percentiles.count { values.append(count > 0 ? maximum : 0) }
        return values
    }

    /// The distribution in milliseconds.
    ///
    /// - Parameter percentiles: points that the spectrum must hold besides those it is drawn with.
    package func summary(percentiles: [Double] = []) -> LatencySummary {
        guard count > 0 else { return LatencySummary() }
        let named = [50, 90, 95, 99, 99.9]
        let points = Set(Self.spectrum(count: count) + named + percentiles).sorted()
        let values = self.values(atPercentiles: points)
        func milliseconds(_ nanoseconds: UInt64) -> Double { Double(nanoseconds) / 1e6 }
        func value(_ percentile: Double) -> Double {
            points.firstIndex(of: percentile).map { milliseconds(values[$0]) } ?? 0
        }
        return LatencySummary(
            count: count, min: milliseconds(minimum), mean: Double(sum) / Double(count) / 1e6,
            max: milliseconds(maximum), p50: value(50), p90: value(90), p95: value(95), p99: value(99),
            p999: value(99.9),
            spectrum: zip(points, values).map { .init(percentile: $0, milliseconds: milliseconds($1)) })
    }

    /// Percentiles to draw: five a half distance to 100 %, as far as so many samples can tell them apart.
    private static func spectrum(count: UInt64) -> [Double] {
        var points: [Double] = [0]
        var start = 0.0
        var distance = 100.0
        while distance / 100 * Double(count) >= 1, points.count < 60 {
            for tick in 1...5 { points.append(start + distance / 2 * Double(tick) / 5) }
            start += distance / 2
            distance /= 2
        }
        return points + [100]
    }
}
