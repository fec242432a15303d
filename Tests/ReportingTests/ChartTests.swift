import LoadMetrics
import Testing

@testable import Reporting

@Suite("Charts") struct ChartTests {
    @Test(
        "ticks are round and within the axis",
        arguments: [
            (0, 10, 5, [0, 2, 4, 6, 8, 10]), (0, 1, 4, [0, 0.5, 1]), (3, 97, 4, [50]),
            (0, 0.003, 3, [0, 0.001, 0.002, 0.003]),
            (-5, 5, 2, [-5, 0, 5]),
        ] as [(Double, Double, Int, [Double])])
    func linear(lower: Double, upper: Double, count: Int, ticks: [Double]) {
        let made = AxisTicks.linear(from: lower, to: upper, count: count)
        #expect(made.count == ticks.count)
        for (one, other) in zip(made, ticks) { #expect((one - other).magnitude < 1e-9) }
    }

    @Test("a time axis is labelled in steps of a clock")
    func time() {
        #expect(AxisTicks.seconds(from: 0, to: 10, count: 6) == [0, 2, 4, 6, 8, 10])
        #expect(AxisTicks.seconds(from: 0, to: 1320, count: 5) == [0, 300, 600, 900, 1200])
        #expect(AxisTicks.timeLabel(600, upTo: 1320) == "10 min")
        #expect(AxisTicks.timeLabel(10, upTo: 30) == "10 s")
    }

    @Test("a logarithmic axis has 1, 2 and 5 of each decade, over many decades only the powers")
    func logarithmic() {
        let few = AxisTicks.logarithmic(from: 2, to: 60)
        #expect(few.map { $0.rounded() } == [2, 5, 10, 20, 50])
        #expect(AxisTicks.logarithmic(from: 1, to: 100_000).count == 6)
        #expect(AxisTicks.logarithmic(from: 0, to: 10).isEmpty)
    }

    @Test("a scale maps its ends onto the drawing and holds what lies outside")
    func scale() {
        let linear = PlotScale(from: 0, to: 10, onto: 100, 200)
        #expect([0, 5, 10, -3, 99].map { linear($0) } == [100, 150, 200, 100, 200])
        let decades = PlotScale(.logarithmic, from: 1, to: 100, onto: 0, 50)
        #expect((decades(10) - 25).magnitude < 1e-9)
        for odd in [PlotScale(from: 3, to: 3, onto: 0, 1), PlotScale(from: .nan, to: .infinity, onto: 0, 1)] {
            #expect((0...1).contains(odd(3)))
            #expect(odd(.nan) == 0)
        }
    }

    @Test("joined seconds add counts up and keep the worst percentile")
    func buckets() throws {
        let points = (0..<601).map {
            TimelinePoint(second: $0, offered: 10, started: 9, dropped: 1, p99: $0 == 301 ? 80 : 5)
        }
        let joined = TimelineBuckets(points)
        #expect(joined.width == 3)
        #expect(joined.buckets.count == 201)
        #expect(joined.buckets.reduce(0) { $0 + $1.dropped } == 601)
        #expect(joined.rates(\.offered)[0] == 10)
        #expect(joined.buckets[100].p99 == 80)
        #expect(joined.buckets[100].second == 300)
        #expect(TimelineBuckets(Array(points.prefix(10))).width == 1)
        #expect(TimelineBuckets([]).buckets.isEmpty)
    }

    @Test("the spectrum gives each further nine the same room")
    func spectrum() {
        let chart = PercentileSpectrumChart(
            label: "latency", series: [.init(name: "all", style: "s1", latency: ExampleReport.latency(5000, median: 5))]
        )
        let drawing = chart.markup()
        // 5,000 samples reach 99.99%: four decades between 50 and 468, so 0, 90, 99 and 99.9 lie 104.5 apart.
        for place in ["x=\"50\"", "x=\"154.5\"", "x=\"259\"", "x=\"363.5\""] {
            #expect(drawing.contains(place), "\(place)")
        }
        #expect(drawing.contains(">99.9%<"))
        #expect(drawing.contains("max"))
    }

    @Test(
        "an alarm's lane shows every state, also the one before the first change",
        arguments: [
            (["OK -> ALARM", "ALARM -> OK"], ["state ok", "state alarm", "state ok"]), (["ALARM"], ["state alarm"]),
            (["Alarm updated from INSUFFICIENT_DATA to OK"], ["state nodata", "state ok"]), (["nonsense"], []),
        ] as [([String], [String])])
    func states(texts: [String], styles: [String]) {
        var alarm = ExampleReport.alarm("a", metric: "m", threshold: 10, fault: "f", start: 0)
        alarm.timeline = [.init(second: 0, kind: "datapoint", value: 1, text: "")]
        for (index, text) in texts.enumerated() {
            alarm.timeline.append(.init(second: Double(index + 1) * 60, kind: "state", text: text))
        }
        let drawing = AlarmTimelineChart(alarm: alarm).markup()
        let seen = drawing.matches(of: /<rect class="(state [a-z]+)"/).map { String($0.output.1) }
        #expect(seen == styles)
    }

    @Test(
        "a datapoint is marked as breaching by the alarm's own comparison",
        arguments: [(">= 10 in 1 of 2", 2), ("> 10 in 1 of 2", 1), ("<= 10 in 1 of 1", 2), ("< 10 in 1 of 1", 1)])
    func breaching(condition: String, count: Int) {
        var alarm = ExampleReport.alarm("a", metric: "m", threshold: 10, fault: "f", start: 0)
        alarm.condition = condition
        alarm.timeline = [9, 10, 11].map { .init(second: $0 * 60, kind: "datapoint", value: $0, text: "") }
        let drawing = AlarmTimelineChart(alarm: alarm).markup()
        #expect(drawing.matches(of: /<circle class="mark bad"/).count == count)
    }

    @Test("the cache's reads are circles where served and crosses where refetched")
    func cacheAges() {
        let drawing = CacheAgeChart(cache: ExampleReport.cache()).markup()
        #expect(drawing.matches(of: /<circle class="mark good"/).count == 61)
        #expect(drawing.matches(of: /<path class="mark stroke bad"/).count == 10)
        #expect(drawing.contains("promised 30 s"))
    }

    @Test("the histogram's classes hold every record once")
    func histogram() {
        let drawing = LagHistogramChart([5, 15, 15, 25, 95, 100, -1, .nan]).markup()
        let counts = drawing.matches(of: /&quot;([0-9]+) records?&quot;/).compactMap { Int($0.output.1) }
        #expect(counts.reduce(0, +) == 7)
    }
}
