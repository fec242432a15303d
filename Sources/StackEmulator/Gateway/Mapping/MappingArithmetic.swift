import ExactJSON

/// What operators of a template make of two values.
enum MappingArithmetic {
    static func result(_ operation: MappingOperator, _ left: JSONValue?, _ right: JSONValue?) -> JSONValue? {
        switch operation {
        case .equal: return .bool(areEqual(left, right))
        case .unequal: return .bool(!areEqual(left, right))
        case .less: return order(left, right).map { .bool($0 < 0) }
        case .lessOrEqual: return order(left, right).map { .bool($0 <= 0) }
        case .greater: return order(left, right).map { .bool($0 > 0) }
        case .greaterOrEqual: return order(left, right).map { .bool($0 >= 0) }
        case .add:
            guard let left, let right else { return nil }
            if let sum = numbers(left, right, { $0.addingReportingOverflow($1) }, +) { return sum }
            return .string(left.javaText + right.javaText)
        case .subtract: return subtract(left ?? .null, right ?? .null)
        case .multiply:
            return numbers(left ?? .null, right ?? .null, { $0.multipliedReportingOverflow(by: $1) }, *)
        case .divide:
            guard right?.doubleValue != 0 else { return nil }
            return numbers(left ?? .null, right ?? .null, { $0.dividedReportingOverflow(by: $1) }, /)
        case .remainder:
            guard right?.doubleValue != 0 else { return nil }
            return numbers(
                left ?? .null, right ?? .null, { $0.remainderReportingOverflow(dividingBy: $1) },
                { $0.truncatingRemainder(dividingBy: $1) })
        case .and, .or: return nil
        }
    }

    static func subtract(_ left: JSONValue, _ right: JSONValue) -> JSONValue? {
        numbers(left, right, { $0.subtractingReportingOverflow($1) }, -)
    }

    /// Whole numbers stay whole unless they overflow.
    private static func numbers(
        _ left: JSONValue, _ right: JSONValue, _ whole: (Int, Int) -> (partialValue: Int, overflow: Bool),
        _ real: (Double, Double) -> Double
    ) -> JSONValue? {
        if let first = left.intValue, let second = right.intValue {
            let (value, overflows) = whole(first, second)
            if !overflows { return .integer(value) }
        }
        guard let first = left.doubleValue, let second = right.doubleValue else { return nil }
        return .double(real(first, second))
    }

    private static func areEqual(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
        let (left, right) = (left ?? .null, right ?? .null)
        if let first = left.doubleValue, let second = right.doubleValue { return first == second }
        if left == .null || right == .null { return left == right }
        return left.javaText == right.javaText
    }

    private static func order(_ left: JSONValue?, _ right: JSONValue?) -> Int? {
        guard let left, let right, left != .null, right != .null else { return nil }
        if let first = left.doubleValue, let second = right.doubleValue {
            return first < second ? -1 : first > second ? 1 : 0
        }
        guard let first = left.stringValue, let second = right.stringValue else { return nil }
        return first < second ? -1 : first > second ? 1 : 0
    }
}
