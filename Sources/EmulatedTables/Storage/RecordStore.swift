import Foundation
import GRDB
import Timekeeping

/// One change of an item, as a stream tells it.
struct StreamChange: Sendable {
    enum Event: String, Sendable {
        case insert = "INSERT"
        case modify = "MODIFY"
        case remove = "REMOVE"
    }

    var sequence: Int64 = 0
    /// Milliseconds since 1970.
    var created: Int64
    var event: Event
    /// The item was removed because its time to live had passed.
    var isExpiry = false
    var keys: Item
    var newImage: Item?
    var oldImage: Item?

    fileprivate var encoded: [UInt8] {
        var members: Item = ["e": .string(event.rawValue), "k": .map(keys)]
        if let newImage { members["n"] = .map(newImage) }
        if let oldImage { members["o"] = .map(oldImage) }
        if isExpiry { members["x"] = .bool(true) }
        return ItemCodec.encode(members)
    }

    fileprivate init?(sequence: Int64, created: Int64, _ members: Item) {
        guard case .string(let name) = members["e"], let event = Event(rawValue: name),
            case .map(let keys) = members["k"]
        else { return nil }
        self.init(created: created, event: event, keys: keys)
        self.sequence = sequence
        if case .map(let image) = members["n"] { newImage = image }
        if case .map(let image) = members["o"] { oldImage = image }
        isExpiry = members["x"] == .bool(true)
    }

    init(
        created: Int64, event: Event, isExpiry: Bool = false, keys: Item, newImage: Item? = nil, oldImage: Item? = nil
    ) {
        self.created = created
        self.event = event
        self.isExpiry = isExpiry
        self.keys = keys
        self.newImage = newImage
        self.oldImage = oldImage
    }

    /// Bytes of the keys and images, which count towards the size of an answer.
    var size: Int { keys.storedSize + (newImage?.storedSize ?? 0) + (oldImage?.storedSize ?? 0) }
}

/// The stored stream records; every call runs inside a read or write of `TableDatabase`.
enum RecordStore {
    /// Records are readable for 24 hours
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html).
    static let retentionMilliseconds: Int64 = 86_400_000

    static func append(_ change: StreamChange, stream number: Int64, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO records(stream, created, record) VALUES (?, ?, ?)")
            .execute(arguments: [number, change.created, Data(change.encoded)])
    }

    /// The highest sequence number that was ever given, zero when there was none.
    static func lastSequence(_ db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = 'records'")
        return try Int64.fetchOne(statement) ?? 0
    }

    /// Records of a stream from a sequence number on, until `visit` returns false.
    static func scan(
        stream number: Int64, from sequence: Int64, _ db: Database, visit: (StreamChange) throws -> Bool
    ) throws {
        let statement = try db.makeStatement(
            sql: "SELECT sequence, created, record FROM records WHERE stream = ? AND sequence >= ? ORDER BY sequence")
        let rows = try Row.fetchCursor(statement, arguments: [number, sequence])
        while let row = try rows.next() {
            let sequence: Int64 = row[0]
            let created: Int64 = row[1]
            let change = try row.withUnsafeData(atIndex: 2) { data -> StreamChange? in
                guard let data else { return nil }
                return StreamChange(
                    sequence: sequence, created: created, try data.withUnsafeBytes { try ItemCodec.decode($0) })
            }
            guard let change else { continue }
            guard try visit(change) else { return }
        }
    }

    /// The highest sequence number among records that were dropped for their age.
    static func trimmedSequence(_ db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "SELECT value FROM numbers WHERE name = 'trimmed'")
        return try Int64.fetchOne(statement) ?? 0
    }

    /// Drops records that are past their retention, oldest first, a bounded number at a time.
    static func trim(now: Int64, _ db: Database) throws {
        let oldest = now - retentionMilliseconds
        let rows = try Row.fetchAll(
            db, sql: "SELECT sequence, created FROM records ORDER BY sequence LIMIT 5000")
        let expired = rows.prefix { row in (row[1] as Int64) < oldest }
        guard let last = expired.last else { return }
        let sequence: Int64 = last[0]
        try db.execute(sql: "DELETE FROM records WHERE sequence <= ?", arguments: [sequence])
        try db.execute(
            sql: "INSERT OR REPLACE INTO numbers(name, value) VALUES ('trimmed', ?)", arguments: [sequence])
    }
}
