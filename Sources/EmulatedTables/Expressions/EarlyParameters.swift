import EmulatorCore
import ExactJSON

/// The parameters that DynamoDB had before expressions, turned into what expressions are turned into.
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html
enum EarlyParameters {
    /// Refuses a call that uses both kinds.
    static func check(_ input: TableInput, early: [String], expressions: [String]) throws(AWSServiceError) {
        let usedEarly = early.filter { input[$0] != nil }
        let usedExpressions = expressions.filter { input[$0] != nil }
        guard usedEarly.isEmpty || usedExpressions.isEmpty else {
            throw .validation(
                "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
                    + "{\(usedEarly.joined(separator: ", "))} Expression parameters: "
                    + "{\(usedExpressions.joined(separator: ", "))}")
        }
    }

    /// Reads AttributesToGet.
    static func projection(_ input: TableInput) throws(AWSServiceError) -> ProjectionExpression? {
        guard let elements = try input.array("AttributesToGet") else { return nil }
        let names = elements.compactMap(\.stringValue)
        guard names.count == elements.count else { throw TableInput.malformed("AttributesToGet") }
        guard !names.isEmpty else {
            throw .validation(
                "1 validation error detected: Value '[]' at 'attributesToGet' failed to satisfy constraint: Member must "
                    + "have length greater than or equal to 1")
        }
        for name in names { try Item.check(name: name) }
        guard Set(names).count == names.count else {
            let repeated = names.enumerated().first { names[..<$0.offset].contains($0.element) }
            throw .validation(
                "One or more parameter values were invalid: Duplicate value in attribute name: \(repeated?.element ?? "")"
            )
        }
        return ProjectionExpression(paths: names.map { DocumentPath(attribute: $0) })
    }

    /// Reads Expected, QueryFilter, ScanFilter or KeyConditions, joined by ConditionalOperator.
    static func condition(_ input: TableInput, _ key: String) throws(AWSServiceError) -> ConditionExpression? {
        let joint = try input.choice("ConditionalOperator", of: ["OR", "AND"])
        let isAny = joint == "OR"
        let conditions = try conditions(input, key) ?? []
        guard joint == nil || conditions.count > 1 else {
            throw .validation(
                conditions.isEmpty
                    ? "ConditionalOperator cannot be used without Filter or Expected"
                    : "ConditionalOperator can only be used when Filter or Expected has two or more elements")
        }
        var result: ConditionExpression?
        for (_, condition) in conditions {
            result = result.map { isAny ? .or($0, condition) : .and($0, condition) } ?? condition
        }
        return result
    }

