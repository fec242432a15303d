#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The evaluation of an expression over the periods of a grid.
package struct MathEvaluation {
    let grid: TimeGrid
    /// The value of another query by its id.
    let value: (String) -> MathValue
    /// The metrics (no expressions) whose ids contain a text, in the order of the request.
    let metrics: (String) -> [MathSeries]

    /// - Parameters:
    ///   - value: the value of another query by its id.
    ///   - metrics: the metrics (no expressions) whose ids contain a text.
    package init(
        grid: TimeGrid, value: @escaping (String) -> MathValue, metrics: @escaping (String) -> [MathSeries]
    ) {
        self.grid = grid
        self.value = value
        self.metrics = metrics
    }

    package func evaluate(_ expression: MathExpression) -> MathValue {
        switch expression {
        case .number(let number): .scalar(number)
        // The types were checked: neither stands where a value is asked for.
        case .text, .keyword: .scalar(0)
        case .reference(let id): value(id)
        case .array(let elements): .array(elements.flatMap { series(evaluate($0)) })
        case .unary(let sign, let operand):
            map(evaluate(operand)) { sign == .negate ? -$0 : ($0 == 0 ? 1 : 0) }
        case .binary(let sign, let left, let right):
            combine(evaluate(left), evaluate(right)) { Self.apply(sign, $0, $1) }
        case .call(let function, let arguments): call(function, arguments)
        }
    }

    /// The series that a value consists of; a scalar is one that has its value in each period.
    package func series(_ value: MathValue) -> [MathSeries] {
        switch value {
        case .scalar(let number): [constant(number)]
        case .series(let series): [series]
        case .array(let array): array
        }
    }

    func constant(_ number: Double) -> MathSeries {
        MathSeries(
            label: "", period: grid.period,
            values: Array(repeating: MathSeries.finite(number), count: grid.count))
    }

    /// A value as one series; that of an array is its first.
    func single(_ value: MathValue) -> MathSeries {
        series(value).first ?? MathSeries(label: "", period: grid.period, values: empty)
    }

    /// A value as one number; that of a series is its first.
    func number(_ value: MathValue) -> Double {
        if case .scalar(let number) = value { return number }
        return single(value).values.lazy.compactMap(\.self).first ?? .nan
    }

    var empty: [Double?] { Array(repeating: nil, count: grid.count) }

    func map(_ value: MathValue, _ transform: (Double) -> Double?) -> MathValue {
        each(value) { $0.map(transform) } ?? .scalar(transform(number(value)) ?? .nan)
    }

    /// Changes each series; nil for a scalar.
    func each(_ value: MathValue, _ transform: (MathSeries) -> MathSeries) -> MathValue? {
        switch value {
        case .scalar: nil
        case .series(let series): .series(transform(series))
        case .array(let array): .array(array.map(transform))
        }
    }

    private func combine(
        _ left: MathValue, _ right: MathValue, _ transform: (Double, Double) -> Double?
    ) -> MathValue {
        switch (left, right) {
        case (.scalar(let first), .scalar(let second)): .scalar(transform(first, second) ?? .nan)
        case (_, .scalar(let second)): map(left) { transform($0, second) }
        case (.scalar(let first), _): map(right) { transform(first, $0) }
        case (_, .series(let second)): each(left) { $0.combined(second, transform) } ?? left
        case (.series(let first), .array(let array)):
            .array(
                array.map { element in
                    var combined = first.combined(element, transform)
                    combined.label = element.label
                    return combined
                })
        case (.array, .array): .array([])
        }
    }

    private static func apply(_ sign: MathExpression.BinaryOperator, _ left: Double, _ right: Double) -> Double {
        switch sign {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .power: pow(left, right)
        case .equal: left == right ? 1 : 0
        case .notEqual: left != right ? 1 : 0
        case .less: left < right ? 1 : 0
        case .lessOrEqual: left <= right ? 1 : 0
        case .greater: left > right ? 1 : 0
        case .greaterOrEqual: left >= right ? 1 : 0
        case .and: left != 0 && right != 0 ? 1 : 0
        case .or: left != 0 || right != 0 ? 1 : 0
        }
    }
}
