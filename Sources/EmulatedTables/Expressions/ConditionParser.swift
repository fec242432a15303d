import EmulatorCore

extension ConditionExpression {
    /// Reads a condition whole; names and values are resolved in the scope.
    init(_ text: String, kind: String, scope: inout ExpressionScope) throws(AWSServiceError) {
        var parser = try ExpressionParser(text, kind: kind, scope: scope)
        self = try parser.disjunction()
        try parser.expectEnd()
        scope = parser.scope
    }
}

extension ExpressionParser {
    private static let functions: Set<String> = [
        "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size",
    ]
    private static let types: Set<String> = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"]

    fileprivate mutating func disjunction() throws(AWSServiceError) -> ConditionExpression {
        var left = try conjunction()
        while takeKeyword("OR") { left = .or(left, try conjunction()) }
        return left
    }

    private mutating func conjunction() throws(AWSServiceError) -> ConditionExpression {
        var left = try negation()
        while takeKeyword("AND") { left = .and(left, try negation()) }
        return left
    }

    private mutating func negation() throws(AWSServiceError) -> ConditionExpression {
        guard takeKeyword("NOT") else { return try primary() }
        return .not(try nested { parser throws(AWSServiceError) in try parser.negation() })
    }

    private mutating func primary() throws(AWSServiceError) -> ConditionExpression {
        if take("(") {
            let startsTwice = current == .symbol("(")
            let inner = position
            let condition = try nested { parser throws(AWSServiceError) in try parser.disjunction() }
            if startsTwice, isClosedAsOne(from: inner) { throw fail("The expression has redundant parentheses;") }
            try expect(")")
            return condition
        }
        if case .word(let word) = current, following == .symbol("(") {
            guard Self.functions.contains(word) else { throw fail("Invalid function name; function: \(word)") }
            if word != "size" { return try function(word) }
        }
        return try comparison()
    }

    private mutating func function(_ name: String) throws(AWSServiceError) -> ConditionExpression {
        advance()
        try expect("(")
        var operands = [try operand()]
        while take(",") { operands.append(try operand()) }
        try expect(")")
        let expected = name == "attribute_exists" || name == "attribute_not_exists" ? 1 : 2
        guard operands.count == expected else {
            throw fail(
                "Incorrect number of operands for operator or function; operator or function: \(name), number of "
                    + "operands: \(operands.count)")
        }
        switch name {
        case "attribute_exists": return .exists(try path(operands[0], of: name))
        case "attribute_not_exists": return .notExists(try path(operands[0], of: name))
        case "attribute_type":
            let path = try path(operands[0], of: name)
            guard case .value(let value) = operands[1] else { throw incorrectType(name, operands[1]) }
            guard case .string(let type) = value else { throw incorrectType(name, operands[1]) }
            guard Self.types.contains(type) else {
                throw fail(
                    "Invalid attribute type name found; type: \(type), valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
            }
            return .hasType(path, type)
        case "begins_with":
            for operand in operands {
                if case .value(let value) = operand, !["S", "B"].contains(value.typeName) {
                    throw incorrectType(name, operand)
                }
            }
            return .beginsWith(operands[0], operands[1])
        default:
            guard operands[0] != operands[1] else { throw notDistinct(name, operands[0]) }
            return .contains(operands[0], operands[1])
        }
    }

    private mutating func comparison() throws(AWSServiceError) -> ConditionExpression {
        let left = try operand()
        if takeKeyword("BETWEEN") {
            let low = try operand()
            guard takeKeyword("AND") else { throw syntaxError() }
            let high = try operand()
            for bound in [low, high] { try checkOrdered(bound, "BETWEEN") }
            try checkBounds(low, high)
            return .between(left, low, high)
        }
        if takeKeyword("IN") {
            try expect("(")
            var candidates = [try operand()]
            while take(",") { candidates.append(try operand()) }
            try expect(")")
            guard candidates.count <= 100 else {
                throw fail("Too many operands for operator or function; operator or function: IN")
            }
            return .isOneOf(left, candidates)
        }
        guard case .symbol(let symbol) = current, let comparator = ConditionExpression.Comparator(rawValue: symbol)
        else {
            throw syntaxError()
        }
        advance()
        let right = try operand()
        guard left != right else { throw notDistinct(symbol, left) }
        if comparator != .equal, comparator != .notEqual {
            try checkOrdered(left, symbol)
            try checkOrdered(right, symbol)
        }
        return .compare(left, comparator, right)
    }

    private mutating func operand() throws(AWSServiceError) -> ConditionExpression.Operand {
        if let value = try value() { return .value(value) }
        if take("(") {
            let operand = try nested { parser throws(AWSServiceError) in try parser.operand() }
            try expect(")")
            return operand
        }
        if current == .word("size"), following == .symbol("(") {
            advance()
            advance()
            let inner = try operandOfSize()
            try expect(")")
            return .size(inner)
        }
        if case .word(let word) = current, following == .symbol("(") {
            if Self.functions.contains(word) {
                throw fail("The function is not allowed to be used this way in an expression; function: \(word)")
            }
            throw fail("Invalid function name; function: \(word)")
        }
        return .path(try path())
    }

    private mutating func operandOfSize() throws(AWSServiceError) -> DocumentPath {
        if try value() != nil {
            throw fail("Operator or function requires a document path; operator or function: size")
        }
        return try path()
    }

    private func path(_ operand: ConditionExpression.Operand, of function: String) throws(AWSServiceError)
        -> DocumentPath
    {
        guard case .path(let path) = operand else {
            throw fail("Operator or function requires a document path; operator or function: \(function)")
        }
        return path
    }

    private func checkOrdered(_ operand: ConditionExpression.Operand, _ name: String) throws(AWSServiceError) {
        guard case .value(let value) = operand, !["S", "N", "B"].contains(value.typeName) else { return }
        throw incorrectType(name, operand)
    }

    private func checkBounds(
        _ low: ConditionExpression.Operand, _ high: ConditionExpression.Operand
    ) throws(AWSServiceError) {
        guard case .value(let lower) = low, case .value(let upper) = high else { return }
        func words(_ value: AttributeValue) -> String { "AttributeValue: {\(value.typeName):\(value.plainText)}" }
        guard lower.typeName == upper.typeName else {
            throw fail(
                "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
                    + "\(words(lower)), upper bound operand: \(words(upper))")
        }
        guard upper.isLess(than: lower) != true else {
            throw fail(
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound "
                    + "operand: \(words(lower)), upper bound operand: \(words(upper))")
        }
    }

    private func incorrectType(_ name: String, _ operand: ConditionExpression.Operand) -> AWSServiceError {
        var type = "M"
        if case .value(let value) = operand { type = value.typeName }
        return fail(
            "Incorrect operand type for operator or function; operator or function: \(name), operand type: \(type)")
    }

    private func notDistinct(_ name: String, _ operand: ConditionExpression.Operand) -> AWSServiceError {
        var text = ""
        switch operand {
        case .path(let path): text = path.description
        case .size(let path): text = "size(\(path.description))"
        case .value(let value): text = "AttributeValue: {\(value.typeName):\(value.plainText)}"
        }
        return fail(
            "The first operand must be distinct from the remaining operands for this operator or function; operator: "
                + "\(name), first operand: \(text)")
    }
}

extension AttributeValue {
    /// A key value as error messages print it.
    var plainText: String {
        switch self {
        case .string(let text): text
        case .number(let number): number.text
        default: json[typeName]?.text ?? ""
        }
    }
}