    /// The same one by one, with the attribute that each is on, in the order of their names.
    static func conditions(
        _ input: TableInput, _ key: String
    ) throws(AWSServiceError) -> [(attribute: String, condition: ConditionExpression)]? {
        guard let members = try input.object(key) else { return nil }
        var conditions: [(attribute: String, condition: ConditionExpression)] = []
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            conditions.append((name, try condition(TableInput(member), DocumentPath(attribute: name))))
        }
        return conditions
    }

    private static func condition(_ input: TableInput, _ path: DocumentPath) throws(AWSServiceError)
        -> ConditionExpression
    {
        let value = try input["Value"].map { json throws(AWSServiceError) in try AttributeValue(json: json) }
        let exists = try input.bool("Exists")
        let name = try input.string("ComparisonOperator")
        let list = try input.array("AttributeValueList")
        guard list == nil || name != nil else {
            throw .validation(
                "One or more parameter values were invalid: AttributeValueList can only be used with a ComparisonOperator "
                    + "for Attribute: \(path.attribute)")
        }
        guard list == nil || value == nil else {
            throw .validation(
                "One or more parameter values were invalid: Value and AttributeValueList cannot be used together for "
                    + "Attribute: \(path.attribute)")
        }
        guard let name else {
            switch (value, exists) {
            case (nil, false): return .notExists(path)
            case (let value?, nil), (let value?, true): return .compare(.path(path), .equal, .value(value))
            case (_?, false):
                throw .validation(
                    "One or more parameter values were invalid: Value cannot be used when Exists is false for "
                        + "Attribute: \(path.attribute)")
            case (nil, _):
                throw .validation(
                    "One or more parameter values were invalid: Value must be provided when Exists is "
                        + "\(exists.map { String($0) } ?? "null") for Attribute: \(path.attribute)")
            }
        }
        guard exists == nil else {
            throw .validation(
                "One or more parameter values were invalid: Exists and ComparisonOperator cannot be used together for "
                    + "Attribute: \(path.attribute)")
        }
        var operands = value.map { [$0] } ?? []
        for element in list ?? [] {
            operands.append(try AttributeValue(json: element))
        }
        return try comparison(name, path, operands)
    }

    /// The types that the operands of some operators are limited to.
    private static let operandTypes: [String: Set<String>] = {
        let ordered: Set = ["S", "N", "B"]
        var types = ["BEGINS_WITH": Set(["S", "B"])]
        for name in ["LT", "LE", "GT", "GE", "BETWEEN", "IN"] { types[name] = ordered }
        for name in ["CONTAINS", "NOT_CONTAINS"] { types[name] = ordered.union(["BOOL", "NULL"]) }
        return types
    }()

    private static func comparison(
        _ name: String, _ path: DocumentPath, _ operands: [AttributeValue]
    ) throws(AWSServiceError) -> ConditionExpression {
        let counts: ClosedRange<Int> =
            switch name {
            case "NULL", "NOT_NULL": 0...0
            case "BETWEEN": 2...2
            case "IN": 1...100
            default: 1...1
            }
        guard counts.contains(operands.count), let first = operands.first ?? (counts.upperBound == 0 ? .null : nil)
        else {
            throw .validation(
                "One or more parameter values were invalid: Invalid number of argument(s) for the \(name) "
                    + "ComparisonOperator")
        }
        guard operands.allSatisfy({ $0.typeName == first.typeName }) else {
            throw .validation(
                "One or more parameter values were invalid: AttributeValues inside AttributeValueList must be of same type"
            )
        }
        if let types = operandTypes[name] {
            for operand in operands where !types.contains(operand.typeName) {
                throw .validation(
                    "One or more parameter values were invalid: ComparisonOperator \(name) is not valid for "
                        + "\(operand.typeName) AttributeValue type")
            }
        }
        let attribute = ConditionExpression.Operand.path(path)
        switch name {
        case "EQ": return .compare(attribute, .equal, .value(first))
        case "NE": return .compare(attribute, .notEqual, .value(first))
        case "LT": return .compare(attribute, .less, .value(first))
        case "LE": return .compare(attribute, .lessOrEqual, .value(first))
        case "GT": return .compare(attribute, .greater, .value(first))
        case "GE": return .compare(attribute, .greaterOrEqual, .value(first))
        case "NULL": return .notExists(path)
        case "NOT_NULL": return .exists(path)
        case "CONTAINS": return .contains(attribute, .value(first))
        case "NOT_CONTAINS": return .and(.exists(path), .not(.contains(attribute, .value(first))))
        case "BEGINS_WITH": return .beginsWith(attribute, .value(first))
        case "IN": return .isOneOf(attribute, operands.map(ConditionExpression.Operand.value))
        case "BETWEEN":
            guard operands[1].isLess(than: first) == false else {
                throw .validation(
                    "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound")
            }
            return .between(attribute, .value(first), .value(operands[1]))
        default:
            throw .validation(
                "1 validation error detected: Value '\(name)' at 'comparisonOperator' failed to satisfy constraint: Member "
                    + "must satisfy enum value set")
        }
    }

    /// Reads AttributeUpdates.
    static func update(_ input: TableInput) throws(AWSServiceError) -> UpdateExpression? {
        guard let members = try input.object("AttributeUpdates") else { return nil }
        var update = UpdateExpression(isEarly: true)
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            try Item.check(name: name)
            let input = TableInput(member)
            let value = try input["Value"].map { json throws(AWSServiceError) in try AttributeValue(json: json) }
            let action = try input.choice("Action", of: ["ADD", "PUT", "DELETE"]) ?? "PUT"
            update.clauses.append(.init(path: DocumentPath(attribute: name), action: try self.action(action, value)))
        }
        return update
    }

    private static func action(_ name: String, _ value: AttributeValue?) throws(AWSServiceError)
        -> UpdateExpression.Action
    {
        guard let value else {
            guard name == "DELETE" else {
                throw .validation(
                    "One or more parameter values were invalid: Only DELETE action is allowed when no attribute value is "
                        + "specified")
            }
            return .remove
        }
        if name == "PUT" { return .set(.value(value)) }
        let allowed = name == "ADD" ? ["N", "SS", "NS", "BS", "L"] : ["SS", "NS", "BS"]
        guard allowed.contains(value.typeName) else {
            throw .validation(
                "One or more parameter values were invalid: \(name) action \(name == "DELETE" ? "with value " : "")is not "
                    + "supported for the type \(value.typeName)")
        }
        return name == "ADD" ? .add(value) : .delete(value)
    }
}
