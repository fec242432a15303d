import ExactJSON

extension MappingTemplateParser {
    mutating func expression() throws(TemplateProblem) -> MappingExpression {
        try nested { parser throws(TemplateProblem) in try parser.expression(atLeast: 1) }
    }

    private mutating func expression(atLeast precedence: Int) throws(TemplateProblem) -> MappingExpression {
        var left = try operand()
        while true {
            skipBlanks()
            let start = position
            guard let operation = takeOperator() else { return left }
            guard operation.precedence >= precedence else {
                position = start
                return left
            }
            let least = operation.precedence + 1
            let right = try nested { parser throws(TemplateProblem) in try parser.expression(atLeast: least) }
            left = .binary(operation, left, right)
        }
    }

    private static let operators: [(String, MappingOperator)] = [
        ("||", .or), ("&&", .and), ("==", .equal), ("!=", .unequal), ("<=", .lessOrEqual), (">=", .greaterOrEqual),
        ("<", .less), (">", .greater), ("+", .add), ("-", .subtract), ("*", .multiply), ("/", .divide),
        ("%", .remainder), ("or ", .or), ("and ", .and), ("eq ", .equal), ("ne ", .unequal), ("lt ", .less),
        ("gt ", .greater), ("le ", .lessOrEqual), ("ge ", .greaterOrEqual),
    ]

    private mutating func takeOperator() -> MappingOperator? {
        for (text, operation) in Self.operators where take(text) { return operation }
        return nil
    }

    private mutating func operand() throws(TemplateProblem) -> MappingExpression {
        skipBlanks()
        guard let character = next else { throw problem("an expression is missing") }
        switch character {
        case "$":
            position += 1
            _ = take("!")
            let reference = try reference()
            try MappingFunctions.check(reference)
            return .reference(reference)
        case "!":
            position += 1
            return .not(try nested { parser throws(TemplateProblem) in try parser.operand() })
        case "(":
            position += 1
            let inner = try expression()
            try expect(")")
            return inner
        case "\"": return .text(try MappingTemplateParser.interpolated(try quoted("\""), depth: depth))
        case "'": return .literal(.string(try quoted("'")))
        case "[": return try listOrRange()
        case "{": return try map()
        case "-":
            position += 1
            return .negative(try nested { parser throws(TemplateProblem) in try parser.operand() })
        default: return try literal()
        }
    }

    private static func interpolated(_ text: String, depth: Int) throws(TemplateProblem) -> [MappingNode] {
        guard text.contains("$") || text.contains("#") else { return [.text(text)] }
        var inner = MappingTemplateParser(text)
        inner.depth = depth + 1
        guard inner.depth <= maximumDepth else { throw inner.problem("nested too deeply") }
        return try inner.template()
    }

    /// A quoted text; a quote is written twice inside of it.
    private mutating func quoted(_ quote: Character) throws(TemplateProblem) -> String {
        position += 1
        var text = ""
        while let character = next {
            position += 1
            if character == quote {
                guard next == quote else { return text }
                position += 1
            }
            text.append(character)
        }
        throw problem("a text has no end")
    }

    private mutating func literal() throws(TemplateProblem) -> MappingExpression {
        if let character = next, character.isASCII, character.isNumber {
            var text = ""
            while let digit = next, digit.isASCII, digit.isNumber || (digit == "." && peek(1) != ".") {
                text.append(digit)
                position += 1
            }
            guard let number = Double(text) else { throw problem("\(text) is no number") }
            return .literal(Int(text).map { .integer($0) } ?? .double(number))
        }
        let start = position
        switch identifier(braced: false) {
        case "true": return .literal(true)
        case "false": return .literal(false)
        case "null": return .literal(.null)
        case "not": return .not(try nested { parser throws(TemplateProblem) in try parser.operand() })
        default:
            position = start
            throw problem("unexpected \(next.map(String.init) ?? "end")")
        }
    }

    /// Expressions with commas between them, and their end.
    mutating func list(until end: String) throws(TemplateProblem) -> [MappingExpression] {
        var elements: [MappingExpression] = []
        skipBlanks()
        if take(end) { return elements }
        while true {
            elements.append(try expression())
            skipBlanks()
            if take(end) { return elements }
            guard take(",") else { throw problem("expected , or \(end)") }
        }
    }

    private mutating func listOrRange() throws(TemplateProblem) -> MappingExpression {
        position += 1
        skipBlanks()
        if take("]") { return .list([]) }
        let first = try expression()
        skipBlanks()
        if take("..") {
            let last = try expression()
            try expect("]")
            return .range(first, last)
        }
        if take("]") { return .list([first]) }
        guard take(",") else { throw problem("expected , or ]") }
        return .list([first] + (try list(until: "]")))
    }

    private mutating func map() throws(TemplateProblem) -> MappingExpression {
        position += 1
        var entries: [MappingExpression.MapEntry] = []
        skipBlanks()
        if take("}") { return .map(entries) }
        while true {
            let key = try expression()
            try expect(":")
            entries.append(.init(key: key, value: try expression()))
            skipBlanks()
            if take("}") { return .map(entries) }
            guard take(",") else { throw problem("expected , or }") }
        }
    }
}
