import EmulatorCore

extension ConditionExpression {
    /// Reads a condition whole; names and values are resolved in the scope.
    init(_ text: String, kind: String, scope: inout ExpressionScope) throws(AWSServiceError) {
        var parser = try ExpressionParser(text, kind: kind, scope: scope)
        self = try parser.disjunction()
        try parser.expectEnd()
        try parser.checkFaults([.parentheses, .unknownFunction, .misusedFunction, .reserved, .comparison])
        scope = parser.scope
    }
}

extension ExpressionParser {
    private static let functions: Set<String> = [
        "attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size",
    ]
    /// Functions that expressions of the other kinds have.
    private static let foreignFunctions: Set<String> = ["if_not_exists", "list_append"]
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
            if startsTwice, isClosedAsOne(from: inner) {
                faults.note(.parentheses, "The expression has redundant parentheses;")
            }
            try expect(")")
            return condition
        }
        let condition: ConditionExpression
        if case .word(let word) = current, following == .symbol("("), word != "size", Self.functions.contains(word) {
            condition = try function(word)
        } else {
            condition = try comparison()
        }
        if let message = faults.first(of: [.undefined, .operandCount, .notDistinct, .operand]) {
            faults.note(.comparison, message)
        }
        return condition
    }

    private mutating func function(_ name: String) throws(AWSServiceError) -> ConditionExpression {
        advance()
        try expect("(")
        var operands = [try operand()]
        while take(",") { operands.append(try operand()) }
        try expect(")")
        let expected = name == "attribute_exists" || name == "attribute_not_exists" ? 1 : 2
        guard operands.count == expected else {
            faults.note(
                .operandCount,
                "Incorrect number of operands for operator or function; operator or function: \(name), number of "
                    + "operands: \(operands.count)")
            return .exists(DocumentPath(attribute: name))
        }
        switch name {
        case "attribute_exists": return .exists(path(operands[0], of: name))
        case "attribute_not_exists": return .notExists(path(operands[0], of: name))
        case "attribute_type":
            guard case .value(.string(let type)) = operands[1] else {
                noteWrongType(name, operands[1])
                return .exists(DocumentPath(attribute: name))
            }
            if !Self.types.contains(type) {
                faults.note(
                    .operand,
                    "Invalid attribute type name found; type: \(type), valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}")
            }
            return .hasType(operands[0], type)
        case "begins_with":
            for operand in operands {
                if case .value(let value) = operand, !["S", "B"].contains(value.typeName) {
                    noteWrongType(name, operand)
                }
            }
            return .beginsWith(operands[0], operands[1])
        default:
            if operands[0] == operands[1] { noteNotDistinct(name, operands[0]) }
            return .contains(operands[0], operands[1])
        }
    }

    private mutating func comparison() throws(AWSServiceError) -> ConditionExpression {
        var function: String?
        if case .word(let word) = current, following == .symbol("(") { function = word }
        let left = try operand()
        if takeKeyword("BETWEEN") {
            let low = try operand()
            guard takeKeyword("AND") else { throw syntaxError() }
            let high = try operand()
            for bound in [low, high] { checkOrdered(bound, "BETWEEN") }
            checkBounds(low, high)
            return .between(left, low, high)
        }
        if takeKeyword("IN") {
            try expect("(")
            var candidates = [try operand()]
            while take(",") { candidates.append(try operand()) }
            try expect(")")
            if candidates.count > 100 {
                faults.note(.operandCount, "Too many operands for operator or function; operator or function: IN")
            }
            return .isOneOf(left, candidates)
        }
        guard case .symbol(let symbol) = current, let comparator = ConditionExpression.Comparator(rawValue: symbol)
        else {
            guard let function else { throw syntaxError() }
            noteMisuse(of: function)
            return .exists(DocumentPath(attribute: function))
        }
        advance()
        let right = try operand()
        if left == right { noteNotDistinct(symbol, left) }
        if comparator != .equal, comparator != .notEqual {
            checkOrdered(left, symbol)
            checkOrdered(right, symbol)
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
            var count = 1
            while take(",") {
                _ = try operandOfSize()
                count += 1
            }
            try expect(")")
            if count > 1 {
                faults.note(
                    .operandCount,
                    "Incorrect number of operands for operator or function; operator or function: size, number of "
                        + "operands: \(count)")
            }
            return .size(inner)
        }
        if case .word(let word) = current, following == .symbol("(") {
            advance()
            advance()
            try nested { parser throws(AWSServiceError) in
                _ = try parser.operand()
                while parser.take(",") { _ = try parser.operand() }
            }
            try expect(")")
            noteMisuse(of: word)
            return .path(DocumentPath(attribute: word))
        }
        return .path(try path())
    }

    private mutating func noteMisuse(of function: String) {
        guard Self.functions.contains(function) || Self.foreignFunctions.contains(function) else {
            faults.note(.unknownFunction, "Invalid function name; function: \(function)")
            return
        }
        faults.note(
            .misusedFunction,
            "The function is not allowed to be used this way in an expression; function: \(function)")
    }

    private mutating func operandOfSize() throws(AWSServiceError) -> DocumentPath {
        if try value() != nil {
            faults.note(.operand, "Operator or function requires a document path; operator or function: size")
            return DocumentPath(attribute: "size")
        }
        return try path()
    }

    private mutating func path(_ operand: ConditionExpression.Operand, of function: String) -> DocumentPath {
        if case .path(let path) = operand { return path }
        faults.note(.operand, "Operator or function requires a document path; operator or function: \(function)")
        return DocumentPath(attribute: function)
    }

    private mutating func checkOrdered(_ operand: ConditionExpression.Operand, _ name: String) {
        guard case .value(let value) = operand, !["S", "N", "B"].contains(value.typeName) else { return }
        noteWrongType(name, operand)
    }

    private mutating func checkBounds(_ low: ConditionExpression.Operand, _ high: ConditionExpression.Operand) {
        guard case .value(let lower) = low, case .value(let upper) = high else { return }
        func words(_ value: AttributeValue) -> String { "AttributeValue: {\(value.typeName):\(value.plainText)}" }
        guard lower.typeName == upper.typeName else {
            faults.note(
                .operand,
                "The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: "
                    + "\(words(lower)), upper bound operand: \(words(upper))")
            return
        }
        if upper.isLess(than: lower) == true {
            faults.note(
                .operand,
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound "
                    + "operand: \(words(lower)), upper bound operand: \(words(upper))")
        }
    }

    private mutating func noteWrongType(_ name: String, _ operand: ConditionExpression.Operand) {
        // A path may be of any type, which is told as all of them.
        var type = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
        if case .value(let value) = operand { type = value.typeName }
        faults.note(
            .operand,
            "Incorrect operand type for operator or function; operator or function: \(name), operand type: \(type)")
    }

    /// Only places are compared: two values may well be the same.
    private mutating func noteNotDistinct(_ name: String, _ operand: ConditionExpression.Operand) {
        let text: String
        switch operand {
        case .path(let path): text = path.description
        case .size(let path): text = "size(\(path.description))"
        case .value: return
        }
        faults.note(
            .notDistinct,
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
