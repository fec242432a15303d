import EmulatorCore
import ExactJSON

/// A filter's pattern: which records a mapping hands to its function.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
struct EventPattern: Sendable, Equatable {
    /// What one value may be.
    indirect enum Rule: Sendable, Equatable {
        case equals(JSONValue)
        case prefix(String, ignoresCase: Bool)
        case suffix(String, ignoresCase: Bool)
        case equalsIgnoreCase(String)
        case exists(Bool)
        case anythingBut([Rule])
        case numeric([Comparison])
    }

    struct Comparison: Sendable, Equatable {
        var `operator`: String
        var value: Double
    }

    private indirect enum Node: Sendable, Equatable {
        case object([String: Node], alternatives: [Node])
        case leaf([Rule])
    }

    /// As the caller wrote it.
    let text: String
    private let root: Node

    /// - Throws: `InvalidParameterValueException` for a text that is no pattern.
    init(_ text: String) throws(AWSServiceError) {
        self.text = text
        guard text.utf8.count <= 4096, let value = try? JSONValue(parsing: text), let members = value.objectValue else {
            throw Self.invalid
        }
        root = try Self.node(members)
    }

    private static let invalid = AWSServiceError.invalidLambda("Invalid filter pattern definition.")

    /// Whether an event fits: each of the pattern's members does.
    func matches(_ event: JSONValue) -> Bool { Self.matches(root, event) }

    // MARK: Reading

    private static func node(_ members: [String: JSONValue]) throws(AWSServiceError) -> Node {
        var fields: [String: Node] = [:]
        var alternatives: [Node] = []
        for (name, value) in members {
            switch value {
            case .object(let nested):
                guard !nested.isEmpty else { throw invalid }
                fields[name] = try node(nested)
            case .array(let entries) where name == "$or":
                guard !entries.isEmpty else { throw invalid }
                for entry in entries {
                    guard let nested = entry.objectValue, !nested.isEmpty else { throw invalid }
                    alternatives.append(try node(nested))
                }
            case .array(let entries):
                guard !entries.isEmpty else { throw invalid }
                var rules: [Rule] = []
                for entry in entries { rules.append(try rule(entry)) }
                fields[name] = .leaf(rules)
            default: throw invalid
            }
        }
        return .object(fields, alternatives: alternatives)
    }

    private static func rule(_ value: JSONValue) throws(AWSServiceError) -> Rule {
        guard let members = value.objectValue else {
            if value.arrayValue != nil { throw invalid }
            return .equals(value)
        }
        guard members.count == 1, let (name, operand) = members.first else { throw invalid }
        switch name {
        case "prefix", "suffix":
            let text = operand.stringValue ?? operand["equals-ignore-case"]?.stringValue
            guard let text else { throw invalid }
            let ignoresCase = operand.stringValue == nil
            return name == "prefix" ? .prefix(text, ignoresCase: ignoresCase) : .suffix(text, ignoresCase: ignoresCase)
        case "equals-ignore-case":
            guard let text = operand.stringValue else { throw invalid }
            return .equalsIgnoreCase(text)
        case "exists":
            guard let flag = operand.boolValue else { throw invalid }
            return .exists(flag)
        case "anything-but": return .anythingBut(try excluded(operand))
        case "numeric": return .numeric(try comparisons(operand.arrayValue ?? []))
        default: throw invalid
        }
    }

    private static func excluded(_ operand: JSONValue) throws(AWSServiceError) -> [Rule] {
        switch operand {
        case .string, .number: return [.equals(operand)]
        case .array(let entries) where !entries.isEmpty:
            guard entries.allSatisfy({ $0.stringValue != nil || $0.numberLiteral != nil }) else { throw invalid }
            return entries.map(Rule.equals)
        case .object(let members):
            guard members.count == 1, let (name, value) = members.first,
                ["prefix", "suffix", "equals-ignore-case"].contains(name)
            else { throw invalid }
            let texts = value.arrayValue ?? [value]
            guard !texts.isEmpty else { throw invalid }
            var rules: [Rule] = []
            for text in texts { rules.append(try rule(.object([name: text]))) }
            return rules
        default: throw invalid
        }
    }

    private static func comparisons(_ parts: [JSONValue]) throws(AWSServiceError) -> [Comparison] {
        guard parts.count == 2 || parts.count == 4 else { throw invalid }
        var comparisons: [Comparison] = []
        for index in stride(from: 0, to: parts.count, by: 2) {
            guard let name = parts[index].stringValue, ["=", "<", "<=", ">", ">="].contains(name),
                let value = parts[index + 1].doubleValue
            else { throw invalid }
            comparisons.append(Comparison(operator: name, value: value))
        }
        return comparisons
    }

    // MARK: Matching

    private static func matches(_ node: Node, _ value: JSONValue?) -> Bool {
        switch node {
        case .object(let fields, let alternatives):
            if case .array(let elements)? = value { return elements.contains { matches(node, $0) } }
            return fields.allSatisfy { matches($0.value, value?[$0.key]) }
                && (alternatives.isEmpty || alternatives.contains { matches($0, value) })
        case .leaf(let rules):
            // Of a list, any element may fit.
            if case .array(let elements)? = value {
                return rules.contains { rule in
                    if case .exists(let flag) = rule { return flag }
                    return elements.contains { rule.matches($0) }
                }
            }
            return rules.contains { $0.matches(value) }
        }
    }
}

extension EventPattern.Rule {
    fileprivate func matches(_ value: JSONValue?) -> Bool {
        switch self {
        // Only a leaf exists for the pattern language.
        case .exists(let flag): return (value != nil && value?.objectValue == nil) == flag
        case .equals(let expected):
            if expected.isNull { return value?.isNull == true }
            if let number = expected.doubleValue { return value?.doubleValue == number }
            return value == expected
        case .prefix(let text, let ignoresCase): return Self.compare(value, text, ignoresCase) { $0.hasPrefix($1) }
        case .suffix(let text, let ignoresCase): return Self.compare(value, text, ignoresCase) { $0.hasSuffix($1) }
        case .equalsIgnoreCase(let text): return value?.stringValue?.lowercased() == text.lowercased()
        case .anythingBut(let rules):
            guard let value, value.objectValue == nil else { return false }
            return !rules.contains { $0.matches(value) }
        case .numeric(let comparisons):
            guard let number = value?.doubleValue else { return false }
            return comparisons.allSatisfy { $0.holds(number) }
        }
    }

    private static func compare(
        _ value: JSONValue?, _ text: String, _ ignoresCase: Bool, _ test: (String, String) -> Bool
    ) -> Bool {
        guard let actual = value?.stringValue else { return false }
        return ignoresCase ? test(actual.lowercased(), text.lowercased()) : test(actual, text)
    }
}

extension EventPattern.Comparison {
    fileprivate func holds(_ number: Double) -> Bool {
        switch `operator` {
        case "=": number == value
        case "<": number < value
        case "<=": number <= value
        case ">": number > value
        default: number >= value
        }
    }
}
