package import EmulatorCore
import ExactJSON

/// A filter pattern of CloudWatch Logs: words and phrases, conditions on JSON, or on space-delimited fields.
///
/// Syntax: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html. A word matches wherever its
/// characters occur, also inside of a longer word.
package struct FilterPattern: Sendable {
    /// One of the words of a pattern.
    enum Term: Sendable, Equatable {
        case text(String)
        case expression(BytePattern)

        func matches(_ message: String) -> Bool {
            switch self {
            case .text(let text): message.contains(text)
            case .expression(let pattern): pattern.matches(message)
            }
        }
    }

    private enum Form: Sendable {
        case everything
        case terms(all: [Term], any: [Term], none: [Term])
        case json(JSONCondition)
        case fields(FieldPattern)
    }

    private var form: Form

    /// - Throws: `InvalidParameterException` for a pattern that is not well-formed.
    package init(_ text: String) throws(AWSServiceError) {
        guard text.utf8.count <= 1024 else {
            throw .invalidLogs(
                "1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: Member must have "
                    + "length less than or equal to 1024")
        }
        let bytes = Array(text.utf8)
        guard let first = bytes.first(where: { !PatternReader.isSpace($0) }) else {
            form = .everything
            return
        }
        switch first {
        case UInt8(ascii: "{"):
            var parser = JSONConditionParser(bytes)
            form = .json(try parser.pattern())
        case UInt8(ascii: "["):
            var parser = FieldPatternParser(bytes)
            form = .fields(try parser.pattern())
        default: form = try Self.terms(bytes)
        }
    }

    /// Whether a log event's message matches.
    package func matches(_ message: String) -> Bool {
        switch form {
        case .everything: true
        case .terms(let all, let any, let none):
            all.allSatisfy { $0.matches(message) } && (any.isEmpty || any.contains { $0.matches(message) })
                && !none.contains { $0.matches(message) }
        case .json(let condition): Self.json(message).map(condition.holds) ?? false
        case .fields(let pattern): pattern.match(message) != nil
        }
    }

    /// What the pattern finds in a message that it matches: the values of its fields or selectors, as TestMetricFilter
    /// tells them; nil for one that it does not match.
    package func extract(_ message: String) -> [String: String]? {
        switch form {
        case .everything, .terms: return matches(message) ? [:] : nil
        case .json(let condition):
            guard let json = Self.json(message), condition.holds(json) else { return nil }
            var values: [String: String] = [:]
            for selector in condition.selectors { values[selector.text] = selector.text(in: json) }
            return values
        case .fields(let pattern):
            return pattern.match(message).map { fields in
                Dictionary(fields.map { ("$" + $0.key, $0.value) }) { first, _ in first }
            }
        }
    }

    /// Only an object or a list can meet a condition, and most lines are neither.
    static func json(_ message: String) -> JSONValue? {
        guard let first = message.utf8.first(where: { !PatternReader.isSpace($0) }),
            first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else { return nil }
        return try? JSONValue(parsing: message)
    }

    /// Words, quoted phrases and regular expressions: all must occur, of those after `?` one, of those after `-` none.
    private static func terms(_ bytes: [UInt8]) throws(AWSServiceError) -> Form {
        var all: [Term] = []
        var any: [Term] = []
        var none: [Term] = []
        var reader = PatternReader(bytes)
        while true {
            reader.skipSpaces()
            guard let first = reader.current else { return .terms(all: all, any: any, none: none) }
            if first == UInt8(ascii: "?") || first == UInt8(ascii: "-") { reader.position += 1 }
            let term = try term(&reader)
            switch first {
            case UInt8(ascii: "?"): any.append(term)
            case UInt8(ascii: "-"): none.append(term)
            default: all.append(term)
            }
        }
    }

    private static func term(_ reader: inout PatternReader) throws(AWSServiceError) -> Term {
        if reader.current == UInt8(ascii: "%") { return .expression(try reader.expression()) }
        if reader.current == UInt8(ascii: "\"") {
            let text = try reader.quoted()
            guard !text.isEmpty else { throw reader.fail("a term is empty") }
            return .text(text)
        }
        // AWS asks for quotes around terms with anything but letters, digits and underscores.
        let text = reader.name { !PatternReader.isSpace($0) }
        guard !text.isEmpty else { throw reader.fail("a term is empty") }
        guard text.utf8.allSatisfy(PatternReader.isWord) else {
            throw reader.fail("terms with special characters must be quoted, which '\(text)' is not,")
        }
        return .text(text)
    }
}
