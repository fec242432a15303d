import EmulatorCore
import ExactJSON

/// One of the queries of GetMetricData, or one of the metrics of an alarm on metric math.
struct MetricQuery: Sendable, Equatable {
    /// A statistic of one metric.
    struct Source: Sendable, Equatable {
        var metric: MetricIdentity
        var statistic: MetricStatistic
        var unit: String?
        /// Seconds.
        var period: Int

        func value(from start: Int64, in store: MetricStore) -> Double? {
            store.aggregate(metric, unit: unit, from: start, to: start + Int64(period)).flatMap(statistic.value)
        }
    }

    enum Kind: Sendable, Equatable {
        case source(Source)
        case expression(MetricExpression)
    }

    var id: String
    var label: String?
    var returnsData: Bool
    var kind: Kind
    /// As it came, for describing it.
    var json: JSONValue

    init(_ input: CallInput) throws(AWSServiceError) {
        id = try input.requiredString("Id")
        guard let first = id.utf8.first, (0x61...0x7A).contains(first),
            id.utf8.allSatisfy({
                $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
            })
        else {
            throw .init("ValidationError", "The value '\(id)' for parameter Id must start with a lowercase letter.")
        }
        label = try input.string("Label")
        returnsData = try input.bool("ReturnData") ?? true
        json = input.value
        let statistic = try input.structure("MetricStat")
        let expression = try input.string("Expression")
        switch (statistic, expression) {
        case (let statistic?, nil): kind = .source(try Source(statistic))
        case (nil, let text?): kind = .expression(try MetricExpressionParser.parse(text))
        default:
            throw .init("ValidationError", "The query \(id) must have exactly one of MetricStat and Expression.")
        }
    }
}

extension MetricQuery.Source {
    init(_ input: CallInput) throws(AWSServiceError) {
        guard let metric = try input.structure("Metric")?.metric() else { throw input.missing("Metric") }
        let name = try input.requiredString("Stat")
        guard let statistic = MetricStatistic(name) else {
            throw .init("ValidationError", "The value \(name) for parameter Stat is invalid.")
        }
        let period = try input.requiredInteger("Period")
        guard [1, 5, 10, 20, 30].contains(period) || (period > 0 && period % 60 == 0 && period <= 604_800) else {
            throw .init("ValidationError", "Period must be 1, 5, 10, 20, 30, or a multiple of 60.")
        }
        self.init(metric: metric, statistic: statistic, unit: try input.unit("Unit"), period: period)
    }
}

/// Queries that refer to each other by their ids.
struct MetricQuerySet: Sendable, Equatable {
    private(set) var queries: [MetricQuery] = []
    private var places: [String: Int] = [:]

    /// - Throws: `ValidationError` for a repeated or unknown id, and for expressions that refer to each other in a circle.
    init(_ inputs: [CallInput]) throws(AWSServiceError) {
        for input in inputs {
            let query = try MetricQuery(input)
            guard places.updateValue(queries.count, forKey: query.id) == nil else {
                throw .init("ValidationError", "The id \(query.id) is used more than once.")
            }
            queries.append(query)
        }
        for query in queries { try check(query, path: []) }
    }

    private func check(_ query: MetricQuery, path: [String]) throws(AWSServiceError) {
        guard case .expression(let expression) = query.kind else { return }
        guard !path.contains(query.id), path.count < 10 else {
            throw .init("ValidationError", "The expression \(query.id) refers to itself, or through too many others.")
        }
        for id in expression.identifiers.sorted() {
            guard let place = places[id] else {
                throw .init("ValidationError", "The expression \(query.id) refers to \(id), which is no query's id.")
            }
            try check(queries[place], path: path + [query.id])
        }
    }

    /// Seconds: a metric's own period, an expression's the longest of those it is made of.
    func period(of query: MetricQuery) -> Int {
        switch query.kind {
        case .source(let source): source.period
        case .expression(let expression):
            expression.identifiers.compactMap { places[$0] }.map { period(of: queries[$0]) }.max() ?? 60
        }
    }

    /// The value in the period that starts at `start`; nil when there is none.
    func value(of query: MetricQuery, from start: Int64, in store: MetricStore) -> Double? {
        switch query.kind {
        case .source(let source): source.value(from: start, in: store)
        case .expression(let expression):
            expression.value { id in places[id].flatMap { value(of: queries[$0], from: start, in: store) } }
        }
    }
}
