import LoadMetrics

/// The charts of the load phase over time.
struct TimelineFigures {
    private var timeline: TimelineBuckets

    init(_ points: [TimelinePoint]) { timeline = TimelineBuckets(points) }

    var all: [FigurePart] {
        let failed = timeline.buckets.reduce(0) { $0 &+ $1.errors }
        return [iterations, percentiles, requests] + (failed > 0 ? [errors(failed)] : [])
    }

    private func drawing(_ label: String, _ quantity: LineChart.Quantity, _ series: [LineChart.Series]) -> String {
        LineChart(
            label: label, starts: timeline.buckets.map { Double($0.second) }, width: Double(timeline.width),
            series: series, quantity: quantity
        ).markup()
    }

    private var iterations: FigurePart {
        let dropped = timeline.buckets.reduce(0) { $0 &+ $1.dropped }
        let offered = Figure.count(timeline.buckets.reduce(0) { $0 &+ $1.offered })
        return FigurePart(
            figureTitle: "Offered and achieved rate, iterations a second",
            figureNote: dropped == 0
                ? "All \(offered) arrivals that were due were started."
                : "\(Figure.count(dropped)) of \(offered) arrivals that were due were dropped.",
            legend: [
                .init(name: "offered", style: "s4 dashed"), .init(name: "achieved", style: "s1"),
                .init(name: "dropped", style: "bad block"),
            ],
            drawing: drawing(
                "Offered and achieved iterations a second over the load phase.", .rate,
                [
                    .init(name: "dropped", style: "bad", values: timeline.rates(\.dropped), bars: true),
                    .init(name: "achieved", style: "s1", values: timeline.rates(\.started)),
                    .init(name: "offered", style: "s4 dashed", values: timeline.rates(\.offered)),
                ]))
    }

    private var percentiles: FigurePart {
        let lines: [(name: String, style: String, path: KeyPath<TimelinePoint, Double>)] = [
            ("p50", "s1", \.p50), ("p95", "s2 dashed", \.p95), ("p99", "s3", \.p99), ("max", "s4 dotted", \.max),
        ]
        let unit = LatencyUnit(upTo: timeline.buckets.map(\.max).max() ?? 0).name
        let joined = timeline.width > 1 ? " Each place is the worst of \(timeline.width) seconds." : ""
        return FigurePart(
            figureTitle: "Response time percentiles, \(unit)", figureNote: "All requests together.\(joined)",
            legend: lines.map { .init(name: $0.name, style: $0.style) },
            drawing: drawing(
                "Response time percentiles over the load phase.", .latency,
                lines.map { line in
                    .init(name: line.name, style: line.style, values: timeline.buckets.map { $0[keyPath: line.path] })
                }))
    }

    private var requests: FigurePart {
        FigurePart(
            figureTitle: "Requests a second", figureNote: "An iteration is a journey of one or more requests.",
            drawing: drawing(
                "Requests a second over the load phase.", .rate,
                [.init(name: "requests", style: "s1", values: timeline.rates(\.requests))]))
    }

    /// On a scale of their own: beside the requests a few errors would not be seen.
    private func errors(_ count: UInt64) -> FigurePart {
        FigurePart(
            figureTitle: "Errors a second", figureNote: "\(Figure.counted(count, "error")) in all.",
            drawing: drawing(
                "Errors a second over the load phase, \(count) in all.", .rate,
                [.init(name: "errors", style: "bad", values: timeline.rates(\.errors), bars: true)]))
    }
}
