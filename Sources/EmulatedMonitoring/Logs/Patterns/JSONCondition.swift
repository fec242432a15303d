import ExactJSON

/// What a filter pattern in braces asks of a JSON message.
indirect enum JSONCondition: Sendable, Equatable {
    case and(JSONCondition, JSONCondition)
    case or(JSONCondition, JSONCondition)
    case compare(JSONSelector, PatternComparison, PatternOperand)
    case isNull(JSONSelector)
    case isBool(JSONSelector, Bool)
    case exists(JSONSelector, Bool)

    /// Whether the message meets the condition.
    func holds(_ message: JSONValue) -> Bool {
        switch self {
        case .and(let left, let right): left.holds(message) && right.holds(message)
        case .or(let left, let right): left.holds(message) || right.holds(message)
        case .isNull(let selector): selector.values(in: message).contains(.null)
        case .isBool(let selector, let value): selector.values(in: message).contains(.bool(value))
        case .exists(let selector, let wanted): selector.values(in: message).isEmpty != wanted
        case .compare(let selector, let comparison, let operand):
            selector.values(in: message).contains { Self.compare($0, comparison, operand) }
        }
    }

    private static func compare(
        _ value: JSONValue, _ comparison: PatternComparison, _ operand: PatternOperand
    ) -> Bool {
        switch operand {
        case .number(let number): value.doubleValue.map { comparison.holds($0, number) } ?? false
        case .text(let parts):
            // `= *` and `= 4*` ask for the digits of numbers, too.
            (value.stringValue ?? (parts.count > 1 ? value.numberLiteral : nil)).map {
                operand.holds(comparison, text: $0)
            } ?? false
        case .expression:
            (value.stringValue ?? value.numberLiteral).map { operand.holds(comparison, text: $0) } ?? false
        }
    }

    /// The selectors in the order of the pattern.
    var selectors: [JSONSelector] {
        switch self {
        case .and(let left, let right), .or(let left, let right): left.selectors + right.selectors
        case .compare(let selector, _, _), .isNull(let selector), .isBool(let selector, _), .exists(let selector, _):
            [selector]
        }
    }
}

/// A place in a JSON message: `$.requests[0].status`.
struct JSONSelector: Sendable, Equatable {
    enum Step: Sendable, Equatable {
        case member(String)
        case element(Int)
        /// Every member or element.
        case any
    }

    /// As it was written.
    var text: String
    var steps: [Step]

    /// What stands there; several values with a wildcard, none when the place does not exist.
    func values(in message: JSONValue) -> [JSONValue] {
        var found = [message]
        for step in steps {
            found = found.flatMap { value -> [JSONValue] in
                switch step {
                case .member(let name): return [value[name]].compactMap(\.self)
                case .element(let index): return [value[index]].compactMap(\.self)
                case .any:
                    if let elements = value.arrayValue { return elements }
                    return (value.objectValue ?? [:]).sorted { $0.key < $1.key }.map(\.value)
                }
            }
        }
        return found
    }

    /// The first scalar that stands there, as text; nil when there is none.
    func text(in message: JSONValue) -> String? {
        switch values(in: message).first {
        case .string(let text): text
        case .number(let literal): literal
        case .bool(let flag): flag ? "true" : "false"
        default: nil
        }
    }

    /// Reads a selector that stands alone, as in a metric filter's value; nil when it is none.
    init?(parsing text: String) {
        var parser = JSONConditionParser(Array(text.utf8))
        guard let selector = try? parser.loneSelector() else { return nil }
        self = selector
    }

    init(text: String, steps: [Step]) {
        self.text = text
        self.steps = steps
    }
}
