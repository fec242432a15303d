import EmulatorCore

/// What a Query asks of the primary key: one hash key, and a range of range keys.
struct KeyCondition: Sendable {
    var range: KeyRange

    /// A condition on one attribute, with the attribute on its left.
    typealias Part = (attribute: String, condition: ConditionExpression)

    /// Takes conditions on a table's key apart.
    ///
    /// - Parameter parts: of KeyConditions, or of an expression as `parts(of:)` gives them.
    init(_ parts: [Part], _ schema: TableSchema) throws(AWSServiceError) {
        range = KeyRange()
        guard let hash = parts.first(where: { $0.attribute == schema.hash.name }) else {
            throw .validation("Query condition missed key schema element: \(schema.hash.name)")
        }
        guard case .compare(_, .equal, let operand) = hash.condition else {
            throw Self.isIndexable(hash.condition) ? Self.notSupported : Self.notIndexable
        }
        range.hash = try Self.bytes(operand, of: schema.hash)
        for part in parts where part.attribute != schema.hash.name {
            guard let key = schema.range, part.attribute == key.name else {
                throw .validation(
                    "Query condition missed key schema element: \(schema.range?.name ?? schema.hash.name)")
            }
            guard Self.isIndexable(part.condition) else { throw Self.notIndexable }
            try restrict(part.condition, key)
        }
    }

    private static let notSupported = AWSServiceError.validation("Query key condition not supported")
    private static let notIndexable = AWSServiceError.validation(
        "Attempted conditional constraint is not an indexable operation")

    private static func isIndexable(_ condition: ConditionExpression) -> Bool {
        switch condition {
        case .compare(_, let comparator, _): comparator != .notEqual
        case .between, .beginsWith: true
        default: false
        }
    }

    /// Refuses more conditions than a key has attributes.
    static func checkCount(_ parts: [Part]) throws(AWSServiceError) {
        guard (1...2).contains(parts.count) else { throw .validation("Conditions can be of length 1 or 2 only") }
    }

    /// The parts of a KeyConditionExpression, which must each be on another attribute.
    static func parts(of condition: ConditionExpression) throws(AWSServiceError) -> [Part] {
        var parts: [Part] = []
        for condition in try conditions(condition) {
            let name = try attribute(of: condition)
            guard !parts.contains(where: { $0.attribute == name }) else {
                throw .validation("KeyConditionExpressions must only contain one condition per key")
            }
            parts.append((name, turned(condition)))
        }
        try checkCount(parts)
        return parts
    }

    private static func conditions(_ condition: ConditionExpression) throws(AWSServiceError) -> [ConditionExpression] {
        let name: String
        switch condition {
        case .and(let left, let right): return try conditions(left) + conditions(right)
        case .compare(_, .notEqual, _): name = "<>"
        case .compare, .between, .beginsWith: return [condition]
        case .or: name = "OR"
        case .not: name = "NOT"
        case .isOneOf: name = "IN"
        case .exists: name = "attribute_exists"
        case .notExists: name = "attribute_not_exists"
        case .hasType: name = "attribute_type"
        case .contains: name = "contains"
        }
        throw .validation("Invalid operator used in KeyConditionExpression: \(name)")
    }

    /// The comparison with the attribute on its left.
    private static func turned(_ condition: ConditionExpression) -> ConditionExpression {
        guard case .compare(.value(let value), let comparator, let right) = condition else { return condition }
        let opposite: ConditionExpression.Comparator =
            switch comparator {
            case .less: .greater
            case .lessOrEqual: .greaterOrEqual
            case .greater: .less
            case .greaterOrEqual: .lessOrEqual
            case .equal, .notEqual: comparator
            }
        return .compare(right, opposite, .value(value))
    }

    /// The one attribute that a condition is on.
    private static func attribute(of condition: ConditionExpression) throws(AWSServiceError) -> String {
        let operands: [ConditionExpression.Operand]
        var function: String?
        switch condition {
        case .compare(let left, _, let right): operands = [left, right]
        case .between(let left, let low, let high): (operands, function) = ([left, low, high], "BETWEEN")
        case .beginsWith(let left, let prefix): (operands, function) = ([left, prefix], "begins_with")
        default: throw notSupported
        }
        let invalid = "Invalid condition in KeyConditionExpression: "
        var name: String?
        for operand in operands {
            switch operand {
            case .path(let path):
                guard name == nil else {
                    throw .validation(invalid + "Multiple attribute names used in one condition")
                }
                guard path.steps.isEmpty else {
                    throw .validation("KeyConditionExpressions cannot have conditions on nested attributes")
                }
                name = path.attribute
            case .value:
                guard name != nil || function == nil else {
                    throw .validation(
                        invalid + "\(function ?? "") operator must have the key attribute as its first operand")
                }
            case .size: throw .validation("KeyConditionExpressions cannot contain nested operations")
            }
        }
        guard let name else { throw .validation(invalid + "No key attribute specified") }
        return name
    }

    private static func bytes(
        _ operand: ConditionExpression.Operand, of key: KeyAttribute
    ) throws(AWSServiceError) -> [UInt8] {
        guard case .value(let value) = operand else { throw notSupported }
        guard value.typeName == key.type.rawValue, let bytes = TableSchema.keyBytes(value) else {
            throw .validation(
                "One or more parameter values were invalid: Condition parameter type does not match schema type")
        }
        guard !bytes.isEmpty else {
            throw .validation(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                    + "empty \(key.type == .string ? "string" : "binary") value. Key: \(key.name)")
        }
        return bytes
    }

    private mutating func restrict(_ condition: ConditionExpression, _ key: KeyAttribute) throws(AWSServiceError) {
        switch condition {
        case .compare(_, let comparator, let operand):
            let bytes = try Self.bytes(operand, of: key)
            switch comparator {
            case .equal: (range.lower, range.upper) = (.inclusive(bytes), .inclusive(bytes))
            case .less: range.upper = .exclusive(bytes)
            case .lessOrEqual: range.upper = .inclusive(bytes)
            case .greater: range.lower = .exclusive(bytes)
            case .greaterOrEqual: range.lower = .inclusive(bytes)
            case .notEqual: throw Self.notSupported
            }
        case .between(_, let low, let high):
            range.lower = .inclusive(try Self.bytes(low, of: key))
            range.upper = .inclusive(try Self.bytes(high, of: key))
        case .beginsWith(_, let operand):
            guard key.type != .number else {
                throw .validation(
                    "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: "
                        + "begins_with, operand type: N")
            }
            let prefix = try Self.bytes(operand, of: key)
            range.lower = .inclusive(prefix)
            range.upper = Self.end(ofPrefix: prefix)
        default: throw Self.notSupported
        }
    }

    /// The first key that does not begin with the prefix any more.
    private static func end(ofPrefix prefix: [UInt8]) -> KeyRange.Bound {
        var bytes = prefix
        while let last = bytes.popLast() {
            if last < 0xFF { return .exclusive(bytes + [last + 1]) }
        }
        return .open
    }
}
