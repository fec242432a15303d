import LoadMetrics

/// The load phase: requests, rates and latencies.
struct LoadParts {
    struct Endpoint {
        var number: String
        var endpointName: String
        var spectrum: FigurePart
        var latencies: TablePart
        var outcomes: TablePart
        /// Without the script, and in print, the panel of all requests is the one that is seen.
        var selected: Bool
    }

    var requests: TablePart
    var hasTimeline: Bool
    var timeline: [FigurePart]
    var endpoints: [Endpoint]
    var several: Bool

    init?(_ result: RunResult) {
        guard !result.requests.isEmpty || result.total.count > 0 || !result.timeline.isEmpty else { return nil }
        requests = Self.table(result)
        timeline = result.timeline.isEmpty ? [] : TimelineFigures(result.timeline).all
        hasTimeline = !timeline.isEmpty
        let all = (result.requests.count == 1 ? [] : [result.total]) + result.requests
        endpoints = all.enumerated().map { index, request in
            Self.endpoint(request, index: index, isTotal: index == 0 && result.requests.count != 1)
        }
        several = endpoints.count > 1
    }

    private static func table(_ result: RunResult) -> TablePart {
        let markers = (result.requests + [result.total]).contains { $0.cacheHits != nil || $0.cacheMisses != nil }
        func row(_ request: RequestSummary, name: String) -> [TablePart.Cell] {
            let (response, service) = (request.responseTime, request.serviceTime)
            var cells = [
                TablePart.Cell(name, note: request.method.isEmpty ? nil : request.method), .count(request.count),
                TablePart.Cell(
                    Figure.count(request.errors), sort: Double(request.errors),
                    note: request.errors > 0 ? Figure.percent(request.errors, of: request.count) : nil,
                    tone: request.errors > 0 ? "bad" : nil),
                .milliseconds(response.p50, of: response), .milliseconds(response.p95, of: response),
                .milliseconds(response.p99, of: response), .milliseconds(response.max, of: response),
                .milliseconds(service.p50, of: service), .milliseconds(service.p95, of: service),
                .milliseconds(service.p99, of: service), .milliseconds(service.max, of: service),
            ]
            if markers { cells.append(cacheRatio(request)) }
            return cells
        }
        let latencies = ["p50", "p95", "p99", "max"].map { (title: $0, align: "num") }
        return TablePart(
            "Requests of the load phase, without the warm-up. Times in milliseconds.", sortable: true, narrow: .four,
            columns: [("Request", "text"), ("Count", "num"), ("Errors", "num")] + latencies + latencies
                + (markers ? [("Cache hits", "num")] : []),
            groups: [("", 3, ""), ("Response time", 4, "response"), ("Service time", 4, "service")]
                + (markers ? [("", 1, "")] : []),
            rows: result.requests.map { row($0, name: $0.name) },
            foot: result.requests.count == 1 ? [] : [row(result.total, name: "All requests")])
    }

    private static func cacheRatio(_ request: RequestSummary) -> TablePart.Cell {
        let (hits, misses) = (request.cacheHits ?? 0, request.cacheMisses ?? 0)
        let (reads, overflow) = hits.addingReportingOverflow(misses)
        guard request.cacheHits != nil, !overflow, reads > 0 else { return TablePart.Cell("-", sort: -1) }
        return TablePart.Cell(Figure.percent(hits, of: reads), sort: Double(hits) / Double(reads))
    }

    // MARK: One endpoint

    private static func endpoint(_ request: RequestSummary, index: Int, isTotal: Bool) -> Endpoint {
        let name = isTotal ? "All requests" : request.name
        let (response, service) = (request.responseTime, request.serviceTime)
        let unit = LatencyUnit(upTo: max(response.max, service.max)).name
        let spectrum = PercentileSpectrumChart(
            label: "Latency by percentile of \(name): response time p50 \(Figure.latency(milliseconds: response.p50)), "
                + "p99 \(Figure.latency(milliseconds: response.p99)); service time p50 "
                + "\(Figure.latency(milliseconds: service.p50)), p99 \(Figure.latency(milliseconds: service.p99)).",
            series: [
                .init(name: "response time", style: "s1", latency: response),
                .init(name: "service time", style: "s2 dashed", latency: service),
            ])
        let measures: [(String, KeyPath<LatencySummary, Double>)] = [
            ("min", \.min), ("mean", \.mean), ("p50", \.p50), ("p90", \.p90), ("p95", \.p95), ("p99", \.p99),
            ("p99.9", \.p999), ("max", \.max),
        ]
        let outcomes = request.outcomes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return Endpoint(
            number: String(index), endpointName: name,
            spectrum: FigurePart(
                figureTitle: "\(name): latency by percentile, \(unit)",
                figureNote: "Response time is what a user waits, from the moment the request was due; service time "
                    + "runs from the actual send.",
                legend: [.init(name: "response time", style: "s1"), .init(name: "service time", style: "s2 dashed")],
                drawing: response.spectrum.isEmpty && service.spectrum.isEmpty ? "" : spectrum.markup()),
            latencies: TablePart(
                "\(name): latency in milliseconds",
                columns: [("Measure", "text"), ("Response time", "num"), ("Service time", "num")],
                rows: measures.map { name, path in
                    [
                        TablePart.Cell(name), .milliseconds(response[keyPath: path], of: response),
                        .milliseconds(service[keyPath: path], of: service),
                    ]
                }),
            outcomes: TablePart(
                "\(name): outcomes", columns: [("Outcome", "text"), ("Count", "num"), ("Share", "wide")],
                rows: outcomes.map { outcome, count in
                    let share = request.count == 0 ? 0 : Double(count) / Double(request.count)
                    return [
                        TablePart.Cell(outcomeName(outcome)), .count(count),
                        TablePart.Cell(Figure.percent(count, of: request.count), sort: share, share: share),
                    ]
                }),
            selected: index == 0)
    }

    /// `status_404` as `status 404`.
    private static func outcomeName(_ outcome: String) -> String { outcome.replacing("_", with: " ") }
}
