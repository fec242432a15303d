import EmulatorCore

/// A secondary index of a table: the items that have its key, in the order of that key, with some of their attributes.
///
/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/SecondaryIndexes.html
struct SecondaryIndex: Sendable, Codable, Hashable {
    enum Kind: String, Sendable, Codable {
        case global
        case local
        /// Not a user's: finds the items whose time to live has passed.
        case expiry
    }

    enum Projection: Sendable, Codable, Hashable {
        case all
        case keysOnly
        case include([String])
    }

    /// Names the stored rows; no table, stream or other index has it.
    var number: Int64
    var name: String
    var kind: Kind
    var schema: TableSchema
    var projection: Projection
    var readCapacity = 0
    var writeCapacity = 0

    /// The item's key in the index; nil for an item that has not all of it, which the index leaves out.
    ///
    /// - Throws: when the item's value for the key has another type than the index.
    func key(of item: Item) throws(AWSServiceError) -> ItemKey? {
        if kind == .expiry {
            guard case .number = item[schema.hash.name] else { return nil }
            return try schema.key(of: item)
        }
        var isWhole = true
        for attribute in schema.attributes {
            guard let value = item[attribute.name] else {
                isWhole = false
                continue
            }
            guard value.typeName == attribute.type.rawValue else {
                throw mismatch(of: attribute, actual: value.typeName)
            }
            if TableSchema.keyBytes(value)?.isEmpty == true {
                let type = attribute.type == .string ? "string" : "binary"
                throw .validation(
                    "One or more parameter values are not valid. A value specified for a secondary index key is not "
                        + "supported. The AttributeValue for a key attribute cannot contain an empty \(type) value. "
                        + "IndexName: \(name), IndexKey: \(attribute.name)")
            }
        }
        return isWhole ? try schema.key(of: item) : nil
    }

    /// The error of an item whose value for a key of the index has another type.
    func mismatch(of attribute: KeyAttribute, actual: String) -> AWSServiceError {
        .validation(
            "One or more parameter values were invalid: Type mismatch for Index Key \(attribute.name) Expected: "
                + "\(attribute.type.rawValue) Actual: \(actual) IndexName: \(name)")
    }

    /// What the index holds of an item of the table with this primary key.
    func projected(_ item: Item, primary: TableSchema) -> Item {
        let names: [String]
        switch projection {
        case .all: return item
        case .keysOnly: names = []
        case .include(let attributes): names = attributes
        }
        var result = primary.keyMembers(of: item)
        for name in names + schema.attributes.map(\.name) { result[name] = item[name] }
        return result
    }

    /// Whether the index holds all of a part of the items.
    func covers(_ attributes: some Sequence<String>, primary: TableSchema) -> Bool {
        guard projection != .all else { return true }
        var held = Set((primary.attributes + schema.attributes).map(\.name))
        if case .include(let names) = projection { held.formUnion(names) }
        return attributes.allSatisfy(held.contains)
    }
}
