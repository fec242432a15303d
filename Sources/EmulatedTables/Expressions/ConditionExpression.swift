/// A condition on an item: ConditionExpression, FilterExpression, KeyConditionExpression.
indirect enum ConditionExpression: Sendable, Equatable {
    enum Operand: Sendable, Hashable {
        case path(DocumentPath)
        case value(AttributeValue)
        case size(DocumentPath)

        func value(in item: Item) -> AttributeValue? {
            switch self {
            case .path(let path): path.value(in: item)
            case .value(let value): value
            case .size(let path): path.value(in: item)?.countedSize.map { .number(DynamoNumber($0)) }
            }
        }
    }

    enum Comparator: String, Sendable {
        case equal = "="
        case notEqual = "<>"
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    case and(ConditionExpression, ConditionExpression)
    case or(ConditionExpression, ConditionExpression)
    case not(ConditionExpression)
    case compare(Operand, Comparator, Operand)
    case between(Operand, Operand, Operand)
    case isOneOf(Operand, [Operand])
    case exists(DocumentPath)
    case notExists(DocumentPath)
    case hasType(Operand, String)
    case beginsWith(Operand, Operand)
    case contains(Operand, Operand)

    /// Whether the item meets the condition; an item that does not exist is one without attributes.
    func holds(for item: Item) -> Bool {
        switch self {
        case .and(let left, let right): left.holds(for: item) && right.holds(for: item)
        case .or(let left, let right): left.holds(for: item) || right.holds(for: item)
        case .not(let condition): !condition.holds(for: item)
        case .exists(let path): path.value(in: item) != nil
        case .notExists(let path): path.value(in: item) == nil
        case .hasType(let operand, let name): operand.value(in: item)?.typeName == name
        case .compare(let left, let comparator, let right):
            Self.compare(left.value(in: item), comparator, right.value(in: item))
        case .between(let operand, let low, let high):
            Self.compare(operand.value(in: item), .greaterOrEqual, low.value(in: item))
                && Self.compare(operand.value(in: item), .lessOrEqual, high.value(in: item))
        case .isOneOf(let operand, let candidates):
            candidates.contains { Self.compare(operand.value(in: item), .equal, $0.value(in: item)) }
        case .beginsWith(let operand, let prefix):
            switch (operand.value(in: item), prefix.value(in: item)) {
            case (.string(let text), .string(let prefix)): text.utf8.starts(with: prefix.utf8)
            case (.binary(let bytes), .binary(let prefix)): bytes.starts(with: prefix)
            default: false
            }
        case .contains(let operand, let part):
            Self.contains(operand.value(in: item), part.value(in: item))
        }
    }

    private static func compare(_ left: AttributeValue?, _ comparator: Comparator, _ right: AttributeValue?) -> Bool {
        // A missing attribute is unequal to everything, and meets no other comparison.
        guard let left, let right else { return comparator == .notEqual && (left != nil || right != nil) }
        switch comparator {
        case .equal: return left == right
        case .notEqual: return left != right
        case .less: return left.isLess(than: right) ?? false
        case .greater: return right.isLess(than: left) ?? false
        case .lessOrEqual: return right.isLess(than: left).map { !$0 } ?? false
        case .greaterOrEqual: return left.isLess(than: right).map { !$0 } ?? false
        }
    }

    private static func contains(_ whole: AttributeValue?, _ part: AttributeValue?) -> Bool {
        guard let whole, let part else { return false }
        switch (whole, part) {
        case (.string(let text), .string(let part)): return Array(text.utf8).containsRun(Array(part.utf8))
        case (.binary(let bytes), .binary(let part)): return bytes.containsRun(part)
        case (.stringSet(let set), .string(let member)): return set.contains(member)
        case (.numberSet(let set), .number(let member)): return set.contains(member)
        case (.binarySet(let set), .binary(let member)): return set.contains(member)
        case (.list(let elements), _): return elements.contains(part)
        default: return false
        }
    }
}

extension ConditionExpression {
    /// Top-level attributes that the condition looks at.
    var attributes: [String] {
        func names(_ operands: [Operand]) -> [String] {
            operands.compactMap { operand in
                switch operand {
                case .path(let path), .size(let path): path.attribute
                case .value: nil
                }
            }
        }
        return switch self {
        case .and(let left, let right), .or(let left, let right): left.attributes + right.attributes
        case .not(let inner): inner.attributes
        case .compare(let left, _, let right): names([left, right])
        case .between(let operand, let low, let high): names([operand, low, high])
        case .isOneOf(let operand, let candidates): names([operand] + candidates)
        case .exists(let path), .notExists(let path): [path.attribute]
        case .hasType(let operand, _): names([operand])
        case .beginsWith(let left, let right), .contains(let left, let right): names([left, right])
        }
    }
}

extension [UInt8] {
    fileprivate func containsRun(_ run: [UInt8]) -> Bool {
        guard !run.isEmpty else { return true }
        guard run.count <= count else { return false }
        return (0...(count - run.count)).contains { self[$0] == run[0] && self[$0..<$0 + run.count].elementsEqual(run) }
    }
}

extension AttributeValue {
    /// The order of two strings, numbers or binaries; nil for other or different types.
    func isLess(than other: AttributeValue) -> Bool? {
        switch (self, other) {
        case (.string(let left), .string(let right)): textIsLess(left, right)
        case (.number(let left), .number(let right)): left < right
        case (.binary(let left), .binary(let right)): bytesAreLess(left, right)
        default: nil
        }
    }

    /// What the function `size` gives: bytes, or elements of a collection; nil for types without a size.
    var countedSize: Int? {
        switch self {
        case .string(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        case .stringSet(let set): set.count
        case .numberSet(let set): set.count
        case .binarySet(let set): set.count
        case .list(let elements): elements.count
        case .map(let members): members.count
        case .number, .bool, .null: nil
        }
    }
}
