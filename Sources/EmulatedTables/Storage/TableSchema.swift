import EmulatorCore
import ExactJSON

/// The type of a key attribute.
enum KeyType: String, Sendable, Codable {
    case string = "S"
    case number = "N"
    case binary = "B"
}

/// One attribute of a table's primary key.
struct KeyAttribute: Sendable, Hashable, Codable {
    var name: String
    var type: KeyType
}

/// The primary key of a table: a hash key, and a range key or none. The key of a global index may have several of either.
struct TableSchema: Sendable, Hashable, Codable {
    var hash: KeyAttribute
    var range: KeyAttribute?
    /// The attributes of the hash key and of the range key after the first; nil where there is one at most.
    var furtherHashes: [KeyAttribute]?
    var furtherRanges: [KeyAttribute]?

    /// Longest hash and range key, in bytes
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html).
    private static let longestHash = 2048
    private static let longestRange = 1024

    /// Most attributes of a hash key, and of a range key.
    static let mostOfAKind = 4

    init(hash: KeyAttribute) { self.hash = hash }

    init(hashes: [KeyAttribute], ranges: [KeyAttribute], otherwise: KeyAttribute) {
        hash = hashes.first ?? otherwise
        range = ranges.first
        if hashes.count > 1 { furtherHashes = Array(hashes.dropFirst()) }
        if ranges.count > 1 { furtherRanges = Array(ranges.dropFirst()) }
    }

    var attributes: [KeyAttribute] {
        isComposite ? hashes + ranges : range.map { [hash, $0] } ?? [hash]
    }
    var hashes: [KeyAttribute] { [hash] + (furtherHashes ?? []) }
    var ranges: [KeyAttribute] { range.map { [$0] + (furtherRanges ?? []) } ?? [] }
    /// Whether the hash key or the range key has several attributes.
    var isComposite: Bool { furtherHashes != nil || furtherRanges != nil }

    /// The key of an item that is to be stored.
    func key(of item: Item) throws(AWSServiceError) -> ItemKey {
        for attribute in attributes {
            guard let value = item[attribute.name] else {
                throw .validation(
                    "One or more parameter values were invalid: Missing the key \(attribute.name) in the item")
            }
            guard value.typeName == attribute.type.rawValue else {
                throw .validation(
                    "One or more parameter values were invalid: Type mismatch for key \(attribute.name) expected: "
                        + "\(attribute.type.rawValue) actual: \(value.typeName)")
            }
        }
        return try encoded(item)
    }

    /// The key that a call names, which must have the key's attributes and no others.
    func key(named members: Item) throws(AWSServiceError) -> ItemKey {
        guard members.count == attributes.count,
            attributes.allSatisfy({ members[$0.name]?.typeName == $0.type.rawValue })
        else { throw .validation("The provided key element does not match the schema") }
        return try encoded(members)
    }

    private func encoded(_ item: Item) throws(AWSServiceError) -> ItemKey {
        var key = ItemKey(hash: [], range: [])
        if isComposite {
            var hashBytes: [[UInt8]] = []
            for hash in hashes {
                hashBytes.append(try encoded(item[hash.name], of: hash, most: Self.longestHash, kind: "hashkey"))
            }
            var rangeBytes: [[UInt8]] = []
            for range in ranges {
                rangeBytes.append(try encoded(item[range.name], of: range, most: Self.longestRange, kind: "rangekey"))
            }
            return ItemKey(
                hash: CompositeKey.bytes(hashBytes, isSeveral: furtherHashes != nil),
                range: CompositeKey.bytes(rangeBytes, isSeveral: furtherRanges != nil))
        }
        key.hash = try encoded(item[hash.name], of: hash, most: Self.longestHash, kind: "hashkey")
        if let range { key.range = try encoded(item[range.name], of: range, most: Self.longestRange, kind: "rangekey") }
        return key
    }

    private func encoded(
        _ value: AttributeValue?, of attribute: KeyAttribute, most: Int, kind: String
    ) throws(AWSServiceError) -> [UInt8] {
        guard let value, let bytes = Self.keyBytes(value) else {
            throw .validation("The provided key element does not match the schema")
        }
        if bytes.isEmpty {
            let type = attribute.type == .string ? "string" : "binary"
            throw .validation(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                    + "empty \(type) value. Key: \(attribute.name)")
        }
        guard bytes.count <= most else {
            throw .validation(
                kind == "hashkey"
                    ? "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit "
                        + "of\(most) bytes"
                    : "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size "
                        + "limit of \(most) bytes")
        }
        return bytes
    }

    /// Bytes whose order is the order of keys; nil for a type that no key has.
    static func keyBytes(_ value: AttributeValue) -> [UInt8]? {
        switch value {
        case .string(let text): Array(text.utf8)
        case .number(let number): number.sortKey
        case .binary(let bytes): bytes
        default: nil
        }
    }

    /// The key's attributes of an item.
    func keyMembers(of item: Item) -> Item {
        var members = Item()
        for attribute in attributes { members[attribute.name] = item[attribute.name] }
        return members
    }

    var json: JSONValue {
        func elements(_ attributes: [KeyAttribute], _ type: JSONValue) -> [JSONValue] {
            attributes.map { ["AttributeName": .string($0.name), "KeyType": type] }
        }
        return .array(elements(hashes, "HASH") + elements(ranges, "RANGE"))
    }
}

/// A primary key as it is stored: bytes in the order of keys.
struct ItemKey: Sendable, Hashable {
    var hash: [UInt8]
    /// Empty for a table without a range key.
    var range: [UInt8]
}
