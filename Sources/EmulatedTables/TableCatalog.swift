import EmulatorCore
import Foundation
import GRDB
import Synchronization

/// The definitions of all tables and streams, in memory and in the database.
final class TableCatalog: Sendable {
    private struct State {
        var tables: [String: TableRecord] = [:]
        /// Also of tables that were deleted, for as long as their records are kept.
        var streams: [String: StreamRecord] = [:]
        var lastNumber: Int64 = 0
    }

    private let state = Mutex(State())

    init(_ database: TableDatabase) throws(AWSServiceError) {
        let loaded = try database.read { db -> State in
            var loaded = State()
            for text in try String.fetchAll(db, sql: "SELECT record FROM definitions") {
                let table = try JSONDecoder().decode(TableRecord.self, from: Data(text.utf8))
                loaded.tables[table.name] = table
                loaded.lastNumber = max(loaded.lastNumber, table.number)
            }
            for text in try String.fetchAll(db, sql: "SELECT record FROM streams") {
                let stream = try JSONDecoder().decode(StreamRecord.self, from: Data(text.utf8))
                loaded.streams[stream.arn] = stream
                loaded.lastNumber = max(loaded.lastNumber, stream.number)
            }
            return loaded
        }
        state.withLock { $0 = loaded }
    }

    var tableNames: [String] { state.withLock { $0.tables.keys.sorted(by: textIsLess) } }

    var streams: [StreamRecord] { state.withLock { Array($0.streams.values) } }

    func stream(_ arn: String) -> StreamRecord? { state.withLock { $0.streams[arn] } }

    func table(_ name: String) -> TableRecord? { state.withLock { $0.tables[name] } }

    /// A number that no table or stream has had.
    func takeNumber() -> Int64 {
        state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    /// Writes a definition; it counts once `remember` was called after the commit.
    func store(_ table: TableRecord, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO definitions(number, name, record) VALUES (?, ?, ?)",
            arguments: [table.number, table.name, try Self.text(table)])
        if let stream = table.stream { try store(stream, db) }
    }

    func store(_ stream: StreamRecord, _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO streams(number, record) VALUES (?, ?)",
            arguments: [stream.number, try Self.text(stream)])
    }

    func remove(_ table: TableRecord, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM definitions WHERE number = ?", arguments: [table.number])
    }

    /// Makes a stored definition count.
    func remember(_ table: TableRecord) {
        state.withLock { state in
            state.tables[table.name] = table
            if let stream = table.stream { state.streams[stream.arn] = stream }
        }
    }

    func remember(_ stream: StreamRecord) { state.withLock { $0.streams[stream.arn] = stream } }

    func forget(_ table: TableRecord) { state.withLock { $0.tables[table.name] = nil } }

    private static func text(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}
