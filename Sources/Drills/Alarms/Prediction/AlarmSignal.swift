import AWSClients
import MetricMath

/// Why traffic cannot be computed for an alarm, and what can be done instead.
struct AlarmObscurity: Error, Equatable {
    var reason: String
    var remedy: String
}

/// The number that an alarm compares with its threshold, as a function of the samples of one period.
struct AlarmSignal: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case source(MetricIdentity, SampleStatistic)
        case expression(MathExpression)
    }

    private var parts: [String: Part] = [:]
    /// Ids in the order of the alarm, for METRICS.
    private var order: [String] = []
    private var result = ""

    /// - Throws: `AlarmObscurity` for an alarm whose datapoints are more than a function of one period's samples.
    init(_ alarm: MetricAlarm) throws(AlarmObscurity) {
        if alarm.bandQueryID != nil {
            throw AlarmObscurity(
                reason: "compares with an anomaly detection band, which depends on weeks of earlier traffic",
                remedy: "prove its wiring with --force-state, or watch a fixed threshold beside it")
        }
        if let metric = alarm.metric {
            parts = ["m": .source(metric, try Self.statistic(alarm.statistic))]
            order = ["m"]
            result = "m"
            return
        }
        for query in alarm.queries {
            order.append(query.id)
            if query.returnsData { result = query.id }
            if let metric = query.metric {
                guard query.periodSeconds == alarm.periodSeconds else {
                    throw AlarmObscurity(
                        reason: "computes with metrics of different periods",
                        remedy: "give all metrics of the expression one period")
                }
                parts[query.id] = .source(metric, try Self.statistic(query.statistic))
            } else {
                parts[query.id] = .expression(try Self.expression(query.expression ?? ""))
            }
        }
        try checkReferences()
    }

    /// The metrics that it is computed from.
    var metrics: [MetricIdentity] {
        order.compactMap { id in
            if case .source(let metric, _)? = parts[id] { metric } else { nil }
        }
    }

    /// Nil when the period has no datapoint.
    ///
    /// - Parameter samples: what a metric got in the period.
    func value(_ samples: (MetricIdentity) -> PeriodSamples) -> Double? {
        var known: [String: MathValue] = [:]
        let value = value(of: result, samples, &known)
        return evaluation(known).series(value).first?.values.first ?? nil
    }

    private static let grid = TimeGrid(start: 0, period: 60, count: 1)

    private func value(
        of id: String, _ samples: (MetricIdentity) -> PeriodSamples, _ known: inout [String: MathValue]
    ) -> MathValue {
        if let value = known[id] { return value }
        let value: MathValue
        switch parts[id] {
        case .source(let metric, let statistic):
            value = .series(MathSeries(label: id, period: 60, values: [statistic.value(of: samples(metric))]))
        case .expression(let expression):
            for other in needed(by: expression) { _ = self.value(of: other, samples, &known) }
            value = evaluation(known).evaluate(expression)
        case nil: value = .array([])
        }
        known[id] = value
        return value
    }

    private func needed(by expression: MathExpression) -> [String] {
        expression.references.sorted() + expression.metricSearches.flatMap(sources(named:))
    }

    private func sources(named text: String) -> [String] {
        order.filter { id in
            guard case .source? = parts[id] else { return false }
            return text.isEmpty || id.contains(text)
        }
    }

    private func evaluation(_ known: [String: MathValue]) -> MathEvaluation {
        MathEvaluation(
            grid: Self.grid, value: { known[$0] ?? .array([]) },
            metrics: { text in
                sources(named: text).compactMap { id in
                    if case .series(let series)? = known[id] { series } else { nil }
                }
            })
    }

    // MARK: What can be predicted

    private static func statistic(_ name: String) throws(AlarmObscurity) -> SampleStatistic {
        guard let statistic = SampleStatistic(name) else {
            throw AlarmObscurity(
                reason:
                    "uses the statistic \(name.isEmpty ? "of nothing" : name), whose value is not computed beforehand",
                remedy: "watch Sum, Average, SampleCount, Minimum, Maximum or a percentile")
        }
        return statistic
    }

    private static func expression(_ text: String) throws(AlarmObscurity) -> MathExpression {
        let expression: MathExpression
        do throws(MetricMathError) { expression = try MathParser.parse(text) } catch {
            throw AlarmObscurity(
                reason: "evaluates '\(text)', which is not computed here: \(error.message)",
                remedy: "use arithmetic, IF and FILL over metrics")
        }
        if let word = expression.neighbourhood {
            throw AlarmObscurity(
                reason: "evaluates '\(text)': \(word) looks at more than one period",
                remedy: "compare the value of one period")
        }
        return expression
    }

    /// Expressions that name unknown ids or each other in a circle come from no service, and would not end here.
    private func checkReferences() throws(AlarmObscurity) {
        var resolved: Set<String> = []
        var remaining = order
        while !remaining.isEmpty {
            let ready = remaining.filter { id in
                guard case .expression(let expression)? = parts[id] else { return true }
                return needed(by: expression).allSatisfy(resolved.contains)
            }
            guard !ready.isEmpty else { break }
            resolved.formUnion(ready)
            remaining.removeAll(where: ready.contains)
        }
        guard remaining.isEmpty, resolved.contains(result) else {
            throw AlarmObscurity(
                reason: "has no metric and no expression that can be followed", remedy: "describe the alarm to see why")
        }
    }
}

extension MathExpression {
    /// The function in it that depends on other periods, on the calendar or on a whole range; nil when none does.
    fileprivate var neighbourhood: String? {
        switch self {
        case .number, .text, .keyword, .reference: return nil
        case .unary(_, let operand): return operand.neighbourhood
        case .binary(_, let left, let right): return left.neighbourhood ?? right.neighbourhood
        case .array(let elements): return elements.lazy.compactMap(\.neighbourhood).first
        case .call(let function, let arguments):
            switch function {
            case .absolute, .ceiling, .floor, .logarithm, .decimalLogarithm, .choose, .metrics, .first, .last,
                .metricCount, .slice, .timeSeries:
                break
            case .fill:
                if case .keyword(let word)? = arguments.last { return "FILL with \(word)" }
            case .average, .maximum, .minimum, .sum, .standardDeviation, .datapointCount:
                // Over an array they work period by period; over one series they sum up the whole range.
                switch arguments.first {
                case .array?, .call(.metrics, _)?: break
                default: return function.rawValue
                }
            default: return function.rawValue
            }
            return arguments.lazy.compactMap(\.neighbourhood).first
        }
    }
}
