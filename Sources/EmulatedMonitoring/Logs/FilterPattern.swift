package import EmulatorCore
import ExactJSON

/// A filter pattern of CloudWatch Logs: words and phrases, or conditions on JSON.
///
/// Syntax: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html. A word matches wherever its
/// characters occur, also inside of a longer word. Regular expressions and space-delimited fields are refused.
package struct FilterPattern: Sendable {
    private enum Form: Sendable {
        case everything
        case terms(all: [String], any: [String], none: [String])
        case json(JSONCondition)
    }

    private var form: Form

    /// - Throws: `InvalidParameterException` for a pattern that is not well-formed.
    package init(_ text: String) throws(AWSServiceError) {
        guard text.utf8.count <= 1024 else { throw .invalidLogs("The filter pattern is longer than 1024 bytes.") }
        let bytes = Array(text.utf8)
        guard let first = bytes.first(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A }) else {
            form = .everything
            return
        }
        switch first {
        case UInt8(ascii: "{"):
            var parser = JSONConditionParser(bytes)
            form = .json(try parser.pattern())
        case UInt8(ascii: "["): throw Self.unsupported("Space-delimited patterns")
        case UInt8(ascii: "%"): throw Self.unsupported("Regular expressions")
        default: form = try Self.terms(bytes)
        }
    }

    private static func unsupported(_ what: String) -> AWSServiceError {
        .invalidLogs("Invalid filter pattern: \(what) are not emulated.")
    }

    /// Whether a log event's message matches.
    package func matches(_ message: String) -> Bool {
        switch form {
        case .everything: true
        case .terms(let all, let any, let none):
            all.allSatisfy { message.contains($0) } && (any.isEmpty || any.contains { message.contains($0) })
                && !none.contains { message.contains($0) }
        case .json(let condition):
            (try? JSONValue(parsing: message)).map(condition.holds) ?? false
        }
    }

    /// Words and quoted phrases: all must occur, of those after `?` one, of those after `-` none.
    private static func terms(_ bytes: [UInt8]) throws(AWSServiceError) -> Form {
        var all: [String] = []
        var any: [String] = []
        var none: [String] = []
        var position = 0
        while position < bytes.count {
            guard bytes[position] != 0x20, bytes[position] != 0x09, bytes[position] != 0x0A else {
                position += 1
                continue
            }
            var prefix: UInt8?
            if bytes[position] == UInt8(ascii: "?") || bytes[position] == UInt8(ascii: "-") {
                prefix = bytes[position]
                position += 1
            }
            let term = try term(bytes, &position)
            guard !term.isEmpty else { throw .invalidLogs("Invalid filter pattern: a term is empty.") }
            switch prefix {
            case UInt8(ascii: "?"): any.append(term)
            case UInt8(ascii: "-"): none.append(term)
            default: all.append(term)
            }
        }
        return .terms(all: all, any: any, none: none)
    }

    private static func term(_ bytes: [UInt8], _ position: inout Int) throws(AWSServiceError) -> String {
        var term: [UInt8] = []
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            while position < bytes.count, bytes[position] != 0x20, bytes[position] != 0x09, bytes[position] != 0x0A {
                term.append(bytes[position])
                position += 1
            }
            // AWS asks for quotes around terms with anything but letters, digits and underscores.
            guard term.allSatisfy({ isWordByte($0) }) else {
                throw .invalidLogs("Invalid filter pattern: terms with special characters must be quoted.")
            }
            return String(decoding: term, as: UTF8.self)
        }
        position += 1
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count { position += 1 }
            term.append(bytes[position])
            position += 1
        }
        guard position < bytes.count else { throw .invalidLogs("Invalid filter pattern: a quote is not closed.") }
        position += 1
        return String(decoding: term, as: UTF8.self)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }
}
