/// Reads a metric math expression by recursive descent, of bounded depth.
///
/// From loose to tight: OR, AND, comparisons, sums, products, signs and NOT, powers.
package struct MathParser {
    private static let maximumDepth = 64
    /// Longest expression (MetricDataQuery's reference).
    static let maximumLength = 2048

    private let characters: [Character]
    private var position = 0
    private var depth = 0

    /// - Throws: `ValidationError` for a text that is no expression.
    package static func parse(_ text: String) throws(MetricMathError) -> MathExpression {
        guard text.utf8.count <= maximumLength else {
            throw .init("The expression is longer than \(maximumLength) characters.")
        }
        var parser = MathParser(characters: Array(text))
        let expression = try parser.disjunction()
        if let rest = parser.next { throw parser.fail("unexpected '\(rest)'") }
        return expression
    }

    private init(characters: [Character]) { self.characters = characters }

    private func fail(_ what: String) -> MetricMathError {
        .init("Error in expression '\(String(characters))': \(what) at character \(position + 1)")
    }

    // MARK: Tokens

    /// The next character that is no space.
    private var next: Character? {
        mutating get {
            while position < characters.count, characters[position].isWhitespace { position += 1 }
            return position < characters.count ? characters[position] : nil
        }
    }

    private mutating func take(_ token: String) -> Bool {
        _ = next
        let end = position + token.count
        guard end <= characters.count, characters[position..<end].elementsEqual(token) else { return false }
        if token.first?.isLetter == true, end < characters.count, Self.isWordPart(characters[end]) { return false }
        position = end
        return true
    }

    private mutating func expect(_ token: String) throws(MetricMathError) {
        guard take(token) else { throw fail(next.map { "expected '\(token)', not '\($0)'," } ?? "expected '\(token)'") }
    }

    private mutating func word() -> String {
        let start = position
        while position < characters.count, Self.isWordPart(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }

    private static func isWordPart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_")
    }

    // MARK: Grammar

    private mutating func disjunction() throws(MetricMathError) -> MathExpression {
        depth += 1
        guard depth <= Self.maximumDepth else { throw fail("nested too deeply") }
        defer { depth -= 1 }
        var left = try conjunction()
        while take("||") || take("OR") { left = .binary(.or, left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(MetricMathError) -> MathExpression {
        var left = try comparison()
        while take("&&") || take("AND") { left = .binary(.and, left, try comparison()) }
        return left
    }

    private mutating func comparison() throws(MetricMathError) -> MathExpression {
        var left = try sum()
        while let sign = oneOf(["==", "!=", "<=", ">=", "<", ">"]) { left = .binary(sign, left, try sum()) }
        return left
    }

    private mutating func sum() throws(MetricMathError) -> MathExpression {
        var left = try product()
        while let sign = oneOf(["+", "-"]) { left = .binary(sign, left, try product()) }
        return left
    }

    private mutating func product() throws(MetricMathError) -> MathExpression {
        var left = try factor()
        while let sign = oneOf(["*", "/"]) { left = .binary(sign, left, try factor()) }
        return left
    }

    private mutating func oneOf(_ signs: [String]) -> MathExpression.BinaryOperator? {
        for sign in signs where take(sign) { return MathExpression.BinaryOperator(rawValue: sign) }
        return nil
    }

    private mutating func factor() throws(MetricMathError) -> MathExpression {
        depth += 1
        guard depth <= Self.maximumDepth else { throw fail("nested too deeply") }
        defer { depth -= 1 }
        if take("-") { return .unary(.negate, try factor()) }
        if take("!") || take("NOT") { return .unary(.not, try factor()) }
        let base = try primary()
        guard take("^") else { return base }
        return .binary(.power, base, try factor())
    }

    private mutating func primary() throws(MetricMathError) -> MathExpression {
        guard let first = next else { throw fail("unexpected end") }
        switch first {
        case "(":
            position += 1
            let inner = try disjunction()
            try expect(")")
            return inner
        case "[":
            position += 1
            let elements = try list(endingAt: "]")
            guard !elements.isEmpty else { throw fail("an array without elements") }
            return .array(elements)
        case "\"", "'": return .text(try quoted(first))
        case "0"..."9", ".": return .number(try number())
        default: return try named(first)
        }
    }

    private mutating func named(_ first: Character) throws(MetricMathError) -> MathExpression {
        let name = word()
        guard !name.isEmpty else { throw fail("unexpected '\(first)'") }
        guard take("(") else { return first.isUppercase ? .keyword(name) : .reference(name) }
        guard let function = MathFunction(rawValue: name.uppercased()) else {
            if let reason = MathFunction.unsupported[name.uppercased()] {
                throw fail("the function \(name) cannot be used: \(reason),")
            }
            throw fail("the function \(name) does not exist")
        }
        let arguments = try list(endingAt: ")")
        guard function.arity.contains(arguments.count) else {
            throw fail("the function \(function.rawValue) does not take \(arguments.count) arguments")
        }
        return .call(function, arguments)
    }

    private mutating func list(endingAt end: String) throws(MetricMathError) -> [MathExpression] {
        if take(end) { return [] }
        var elements = [try disjunction()]
        while take(",") { elements.append(try disjunction()) }
        try expect(end)
        return elements
    }

    private mutating func quoted(_ quote: Character) throws(MetricMathError) -> String {
        position += 1
        let start = position
        while position < characters.count, characters[position] != quote { position += 1 }
        guard position < characters.count else { throw fail("a quote is not closed") }
        defer { position += 1 }
        return String(characters[start..<position])
    }

    private mutating func number() throws(MetricMathError) -> Double {
        let start = position
        while let character = position < characters.count ? characters[position] : nil,
            character.isASCII, character.isNumber || character == "."
        {
            position += 1
        }
        // An exponent, when digits follow: `1e6`.
        if position < characters.count, characters[position] == "e" || characters[position] == "E" {
            var end = position + 1
            if end < characters.count, characters[end] == "-" || characters[end] == "+" { end += 1 }
            let digits = end
            while end < characters.count, characters[end].isASCII, characters[end].isNumber { end += 1 }
            if end > digits { position = end }
        }
        let text = String(characters[start..<position])
        guard let number = Double(text), number.isFinite else { throw fail("'\(text)' is no number") }
        return number
    }
}
