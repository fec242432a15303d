import EmulatorCore
import GRDB

/// What Query and Scan read: a table or one of its indexes.
struct ReadSource: Sendable {
    var table: TableRecord
    var index: SecondaryIndex?

    /// Reads the member IndexName.
    init(_ table: TableRecord, _ input: TableInput) throws(AWSServiceError) {
        self.table = table
        guard let name = try input.string("IndexName") else { return }
        try TableRecord.check(name: name, member: "indexName", shown: "IndexName")
        guard let index = table.index(named: name) else {
            throw .validation("The table does not have the specified index: \(name)")
        }
        self.index = index
        if index.kind == .global, try input.bool("ConsistentRead") == true {
            throw .validation("Consistent reads are not supported on global secondary indexes")
        }
    }

    /// The key that the items are sorted by.
    var schema: TableSchema { index?.schema ?? table.schema }

    /// The attributes of a key where a page ends.
    var positionNames: Set<String> { Set((table.schema.attributes + schema.attributes).map(\.name)) }

    /// The key where a page ends.
    func positionMembers(of item: Item) -> Item { item.filter { positionNames.contains($0.key) } }

    /// The place that a key of a page's end names.
    func position(_ members: Item) throws(AWSServiceError) -> KeyRange.Position {
        guard Set(members.keys) == positionNames else { throw Self.invalidStart }
        guard index != nil else { return .init(key: try table.schema.key(named: members)) }
        func part(_ schema: TableSchema) throws(AWSServiceError) -> ItemKey {
            let names = Set(schema.attributes.map(\.name))
            return try schema.key(named: members.filter { names.contains($0.key) })
        }
        return .init(key: try part(schema), primary: try part(table.schema))
    }

    /// Judges a start key as far as AWS does before it judges a query's conditions.
    func checkHash(ofStart members: Item) throws(AWSServiceError) {
        guard members.count == positionNames.count, let value = members[schema.hash.name] else { throw Self.noStart }
        guard value.typeName == schema.hash.type.rawValue else { throw Self.mismatch }
    }

    /// Judges the rest of it.
    func checkRest(ofStart members: Item) throws(AWSServiceError) {
        for key in schema.attributes.dropFirst() {
            guard let value = members[key.name] else { throw Self.noStart }
            guard value.typeName == key.type.rawValue else { throw Self.mismatch }
        }
        for key in table.schema.attributes {
            guard let value = members[key.name] else { throw Self.noStart }
            guard value.typeName == key.type.rawValue else { throw Self.invalidStart }
        }
    }

    private static let noStart = AWSServiceError.validation("The provided starting key is invalid")
    private static let mismatch = AWSServiceError.validation("The provided key element does not match the schema")

    static let invalidStart = AWSServiceError.validation(
        "The provided starting key is invalid: The provided key element does not match the schema")

    /// Goes through the items until `visit` returns false.
    ///
    /// - Parameter isWhole: all attributes are needed, also those that a local index does not hold.
    func scan(
        _ range: KeyRange, isWhole: Bool, _ db: Database, visit: (_ key: ItemKey, _ item: Item) throws -> Bool
    ) throws {
        guard let index else { return try ItemStore(table: table.number).scan(range, db, visit: visit) }
        let fetches = isWhole && index.kind == .local && index.projection != .all
        let items = ItemStore(table: table.number)
        try IndexStore(index).scan(range, db) { entry in
            let item = fetches ? try items.item(entry.primary, db) ?? entry.item : entry.item
            return try visit(entry.key, item)
        }
    }
}
