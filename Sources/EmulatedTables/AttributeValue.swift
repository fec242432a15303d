/// The value of an attribute, in DynamoDB's types.
package enum AttributeValue: Sendable, Hashable {
    case string(String)
    case number(DynamoNumber)
    case binary([UInt8])
    case bool(Bool)
    case null
    /// Sets are kept sorted, so that equal sets are equal values; they are never empty.
    case stringSet([String])
    case numberSet([DynamoNumber])
    case binarySet([[UInt8]])
    case list([AttributeValue])
    case map([String: AttributeValue])

    /// The type's name on the wire.
    package var typeName: String {
        switch self {
        case .string: "S"
        case .number: "N"
        case .binary: "B"
        case .bool: "BOOL"
        case .null: "NULL"
        case .stringSet: "SS"
        case .numberSet: "NS"
        case .binarySet: "BS"
        case .list: "L"
        case .map: "M"
        }
    }

    /// Bytes that the value counts towards its item's size
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
    var storedSize: Int {
        switch self {
        case .string(let text): text.utf8.count
        case .number(let number): number.storedSize
        case .binary(let bytes): bytes.count
        case .bool, .null: 1
        case .stringSet(let set): set.reduce(0) { $0 + $1.utf8.count }
        case .numberSet(let set): set.reduce(0) { $0 + $1.storedSize }
        case .binarySet(let set): set.reduce(0) { $0 + $1.count }
        case .list(let elements): elements.reduce(3) { $0 + 1 + $1.storedSize }
        case .map(let members): members.reduce(3) { $0 + 1 + $1.key.utf8.count + $1.value.storedSize }
        }
    }
}

/// An item: its attributes by name.
package typealias Item = [String: AttributeValue]

extension Item {
    /// Most bytes of an item, names included.
    static let maximumSize = 400 * 1024

    var storedSize: Int { reduce(0) { $0 + $1.key.utf8.count + $1.value.storedSize } }
}

/// The order of bytes, shorter first where one is the beginning of the other.
func bytesAreLess(_ left: [UInt8], _ right: [UInt8]) -> Bool { left.lexicographicallyPrecedes(right) }

/// DynamoDB orders strings by their UTF-8 bytes, not as `String` does.
func textIsLess(_ left: String, _ right: String) -> Bool { left.utf8.lexicographicallyPrecedes(right.utf8) }
