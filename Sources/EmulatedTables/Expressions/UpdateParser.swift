import EmulatorCore

extension UpdateExpression {
    /// Reads an update whole; names and values are resolved in the scope.
    init(_ text: String, scope: inout ExpressionScope) throws(AWSServiceError) {
        var parser = try ExpressionParser(text, kind: "UpdateExpression", scope: scope)
        self.init(clauses: try parser.update())
        scope = parser.scope
    }
}

extension ExpressionParser {
    private static let faultOrder: [ExpressionFaults.Kind] = [
        .reserved, .unknownFunction, .section, .undefinedName, .undefinedValue, .overlap, .conflict, .operation,
        .operandCount, .operand,
    ]

    fileprivate mutating func update() throws(AWSServiceError) -> [UpdateExpression.Clause] {
        var clauses: [UpdateExpression.Clause] = []
        var seen: Set<String> = []
        repeat {
            guard case .word(let word) = current else { throw syntaxError() }
            let section = word.uppercased()
            guard ["SET", "REMOVE", "ADD", "DELETE"].contains(section) else { throw syntaxError() }
            if !seen.insert(section).inserted {
                faults.note(.section, "The \"\(section)\" section can only be used once in an update expression;")
            }
            advance()
            repeat { clauses.append(try clause(section)) } while take(",")
        } while current != .end
        // Paths under one attribute only can meet, so a large update of many attributes stays quick to check.
        let groups = Dictionary(grouping: clauses.map(\.path), by: \.attribute)
        for paths in groups.values where paths.count > 1 { noteMeeting(paths) }
        try checkFaults(Self.faultOrder)
        return clauses
    }

    private mutating func clause(_ section: String) throws(AWSServiceError) -> UpdateExpression.Clause {
        let path = try path()
        switch section {
        case "SET":
            try expect("=")
            return .init(path: path, action: .set(try setValue()))
        case "REMOVE": return .init(path: path, action: .remove)
        default:
            guard let value = try value() else { throw syntaxError() }
            let allowed = section == "ADD" ? ["N", "SS", "NS", "BS"] : ["SS", "NS", "BS"]
            if !allowed.contains(value.typeName) {
                faults.note(
                    .operation,
                    "Incorrect operand type for operator or function; operator: \(section), operand type: "
                        + "\(value.longTypeName), typeSet: ALLOWED_FOR_\(section)_OPERAND")
            }
            return .init(path: path, action: section == "ADD" ? .add(value) : .delete(value))
        }
    }

    private mutating func setValue() throws(AWSServiceError) -> UpdateExpression.Value {
        let left = try operand()
        for symbol in ["+", "-"] where take(symbol) {
            let right = try operand()
            for operand in [left, right] {
                switch operand {
                case .value(let value) where value.typeName != "N": noteWrongType(symbol, value.typeName)
                case .listAppend: noteWrongType(symbol, "L")
                default: break
                }
            }
            return symbol == "+" ? .sum(left, right) : .difference(left, right)
        }
        return left
    }

    private mutating func operand() throws(AWSServiceError) -> UpdateExpression.Value {
        if let value = try value() { return .value(value) }
        if take("(") {
            let value = try nested { parser throws(AWSServiceError) in try parser.setValue() }
            try expect(")")
            return value
        }
        guard case .word(let name) = current, following == .symbol("(") else { return .path(try path()) }
        advance()
        advance()
        let operands = try nested { parser throws(AWSServiceError) in
            var operands = [try parser.operand()]
            while parser.take(",") { operands.append(try parser.operand()) }
            return operands
        }
        try expect(")")
        guard ["if_not_exists", "list_append"].contains(name) else {
            faults.note(.unknownFunction, "Invalid function name; function: \(name)")
            return operands[0]
        }
        guard operands.count == 2 else {
            faults.note(
                .operandCount,
                "Incorrect number of operands for operator or function; operator or function: \(name), number of "
                    + "operands: \(operands.count)")
            return operands[0]
        }
        for case .listAppend in operands {
            faults.note(
                .operand, "The function is not allowed to be used this way in an expression; function: list_append")
        }
        if name == "list_append" {
            for case .value(let value) in operands where value.typeName != "L" { noteWrongType(name, value.typeName) }
            return .listAppend(operands[0], operands[1])
        }
        guard case .path(let path) = operands[0] else {
            faults.note(
                .operand, "Operator or function requires a document path; operator or function: if_not_exists")
            return operands[1]
        }
        return .ifNotExists(path, operands[1])
    }

    private mutating func noteWrongType(_ name: String, _ type: String) {
        faults.note(
            .operand,
            "Incorrect operand type for operator or function; operator or function: \(name), operand type: \(type)")
    }

    /// Notes paths that lead to the same place, or into it.
    mutating func noteMeeting(_ paths: [DocumentPath]) {
        for (index, second) in paths.enumerated() {
            for first in paths[..<index] {
                let relation = first.relation(to: second)
                guard relation != .apart else { continue }
                faults.note(
                    relation == .overlapping ? .overlap : .conflict,
                    "Two document paths \(relation == .overlapping ? "overlap" : "conflict") with each other; must remove "
                        + "or rewrite one of these paths; path one: \(first.description), path two: \(second.description)"
                )
            }
        }
    }
}

extension AttributeValue {
    /// The type as ADD and DELETE tell it.
    fileprivate var longTypeName: String {
        switch self {
        case .string: "STRING"
        case .number: "NUMBER"
        case .binary: "BINARY"
        case .bool: "BOOLEAN"
        case .null: "NULL"
        case .stringSet: "STRING_SET"
        case .numberSet: "NUMBER_SET"
        case .binarySet: "BINARY_SET"
        case .list: "LIST"
        case .map: "MAP"
        }
    }
}
