import EmulatorCore
import MetricMath

/// Queries that refer to each other by their ids, checked.
struct MetricQuerySet: Sendable, Equatable {
    /// What is known of a query before there is data.
    struct Shape: Sendable, Equatable {
        var type = MathType.series
        /// Seconds: a metric's own, an expression's the longest of those it is made of.
        var period = 60
        /// How many series it may handle at once.
        var width = 1
        /// The parts of the expression times the series that they may hold.
        var workPerPoint = 1
    }

    /// Most series that an expression may handle at once (AWS allows 500 metrics a call).
    private static let widest = 5000
    /// Values that a call may compute, about a second's worth.
    private static let mostWork = 100_000_000

    let queries: [MetricQuery]
    private(set) var shapes: [Shape]
    private var places: [String: Int] = [:]

    /// - Throws: `ValidationError` for a repeated or unknown id, for expressions that refer to each other in a circle, and
    ///   for operands that an expression cannot have.
    init(_ inputs: [CallInput]) throws(AWSServiceError) {
        var queries: [MetricQuery] = []
        for input in inputs {
            let query = try MetricQuery(input)
            guard places.updateValue(queries.count, forKey: query.id) == nil else {
                throw .init("ValidationError", "The id \(query.id) is used more than once.")
            }
            queries.append(query)
        }
        self.queries = queries
        shapes = Array(repeating: Shape(), count: queries.count)
        var marks = Array(repeating: Mark.new, count: queries.count)
        for index in queries.indices { try shape(index, &marks) }
    }

    private enum Mark { case new, open, done }

    private mutating func shape(_ index: Int, _ marks: inout [Mark]) throws(AWSServiceError) {
        guard marks[index] != .done else { return }
        let query = queries[index]
        guard marks[index] == .new else {
            throw .init("ValidationError", "The expression \(query.id) refers to itself.")
        }
        marks[index] = .open
        defer { marks[index] = .done }
        switch query.kind {
        case .source(let source): shapes[index].period = source.period
        case .expression(let expression):
            var parts: [Int] = []
            for id in expression.references.sorted() {
                guard let place = places[id] else {
                    throw .init(
                        "ValidationError", "The expression \(query.id) refers to \(id), which is no query's id.")
                }
                try shape(place, &marks)
                parts.append(place)
            }
            for text in expression.metricSearches {
                let found = metricPlaces(text)
                for place in found { try shape(place, &marks) }
                parts += found
            }
            try describe(index, query, expression, parts)
        }
    }

    private mutating func describe(
        _ index: Int, _ query: MetricQuery, _ expression: MathExpression, _ parts: [Int]
    ) throws(AWSServiceError) {
        let known = self
        func shape(_ id: String) -> Shape { known.places[id].map { known.shapes[$0] } ?? Shape() }
        let type: MathType
        do throws(MetricMathError) { type = try expression.type { shape($0).type } } catch {
            throw .init("ValidationError", error.message)
        }
        let width = expression.width {
            shape($0).width
        } metrics: {
            known.metricPlaces($0).count
        }
        guard width <= Self.widest else {
            throw .init("ValidationError", "The expression \(query.id) has too many time series.")
        }
        shapes[index] = Shape(
            type: type, period: parts.map { known.shapes[$0].period }.max() ?? query.ownPeriod ?? 60, width: width,
            workPerPoint: expression.size * width)
    }

    private func metricPlaces(_ text: String) -> [Int] {
        queries.indices.filter { index in
            guard case .source = queries[index].kind else { return false }
            return text.isEmpty || queries[index].id.contains(text)
        }
    }

    /// - Throws: `ValidationError` when all queries together would compute too much.
    func checkWork(points: (Int) -> Int) throws(AWSServiceError) {
        var sum = 0
        for index in queries.indices {
            let (work, overflow) = shapes[index].workPerPoint.multipliedReportingOverflow(by: points(index))
            sum = overflow ? .max / 2 : min(sum + work, .max / 2)
        }
        guard sum <= Self.mostWork else {
            throw .init("ValidationError", "The queries are too complex for the time range.")
        }
    }

    // MARK: Values

    /// The series that a query gives over a grid.
    ///
    /// - Parameter known: what was computed for this grid so far.
    func series(of index: Int, over grid: TimeGrid, in store: MetricStore, _ known: inout [Int: MathValue])
        -> [MathSeries]
    {
        let value = value(of: index, over: grid, in: store, &known)
        return evaluation(over: grid, in: store, known).series(value)
    }

    private func value(
        of index: Int, over grid: TimeGrid, in store: MetricStore, _ known: inout [Int: MathValue]
    ) -> MathValue {
        if let value = known[index] { return value }
        let value: MathValue
        switch queries[index].kind {
        case .source(let source):
            value = .series(
                MathSeries(
                    label: queries[index].label ?? source.metric.name, period: Int64(source.period),
                    values: source.windows(over: grid, in: store).map { $0.flatMap(source.statistic.value) }))
        case .expression(let expression):
            // What it needs first, so that the evaluation itself only looks up.
            for id in expression.references {
                if let place = places[id] { _ = self.value(of: place, over: grid, in: store, &known) }
            }
            for text in expression.metricSearches {
                for place in metricPlaces(text) { _ = self.value(of: place, over: grid, in: store, &known) }
            }
            value = evaluation(over: grid, in: store, known).evaluate(expression)
        }
        known[index] = value
        return value
    }

    private func evaluation(over grid: TimeGrid, in store: MetricStore, _ known: [Int: MathValue]) -> MathEvaluation {
        MathEvaluation(
            grid: grid, value: { id in places[id].flatMap { known[$0] } ?? .array([]) },
            metrics: { text in
                metricPlaces(text).compactMap { place in
                    if case .series(let series)? = known[place] { series } else { nil }
                }
            })
    }
}
