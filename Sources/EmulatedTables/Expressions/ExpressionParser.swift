import EmulatorCore

/// What all kinds of expressions have in common: tokens, names, values, document paths and AWS's error messages.
///
/// Grammar: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
struct ExpressionParser {
    /// The parameter's name, as error messages start: `UpdateExpression`.
    let kind: String
    var scope: ExpressionScope
    private let tokens: [ExpressionToken]
    private(set) var position = 0
    private var depth = 0
    var faults = ExpressionFaults()

    /// Longest expression, in bytes, and the deepest nesting.
    private static let maximumLength = 4096
    private static let maximumDepth = 64
    /// A path may have at most 32 steps, and a list 65,536 elements is far above what an item can hold.
    private static let maximumSteps = 32

    init(_ text: String, kind: String, scope: ExpressionScope) throws(AWSServiceError) {
        self.kind = kind
        self.scope = scope
        guard !text.isEmpty else { throw .validation("Invalid \(kind): The expression can not be empty;") }
        guard text.utf8.count <= Self.maximumLength else {
            throw .validation(
                "Invalid \(kind): Expression size has exceeded the maximum allowed size; expression size: "
                    + "\(text.utf8.count)")
        }
        do throws(ExpressionTokenizer.Fault) {
            tokens = try ExpressionTokenizer.tokens(of: text)
        } catch {
            throw .validation("Invalid \(kind): Syntax error; token: \"\(error.character)\", near: \"\(error.near)\"")
        }
    }

    func fail(_ message: String) -> AWSServiceError { .validation("Invalid \(kind): \(message)") }

    /// Tells the faults noted, if any, by their kind.
    func checkFaults(_ order: [ExpressionFaults.Kind]) throws(AWSServiceError) {
        if let message = faults.first(of: order) { throw fail(message) }
    }

    func syntaxError() -> AWSServiceError {
        let near = tokens[max(0, position - 1)...min(tokens.count - 1, position + 1)]
            .filter { $0 != .end }.map(\.text).joined(separator: " ")
        return fail("Syntax error; token: \"\(current.text)\", near: \"\(near)\"")
    }

    var current: ExpressionToken { tokens[position] }
    var following: ExpressionToken { position + 1 < tokens.count ? tokens[position + 1] : .end }

    mutating func advance() { if position + 1 < tokens.count { position += 1 } }

    mutating func take(_ symbol: String) -> Bool {
        guard current == .symbol(symbol) else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: String) throws(AWSServiceError) {
        guard take(symbol) else { throw syntaxError() }
    }

    func isKeyword(_ keyword: String) -> Bool {
        if case .word(let word) = current { word.uppercased() == keyword } else { false }
    }

    mutating func takeKeyword(_ keyword: String) -> Bool {
        guard isKeyword(keyword) else { return false }
        advance()
        return true
    }

    /// Whether the tokens from a place up to the current one are one pair of parentheses with all the rest inside.
    func isClosedAsOne(from start: Int) -> Bool {
        var depth = 0
        for index in start..<position {
            if tokens[index] == .symbol("(") { depth += 1 }
            if tokens[index] == .symbol(")") { depth -= 1 }
            if depth == 0 { return index == position - 1 }
        }
        return false
    }

    func expectEnd() throws(AWSServiceError) {
        guard current == .end else { throw syntaxError() }
    }

    /// Runs a nested rule, within the limit of nesting.
    mutating func nested<R>(
        _ rule: (inout ExpressionParser) throws(AWSServiceError) -> R
    ) throws(AWSServiceError) -> R {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw fail("The expression is nested too deeply;") }
        return try rule(&self)
    }

    /// The value behind a placeholder; nil when the next token is none.
    mutating func value() throws(AWSServiceError) -> AttributeValue? {
        guard case .valuePlaceholder(let placeholder) = current else { return nil }
        advance()
        guard let value = scope.value(placeholder) else {
            faults.note(
                hasKindsOfPlaceholders ? .undefinedValue : .undefined,
                "An expression attribute value used in expression is not defined; attribute value: \(placeholder)")
            return .null
        }
        return value
    }

    /// A document path: names, dots and indexes.
    mutating func path() throws(AWSServiceError) -> DocumentPath {
        var path = DocumentPath(attribute: try name())
        while true {
            if take(".") {
                path.steps.append(.member(try name()))
            } else if take("[") {
                guard case .number(let digits) = current, let index = Int(digits), index < 1 << 31 else {
                    throw syntaxError()
                }
                advance()
                try expect("]")
                path.steps.append(.element(index))
            } else {
                break
            }
            guard path.steps.count < Self.maximumSteps else {
                throw fail("The document path has too many nesting elements; nesting levels: \(path.steps.count + 1)")
            }
        }
        return path
    }

    /// An update tells undefined names before undefined values; other expressions tell what comes first.
    private var hasKindsOfPlaceholders: Bool { kind == "UpdateExpression" }

    /// The words that an expression is built with, which are no names in it.
    private var structuralWords: Set<String> {
        switch kind {
        case "UpdateExpression": ["SET", "REMOVE", "ADD", "DELETE"]
        case "ProjectionExpression": []
        default: ["BETWEEN", "IN", "AND", "OR", "NOT"]
        }
    }

    private mutating func name() throws(AWSServiceError) -> String {
        switch current {
        case .word(let word):
            guard !structuralWords.contains(word.uppercased()) else { throw syntaxError() }
            if ReservedWords.contains(word) {
                faults.note(.reserved, "Attribute name is a reserved keyword; reserved keyword: \(word)")
            }
            advance()
            return word
        case .namePlaceholder(let placeholder):
            advance()
            guard let name = scope.name(placeholder) else {
                faults.note(
                    hasKindsOfPlaceholders ? .undefinedName : .undefined,
                    "An expression attribute name used in the document path is not defined; attribute name: "
                        + placeholder)
                return placeholder
            }
            return name
        default: throw syntaxError()
        }
    }
}
