import ExactJSON

/// What a filter pattern in braces asks of a JSON message.
indirect enum JSONCondition: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case member(String)
        case element(Int)
        case anyElement
    }

    enum Operand: Sendable, Equatable {
        /// Parts between wildcards; a text without `*` has one part.
        case text([String])
        case number(Double)
    }

    enum Comparison: String, Sendable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    case and(JSONCondition, JSONCondition)
    case or(JSONCondition, JSONCondition)
    case compare([Step], Comparison, Operand)
    case isNull([Step])
    case isBool([Step], Bool)
    case notExists([Step])

    /// Whether the message meets the condition.
    func holds(_ message: JSONValue) -> Bool {
        switch self {
        case .and(let left, let right): left.holds(message) && right.holds(message)
        case .or(let left, let right): left.holds(message) || right.holds(message)
        case .isNull(let path): Self.values(at: path[...], in: message).contains(.null)
        case .isBool(let path, let value): Self.values(at: path[...], in: message).contains(.bool(value))
        case .notExists(let path): Self.values(at: path[...], in: message).isEmpty
        case .compare(let path, let comparison, let operand):
            Self.values(at: path[...], in: message).contains { Self.compare($0, comparison, operand) }
        }
    }

    private static func values(at path: ArraySlice<Step>, in value: JSONValue) -> [JSONValue] {
        guard let step = path.first else { return [value] }
        let rest = path.dropFirst()
        switch step {
        case .member(let name): return value[name].map { values(at: rest, in: $0) } ?? []
        case .element(let index): return value[index].map { values(at: rest, in: $0) } ?? []
        case .anyElement: return (value.arrayValue ?? []).flatMap { values(at: rest, in: $0) }
        }
    }

    private static func compare(_ value: JSONValue, _ comparison: Comparison, _ operand: Operand) -> Bool {
        switch operand {
        case .number(let number):
            guard let actual = value.doubleValue else { return false }
            return switch comparison {
            case .equal: actual == number
            case .notEqual: actual != number
            case .less: actual < number
            case .lessOrEqual: actual <= number
            case .greater: actual > number
            case .greaterOrEqual: actual >= number
            }
        case .text(let parts):
            guard let actual = value.stringValue else { return false }
            return comparison == .notEqual ? !matches(actual, parts) : comparison == .equal && matches(actual, parts)
        }
    }

    /// Whether a text consists of the parts with anything in between.
    private static func matches(_ text: String, _ parts: [String]) -> Bool {
        guard let first = parts.first, let last = parts.last, parts.count > 1 else { return text == parts.first }
        guard text.hasPrefix(first) else { return false }
        var rest = text.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
