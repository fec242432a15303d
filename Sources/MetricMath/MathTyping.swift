extension MathExpression {
    /// What the expression gives, found before there is any data, so that a wrong one is refused when it is handed in.
    ///
    /// - Parameter type: what the query of an id gives.
    /// - Throws: `ValidationError` for operands that a function or an operator does not take.
    package func type(_ type: (String) -> MathType) throws(MetricMathError) -> MathType {
        switch self {
        case .number: return .scalar
        case .text(let text): throw Self.wrong("the text '\(text)' has no place here")
        case .keyword(let word): throw Self.wrong("the word \(word) has no place here")
        case .reference(let id): return type(id)
        case .array(let elements):
            for element in elements { _ = try element.type(type) }
            return .array
        case .unary(let sign, let operand):
            let operandType = try operand.type(type)
            guard sign == .negate || operandType != .array else { throw Self.wrong("'!' does not take an array") }
            return operandType
        case .binary(let sign, let left, let right):
            return try Self.type(of: sign, try left.type(type), try right.type(type))
        case .call(let function, let arguments): return try Self.type(of: function, arguments, type)
        }
    }

    private static func wrong(_ what: String) -> MetricMathError {
        .init("Error in expression: \(what).")
    }

    private static func type(of sign: BinaryOperator, _ left: MathType, _ right: MathType) throws(MetricMathError)
        -> MathType
    {
        switch (left, right) {
        case (.scalar, .scalar): return .scalar
        case (.array, .array): throw wrong("Unsupported operand type(s) for '\(sign.rawValue)': two arrays")
        case (.array, _), (_, .array): return .array
        default: return .series
        }
    }

    private static func type(
        of function: MathFunction, _ arguments: [MathExpression], _ type: (String) -> MathType
    ) throws(MetricMathError) -> MathType {
        func argument(_ index: Int) throws(MetricMathError) -> MathType { try arguments[index].type(type) }
        func require(_ index: Int, _ allowed: [MathType]) throws(MetricMathError) -> MathType {
            let actual = try argument(index)
            guard allowed.contains(actual) else {
                throw wrong("\(function.rawValue) does not take a \(actual.rawValue) as argument \(index + 1)")
            }
            return actual
        }
        switch function {
        case .average, .maximum, .minimum, .standardDeviation, .sum, .datapointCount:
            return try require(0, [.series, .array]) == .series ? .scalar : .series
        case .absolute, .ceiling, .floor, .logarithm, .decimalLogarithm: return try argument(0)
        case .difference, .timeDifference, .rate, .runningSum, .minute, .hour, .day, .date, .month, .year, .epoch:
            return try require(0, [.series, .array])
        case .first, .last:
            _ = try require(0, [.array])
            return .series
        case .metrics:
            if let first = arguments.first {
                guard case .text = first else { throw wrong("METRICS takes a text in quotes") }
            }
            return .array
        case .metricCount:
            _ = try require(0, [.array])
            return .scalar
        case .removeEmpty: return try require(0, [.array])
        case .slice:
            _ = try require(0, [.array])
            for index in 1..<arguments.count { _ = try require(index, [.scalar]) }
            return arguments.count == 2 ? .series : .array
        case .sort:
            _ = try require(0, [.array])
            guard let order = SortOrder(arguments) else { throw wrong("SORT takes AVG, MIN, MAX or SUM, ASC or DESC") }
            if let limit = order.limit { guard try limit.type(type) == .scalar else { throw wrong("SORT's limit") } }
            return .array
        case .fill:
            let filled = try require(0, [.series, .array])
            if case .keyword(let word) = arguments[1] {
                guard word == "REPEAT" || word == "LINEAR" else { throw wrong("FILL does not know \(word)") }
            } else {
                _ = try require(1, [.scalar, .series])
            }
            return filled
        case .choose:
            let condition = try require(0, [.scalar, .series])
            let results = [condition, try require(1, [.scalar, .series]), try require(2, [.scalar, .series])]
            return results.contains(.series) ? .series : .scalar
        case .period:
            _ = try require(0, [.series])
            return .scalar
        case .timeSeries:
            _ = try require(0, [.scalar])
            return .series
        }
    }
}

/// What SORT orders by: `SORT(METRICS(), AVG, DESC, 3)`.
struct SortOrder {
    var function: MathFunction
    var isDescending = false
    var limit: MathExpression?

    init?(_ arguments: [MathExpression]) {
        guard arguments.count >= 2, case .keyword(let name) = arguments[1], let function = MathFunction(rawValue: name),
            [.average, .minimum, .maximum, .sum].contains(function)
        else { return nil }
        self.function = function
        var rest = arguments.dropFirst(2)
        if case .keyword(let word)? = rest.first {
            guard word == "ASC" || word == "DESC" else { return nil }
            isDescending = word == "DESC"
            rest = rest.dropFirst()
        }
        limit = rest.first
        guard rest.count <= 1 else { return nil }
    }
}
