import EmulatorCore

/// What a Query asks of the primary key: one hash key, and a range of range keys.
struct KeyCondition: Sendable {
    var range: KeyRange

    /// Reads a KeyConditionExpression for a table's key.
    init(_ text: String, _ schema: TableSchema, scope: inout ExpressionScope) throws(AWSServiceError) {
        let condition = try ConditionExpression(text, kind: "KeyConditionExpression", scope: &scope)
        try self.init(condition, schema)
    }

    /// Takes a condition on a table's key apart.
    init(_ condition: ConditionExpression, _ schema: TableSchema) throws(AWSServiceError) {
        range = KeyRange()
        for part in try Self.parts(condition) {
            let name = try Self.attribute(of: part)
            if name == schema.hash.name {
                guard range.hash == nil else { throw Self.onePerKey }
                guard case .compare(_, .equal, let operand) = Self.turned(part) else { throw Self.notSupported }
                range.hash = try Self.bytes(operand, of: schema.hash)
            } else if let key = schema.range, name == key.name {
                guard range.lower == .open, range.upper == .open else { throw Self.onePerKey }
                try restrict(Self.turned(part), key)
            } else {
                let missing = range.hash == nil ? schema.hash.name : schema.range?.name ?? schema.hash.name
                throw .validation("Query condition missed key schema element: \(missing)")
            }
        }
        guard range.hash != nil else {
            throw .validation("Query condition missed key schema element: \(schema.hash.name)")
        }
    }

    private static let severalNames = AWSServiceError.validation(
        "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition"
    )
    private static let notSupported = AWSServiceError.validation("Query key condition not supported")
    private static let onePerKey = AWSServiceError.validation(
        "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key")

    private static func parts(_ condition: ConditionExpression) throws(AWSServiceError) -> [ConditionExpression] {
        switch condition {
        case .and(let left, let right): return try parts(left) + parts(right)
        case .or: throw .validation("Invalid operator used in KeyConditionExpression: OR")
        case .not: throw .validation("Invalid operator used in KeyConditionExpression: NOT")
        case .isOneOf: throw .validation("Invalid operator used in KeyConditionExpression: IN")
        case .exists: throw .validation("Invalid operator used in KeyConditionExpression: attribute_exists")
        case .notExists: throw .validation("Invalid operator used in KeyConditionExpression: attribute_not_exists")
        case .hasType: throw .validation("Invalid operator used in KeyConditionExpression: attribute_type")
        case .contains: throw .validation("Invalid operator used in KeyConditionExpression: contains")
        case .compare(_, .notEqual, _): throw .validation("Invalid operator used in KeyConditionExpression: <>")
        case .compare, .between, .beginsWith: return [condition]
        }
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

    private static func attribute(of condition: ConditionExpression) throws(AWSServiceError) -> String {
        let operand: ConditionExpression.Operand
        switch turned(condition) {
        case .compare(let left, _, _), .between(let left, _, _), .beginsWith(let left, _): operand = left
        default: throw notSupported
        }
        guard case .path(let path) = operand else { throw notSupported }
        guard path.steps.isEmpty else {
            throw .validation("KeyConditionExpressions cannot have conditions on nested attributes")
        }
        return path.attribute
    }

    private static func bytes(
        _ operand: ConditionExpression.Operand, of key: KeyAttribute
    ) throws(AWSServiceError) -> [UInt8] {
        guard case .value(let value) = operand else { throw severalNames }
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
