/// Reads `{{ expression }}`, `${env.X}` and `${secret.X}` inside a text.
struct TemplateParser {
    /// What is wrong with a template.
    struct Mistake: Error {
        var code: ScenarioError.Code
        var message: String
        var hint: String?
    }

    static let functions = ["uuid", "random.int(a, b)", "seq", "timestamp"]

    var environment: [String: String]

    func parse(_ source: String) throws(Mistake) -> Template {
        var pieces: [Template.Piece] = []
        var literal = ""
        var rest = source[...]
        while !rest.isEmpty {
            if rest.hasPrefix("{{") {
                guard let end = Self.position(of: "}}", in: rest.dropFirst(2)) else {
                    throw Mistake(code: .badTemplate, message: "`{{` without `}}` in \"\(source)\"")
                }
                if !literal.isEmpty { pieces.append(.literal(literal)) }
                literal = ""
                let inner = Self.trimmed(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                pieces.append(.expression(try expression(inner)))
                rest = rest[rest.index(end, offsetBy: 2)...]
            } else if rest.hasPrefix("${") {
                guard let end = Self.position(of: "}", in: rest.dropFirst(2)) else {
                    throw Mistake(code: .badTemplate, message: "`${` without `}` in \"\(source)\"")
                }
                let inner = Self.trimmed(rest[rest.index(rest.startIndex, offsetBy: 2)..<end])
                switch try setting(inner) {
                case .literal(let text): literal += text
                case let other:
                    if !literal.isEmpty { pieces.append(.literal(literal)) }
                    literal = ""
                    pieces.append(other)
                }
                rest = rest[rest.index(after: end)...]
            } else {
                literal.append(rest.removeFirst())
            }
        }
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        return Template(source: source, pieces: pieces)
    }

    private func expression(_ text: String) throws(Mistake) -> TemplateExpression {
        switch text {
        case "uuid": return .uuid
        case "seq": return .sequence
        case "timestamp": return .timestamp
        default: break
        }
        if text.hasPrefix("random.int"), let arguments = Self.arguments(text.dropFirst("random.int".count)) {
            guard arguments.count == 2, let low = Int64(arguments[0]), let high = Int64(arguments[1]), low <= high
            else {
                throw Mistake(
                    code: .badTemplate, message: "`\(text)`: expected two integers, the smaller first",
                    hint: "write random.int(1, 99)")
            }
            return .randomInteger(low...high)
        }
        if Self.isName(text) { return .variable(text) }
        let names = Self.functions.map { String($0.prefix { $0 != "(" }) }
        let called = String(text.prefix { $0 != "(" })
        let nearest = SpellingSuggestion.nearest(to: called, among: names)
        throw Mistake(
            code: .badTemplate, message: "unknown template function `\(text)`",
            hint: nearest.map { "did you mean \($0)?" } ?? "known: \(Self.functions.joined(separator: ", "))")
    }

    private func setting(_ text: String) throws(Mistake) -> Template.Piece {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, ["env", "secret"].contains(parts[0]), Self.isName(parts[1]) else {
            throw Mistake(
                code: .badTemplate, message: "`${\(text)}`: expected ${env.NAME} or ${secret.NAME}")
        }
        guard let value = environment[parts[1]] else {
            throw Mistake(
                code: .badTemplate, message: "the environment variable \(parts[1]) is not set",
                hint: "set \(parts[1]) before the run")
        }
        return parts[0] == "env" ? .literal(value) : .secret(Secret(name: parts[1], value: value))
    }

    /// Letters, digits, `_` and `-`, not starting with a digit.
    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(first >= 0x30 && first <= 0x39), first != UInt8(ascii: "-") else {
            return false
        }
        return text.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x5F
                || $0 == 0x2D
        }
    }

    private static func arguments(_ text: Substring) -> [String]? {
        guard text.hasPrefix("("), text.hasSuffix(")"), text.count >= 2 else { return nil }
        return text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
            .map { trimmed($0) }
    }

    private static func position(of mark: String, in text: Substring) -> String.Index? {
        var index = text.startIndex
        while index < text.endIndex {
            if text[index...].hasPrefix(mark) { return index }
            index = text.index(after: index)
        }
        return nil
    }

    static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
