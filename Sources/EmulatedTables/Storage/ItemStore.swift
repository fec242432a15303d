import Foundation
import GRDB

/// The stored items of one table; every call runs inside a read or write of `TableDatabase`.
struct ItemStore: Sendable {
    private let name: String
    private let select: String
    private let insert: String
    private let remove: String

    init(table number: Int64) {
        name = "items_\(number)"
        select = "SELECT item FROM \(name) WHERE hash = ? AND range = ?"
        insert = "INSERT OR REPLACE INTO \(name)(hash, range, size, item) VALUES (?, ?, ?, ?)"
        remove = "DELETE FROM \(name) WHERE hash = ? AND range = ?"
    }

    func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE \(name)(hash BLOB NOT NULL, range BLOB NOT NULL, size INTEGER NOT NULL,
                    item BLOB NOT NULL, PRIMARY KEY(hash, range)) WITHOUT ROWID
                """)
    }

    func drop(_ db: Database) throws { try db.execute(sql: "DROP TABLE IF EXISTS \(name)") }

    func item(_ key: ItemKey, _ db: Database) throws -> Item? {
        let statement = try db.cachedStatement(sql: select)
        let rows = try Row.fetchCursor(statement, arguments: [Data(key.hash), Data(key.range)])
        guard let row = try rows.next() else { return nil }
        let item = try row.withUnsafeData(atIndex: 0, Self.decode)
        // The statement is reset, so that it holds no lock.
        while try rows.next() != nil {}
        return item
    }

    func put(_ item: Item, size: Int, at key: ItemKey, _ db: Database) throws {
        try db.cachedStatement(sql: insert)
            .execute(arguments: [Data(key.hash), Data(key.range), size, Data(ItemCodec.encode(item))])
    }

    func delete(_ key: ItemKey, _ db: Database) throws {
        try db.cachedStatement(sql: remove).execute(arguments: [Data(key.hash), Data(key.range)])
    }

    /// How many items there are and how many bytes they take.
    func size(_ db: Database) throws -> TableSizes.Size {
        let row = try Row.fetchOne(db, sql: "SELECT count(*), coalesce(sum(size), 0) FROM \(name)")
        return .init(count: row?[0] ?? 0, bytes: row?[1] ?? 0)
    }

    /// Goes through items until `visit` returns false.
    func scan(_ range: KeyRange, _ db: Database, visit: (_ key: ItemKey, _ item: Item) throws -> Bool) throws {
        let (clauses, arguments) = range.clauses(isIndex: false)
        let statement = try db.makeStatement(sql: "SELECT hash, range, item FROM \(name)\(clauses)")
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() {
            let key = ItemKey(
                hash: try row.withUnsafeData(atIndex: 0) { [UInt8]($0 ?? Data()) },
                range: try row.withUnsafeData(atIndex: 1) { [UInt8]($0 ?? Data()) })
            guard let item = try row.withUnsafeData(atIndex: 2, Self.decode) else { continue }
            guard try visit(key, item) else { return }
        }
    }

    private static func decode(_ data: Data?) throws -> Item? {
        guard let data else { return nil }
        return try data.withUnsafeBytes { bytes in try ItemCodec.decode(bytes) }
    }
}
