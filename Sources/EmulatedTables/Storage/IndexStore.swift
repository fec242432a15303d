import Foundation
import GRDB

/// The stored rows of one secondary index; every call runs inside a read or write of `TableDatabase`.
struct IndexStore: Sendable {
    let index: SecondaryIndex
    private let name: String

    init(_ index: SecondaryIndex) {
        self.index = index
        name = "index_\(index.number)"
    }

    /// One item in the index.
    struct Entry: Sendable {
        var key: ItemKey
        var primary: ItemKey
        var item: Item
    }

    /// The rows of an item before and after a write, worked out before anything is written.
    struct Change: Sendable {
        var removed: ItemKey?
        var stored: (key: ItemKey, item: [UInt8], size: Int)?
        /// What it adds to the index's size.
        var growth = TableSizes.Size()
        /// Write units that it costs.
        var units: Double
    }

    func create(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE \(name)(hash BLOB NOT NULL, range BLOB NOT NULL, primary_hash BLOB NOT NULL,
                    primary_range BLOB NOT NULL, size INTEGER NOT NULL, item BLOB NOT NULL,
                    PRIMARY KEY(hash, range, primary_hash, primary_range)) WITHOUT ROWID
                """)
    }

    func drop(_ db: Database) throws { try db.execute(sql: "DROP TABLE IF EXISTS \(name)") }

    /// What a write of the item changes here; nil when it changes nothing.
    ///
    /// - Throws: an AWS error when the new item does not fit the index.
    func change(from old: Item?, to new: Item?, primary: TableSchema) throws -> Change? {
        let newKey = try new.flatMap { item in try index.key(of: item) }
        // What is stored has been checked, or was there before the index and left out.
        let oldKey = old.flatMap { item in (try? index.key(of: item)) ?? nil }
        guard newKey != nil || oldKey != nil else { return nil }
        let before = oldKey == nil ? nil : old.map { index.projected($0, primary: primary) }
        let after = newKey == nil ? nil : new.map { index.projected($0, primary: primary) }
        guard before != after else { return nil }
        var change = Change(units: 0)
        change.growth.count = (after == nil ? 0 : 1) - (before == nil ? 0 : 1)
        change.growth.bytes = (after?.storedSize ?? 0) - (before?.storedSize ?? 0)
        if let oldKey, oldKey != newKey {
            change.removed = oldKey
            change.units += ConsumedCapacity.write(bytes: before?.storedSize ?? 0)
        }
        if let newKey, let after {
            change.stored = (newKey, ItemCodec.encode(after), after.storedSize)
            let size = max(after.storedSize, oldKey == newKey ? before?.storedSize ?? 0 : 0)
            change.units += ConsumedCapacity.write(bytes: size)
        }
        return change
    }

    func apply(_ change: Change, primary: ItemKey, _ db: Database) throws {
        if let key = change.removed {
            try db.cachedStatement(
                sql: "DELETE FROM \(name) WHERE hash = ? AND range = ? AND primary_hash = ? AND primary_range = ?"
            ).execute(arguments: [Data(key.hash), Data(key.range), Data(primary.hash), Data(primary.range)])
        }
        if let (key, item, size) = change.stored {
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO \(name)(hash, range, primary_hash, primary_range, size, item)
                    VALUES (?, ?, ?, ?, ?, ?)
                    """
            ).execute(
                arguments: [
                    Data(key.hash), Data(key.range), Data(primary.hash), Data(primary.range), size, Data(item),
                ])
        }
    }

    /// Enters all items of the table; those that do not fit are left out, as AWS does.
    func fill(from table: TableRecord, _ db: Database) throws {
        try ItemStore(table: table.number).scan(KeyRange(), db) { primary, item in
            if let change = try? change(from: nil, to: item, primary: table.schema) {
                try apply(change, primary: primary, db)
            }
            return true
        }
    }

    /// How many items there are and how many bytes they take.
    func size(_ db: Database) throws -> TableSizes.Size {
        let row = try Row.fetchOne(db, sql: "SELECT count(*), coalesce(sum(size), 0) FROM \(name)")
        return .init(count: row?[0] ?? 0, bytes: row?[1] ?? 0)
    }

    /// Goes through the index's items until `visit` returns false.
    func scan(_ range: KeyRange, _ db: Database, visit: (Entry) throws -> Bool) throws {
        let (clauses, arguments) = range.clauses(isIndex: true)
        let statement = try db.makeStatement(
            sql: "SELECT hash, range, primary_hash, primary_range, item FROM \(name)\(clauses)")
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() {
            func bytes(_ column: Int) throws -> [UInt8] {
                try row.withUnsafeData(atIndex: column) { [UInt8]($0 ?? Data()) }
            }
            let item = try row.withUnsafeData(atIndex: 4) { data in
                try (data ?? Data()).withUnsafeBytes { try ItemCodec.decode($0) }
            }
            let entry = Entry(
                key: ItemKey(hash: try bytes(0), range: try bytes(1)),
                primary: ItemKey(hash: try bytes(2), range: try bytes(3)), item: item)
            guard try visit(entry) else { return }
        }
    }
}
