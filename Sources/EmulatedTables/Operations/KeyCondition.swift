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
        var hashes: [[UInt8]] = []
        for key in schema.hashes {
            guard let part = parts.first(where: { $0.attribute == key.name }) else {
                throw .validation("Query condition missed key schema element: \(key.name)")
            }
            guard case .compare(_, .equal, let operand) = part.condition else {
                throw Self.isIndexable(part.condition) ? Self.notSupported : Self.notIndexable
            }
            hashes.append(try Self.bytes(operand, of: key))
        }
        range.hash = CompositeKey.bytes(hashes, isSeveral: hashes.count > 1)
        let hashNames = schema.hashes.map(\.name)
        let others = parts.filter { !hashNames.contains($0.attribute) }
        for part in others {
            guard schema.ranges.contains(where: { $0.name == part.attribute }) else {
                throw .validation(
                    "Query condition missed key schema element: \(schema.range?.name ?? schema.hash.name)")
            }
            guard Self.isIndexable(part.condition) else { throw Self.notIndexable }
        }
        try restrict(others, schema.ranges)
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
    ///
    /// - Parameter most: two, or more for an index whose keys have several attributes.
    static func checkCount(_ parts: [Part], most: Int) throws(AWSServiceError) {
        guard (1...most).contains(parts.count) else { throw .validation("Conditions can be of length 1 or 2 only") }
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

    /// Restricts the range keys: to those that have all but the last attribute named, as the conditions say.
    private mutating func restrict(_ parts: [Part], _ keys: [KeyAttribute]) throws(AWSServiceError) {
        guard let last = keys.lastIndex(where: { key in parts.contains { $0.attribute == key.name } }) else { return }
        var equals: [[UInt8]] = []
        var missing: [String] = []
        for key in keys[..<last] {
            if case .compare(_, .equal, let operand)? = parts.first(where: { $0.attribute == key.name })?.condition {
                equals.append(try Self.bytes(operand, of: key))
            } else {
                missing.append(key.name)
            }
        }
        guard missing.isEmpty else {
            throw .validation(
                "RANGE key attributes \(missing.joined(separator: ", ")) must have equality conditions specified in the "
                    + "query because a condition is present on key attribute \(keys[last].name)")
        }
        guard let condition = parts.first(where: { $0.attribute == keys[last].name })?.condition else { return }
        let base = equals.isEmpty ? [] : CompositeKey.bytes(equals, isSeveral: true)
        try restrict(condition, keys[last], base: base, isSeveral: keys.count > 1)
    }

    /// - Parameters:
    ///   - base: what the range keys begin with, by the conditions on earlier attributes.
    ///   - isSeveral: whether the range key has more than one attribute.
    private mutating func restrict(
        _ condition: ConditionExpression, _ key: KeyAttribute, base: [UInt8], isSeveral: Bool
    ) throws(AWSServiceError) {
        func whole(_ operand: ConditionExpression.Operand) throws(AWSServiceError) -> [UInt8] {
            let bytes = try Self.bytes(operand, of: key)
            return base + CompositeKey.bytes([bytes], isSeveral: isSeveral)
        }
        func through(_ bytes: [UInt8]) -> KeyRange.Bound { isSeveral ? Self.end(ofPrefix: bytes) : .inclusive(bytes) }
        func after(_ bytes: [UInt8]) -> KeyRange.Bound {
            guard isSeveral, case .exclusive(let end) = Self.end(ofPrefix: bytes) else { return .exclusive(bytes) }
            return .inclusive(end)
        }
        if !base.isEmpty { (range.lower, range.upper) = (.inclusive(base), Self.end(ofPrefix: base)) }
        switch condition {
        case .compare(_, let comparator, let operand):
            let bytes = try whole(operand)
            switch comparator {
            case .equal: (range.lower, range.upper) = (.inclusive(bytes), through(bytes))
            case .less: range.upper = .exclusive(bytes)
            case .lessOrEqual: range.upper = through(bytes)
            case .greater: range.lower = after(bytes)
            case .greaterOrEqual: range.lower = .inclusive(bytes)
            case .notEqual: throw Self.notSupported
            }
        case .between(_, let low, let high):
            range.lower = .inclusive(try whole(low))
            range.upper = through(try whole(high))
        case .beginsWith(_, let operand):
            guard key.type != .number else {
                throw .validation(
                    "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: "
                        + "begins_with, operand type: N")
            }
            let bytes = try Self.bytes(operand, of: key)
            let prefix = base + (isSeveral ? CompositeKey.beginning(of: bytes) : bytes)
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
