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
    fileprivate mutating func update() throws(AWSServiceError) -> [UpdateExpression.Clause] {
        var clauses: [UpdateExpression.Clause] = []
        var seen: Set<String> = []
        repeat {
            guard case .word(let word) = current else { throw syntaxError() }
            let section = word.uppercased()
            guard ["SET", "REMOVE", "ADD", "DELETE"].contains(section) else { throw syntaxError() }
            guard seen.insert(section).inserted else {
                throw fail("The \"\(section)\" section can only be used once in an update expression;")
            }
            advance()
            repeat { clauses.append(try clause(section)) } while take(",")
        } while current != .end
        try checkApart(clauses)
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
            guard allowed.contains(value.typeName) else {
                throw incorrectType(section, value)
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
                case .value(let value) where value.typeName != "N": throw incorrectType(symbol, value)
                case .listAppend:
                    throw fail(
                        "Incorrect operand type for operator or function; operator or function: \(symbol), operand type: "
                            + "LIST")
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
        guard ["if_not_exists", "list_append"].contains(name) else {
            throw fail("Invalid function name; function: \(name)")
        }
        advance()
        advance()
        let operands = try nested { parser throws(AWSServiceError) in
            var operands = [try parser.operand()]
            while parser.take(",") { operands.append(try parser.operand()) }
            return operands
        }
        try expect(")")
        guard operands.count == 2 else {
            throw fail(
                "Incorrect number of operands for operator or function; operator or function: \(name), number of "
                    + "operands: \(operands.count)")
        }
        for case .listAppend in operands {
            throw fail("The function is not allowed to be used this way in an expression; function: list_append")
        }
        if name == "list_append" {
            for case .value(let value) in operands where value.typeName != "L" { throw incorrectType(name, value) }
            return .listAppend(operands[0], operands[1])
        }
        guard case .path(let path) = operands[0] else {
            throw fail("Operator or function requires a document path; operator or function: if_not_exists")
        }
        return .ifNotExists(path, operands[1])
    }

    private func incorrectType(_ name: String, _ value: AttributeValue) -> AWSServiceError {
        let types = [
            "S": "STRING", "N": "NUMBER", "B": "BINARY", "BOOL": "BOOLEAN", "NULL": "NULL", "SS": "STRING_SET",
            "NS": "NUMBER_SET", "BS": "BINARY_SET", "L": "LIST", "M": "MAP",
        ]
        let type = types[value.typeName] ?? value.typeName
        return fail(
            "Incorrect operand type for operator or function; operator or function: \(name), operand type: \(type)")
    }

    private func checkApart(_ clauses: [UpdateExpression.Clause]) throws(AWSServiceError) {
        // Paths under one attribute only can meet, so a large update of many attributes stays quick to check.
        let groups = Dictionary(grouping: clauses.map(\.path), by: \.attribute)
        for paths in groups.values where paths.count > 1 {
            for (index, second) in paths.enumerated() {
                for first in paths[..<index] {
                    let words: String
                    switch first.relation(to: second) {
                    case .apart: continue
                    case .overlapping: words = "overlap"
                    case .conflicting: words = "conflict"
                    }
                    throw fail(
                        "Two document paths \(words) with each other; must remove or rewrite one of these paths; path "
                            + "one: \(first.description), path two: \(second.description)")
                }
            }
        }
    }
}
