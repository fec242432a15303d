import Testing

@testable import LoadMetrics

@Suite("LatencyHistogram")
struct LatencyHistogramTests {
    /// The oracle: nearest rank in a sorted array.
    private func exact(_ sorted: [UInt64], _ percentile: Double) -> UInt64 {
        sorted[max(0, min(sorted.count, Int((percentile / 100 * Double(sorted.count)).rounded(.up))) - 1)]
    }

    private func sample(seed: UInt64, count: Int) -> [UInt64] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Spread over seven orders of magnitude, as latencies are.
            return (state >> 40) << (state >> 61 &* 2)
        }
    }

    @Test("percentiles agree with a sorted array within three digits", arguments: [1, 2, 10, 1000, 50_000])
    func percentiles(count: Int) {
        let values = sample(seed: 7, count: count)
        var histogram = LatencyHistogram()
        for value in values { histogram.record(value) }
        let sorted = values.sorted()
        let asked = [0, 1, 25, 50, 90, 95, 99, 99.9, 100]
        for (percentile, value) in zip(asked, histogram.values(atPercentiles: asked)) {
            let right = Double(exact(sorted, percentile))
            #expect(abs(Double(value) - right) <= right * 0.001 + 1, "p\(percentile)")
            #expect(value <= sorted[count - 1] && value >= sorted[0])
        }
    }

    @Test("merging shards gives what one histogram would have given")
    func merging() {
        let values = sample(seed: 11, count: 3000)
        var whole = LatencyHistogram()
        var parts = [LatencyHistogram](repeating: LatencyHistogram(), count: 3)
        for (index, value) in values.enumerated() {
            whole.record(value)
            parts[index % 3].record(value)
        }
        var merged = LatencyHistogram()
        for part in parts { merged.add(part) }
        merged.add(LatencyHistogram())
        #expect(merged.summary(percentiles: [99.5]) == whole.summary(percentiles: [99.5]))
    }

    @Test("the summary's minimum, mean and maximum are exact, in milliseconds")
    func exactFigures() {
        var histogram = LatencyHistogram()
        for value in [1_000_001, 2_000_003, 9_999_999] as [UInt64] { histogram.record(value) }
        let summary = histogram.summary()
        #expect(summary.count == 3)
        #expect(summary.min == 1.000001)
        #expect(summary.max == 9.999999)
        #expect(abs(summary.mean - 13.000003 / 3) < 1e-9)
    }

    @Test("the spectrum rises, holds every point asked for and ends at the maximum")
    func spectrum() throws {
        var histogram = LatencyHistogram()
        for value in sample(seed: 3, count: 10_000) { histogram.record(value) }
        let summary = histogram.summary(percentiles: [97.3, 99.99])
        let points = summary.spectrum
        #expect(
            zip(points, points.dropFirst()).allSatisfy {
                $0.percentile < $1.percentile && $0.milliseconds <= $1.milliseconds
            })
        for percentile in [97.3, 99.99, 50, 95, 99.9] { #expect(points.contains { $0.percentile == percentile }) }
        #expect(points.first?.percentile == 0)
        #expect(points.last?.percentile == 100)
        #expect(points.last?.milliseconds == summary.max)
        #expect((40...80).contains(points.count))
    }

    @Test("boundaries: nothing, zero, and beyond the highest value")
    func boundaries() {
        var histogram = LatencyHistogram()
        #expect(histogram.summary() == LatencySummary())
        #expect(histogram.values(atPercentiles: [50]) == [0])
        histogram.record(0)
        #expect(histogram.values(atPercentiles: [0, 100]) == [0, 0])
        histogram.record(.max)
        #expect(histogram.count == 2)
        #expect(histogram.summary().max == Double(UInt64.max) / 1e6)
        histogram.reset()
        #expect(histogram.count == 0)
    }

    @Test("every outcome keeps its place and name")
    func outcomes() {
        for index in 0..<Outcome.count { #expect(Outcome(index: index).index == index) }
        var shard = RequestShard()
        shard.record(.status(200), isError: false, responseTime: 5, serviceTime: 3)
        shard.record(.status(204), isError: false, responseTime: 5, serviceTime: 3)
        shard.record(.status(404), isError: true, responseTime: 5, serviceTime: 3)
        shard.record(.connect, isError: true, responseTime: 5, serviceTime: nil)
        let summary = shard.summary(name: "read", method: "GET", showsCache: false)
        #expect(summary.outcomes == ["status_2xx": 2, "status_404": 1, "connect": 1])
        #expect(summary.count == 4)
        #expect(summary.errors == 2)
        #expect(summary.responseTime.count == 4)
        #expect(summary.serviceTime.count == 3)
        #expect(summary.cacheHits == nil)
    }
}
