/// The labels that results of GetMetricData have when their queries name none.
///
/// A metric's label is its name, and what else tells it from the other unnamed metrics of the call: the statistic where
/// these differ, the period where those do (as recorded on AWS).
struct QueryLabels {
    private var showsStatistic = false
    private var showsPeriod = false

    init(_ queries: [MetricQuery]) {
        let unnamed = queries.filter { $0.label == nil && $0.returnsData }
        let sources = unnamed.compactMap { query in
            if case .source(let source) = query.kind { (name: query.statisticName, source: source) } else { nil }
        }
        guard sources.count > 1, let first = sources.first else { return }
        // Different metrics are told apart by their names.
        guard sources.allSatisfy({ $0.source.metric.name == first.source.metric.name }) else { return }
        showsStatistic = sources.contains { $0.name != first.name }
        showsPeriod = sources.contains { $0.source.period != first.source.period }
    }

    func label(of query: MetricQuery) -> String {
        if let label = query.label { return label }
        guard case .source(let source) = query.kind else { return query.id }
        var words = [source.metric.name]
        if showsStatistic { words.append(query.statisticName) }
        if showsPeriod { words.append(String(source.period)) }
        return words.joined(separator: " ")
    }
}
