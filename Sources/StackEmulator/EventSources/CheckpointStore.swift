import Foundation
import GRDB
import Synchronization
import Timekeeping

/// How far each event source mapping has come, kept over restarts when there is a data directory.
///
/// A record counts as processed only after its function has: what a crash takes away is delivered once more.
final class CheckpointStore: Sendable {
    struct Checkpoint: Sendable, Equatable {
        /// The last record before which everything is done; nil before the first.
        var sequence: String?
        /// When the mapping was made: where `LATEST` begins.
        var begin: Timestamp
    }

    private let database: DatabaseQueue?
    private let kept = Mutex<[String: Checkpoint]>([:])

    /// - Parameter directory: nil keeps nothing over restarts.
    /// - Throws: `EmulatorError` when the file cannot be opened.
    init(directory: String?) throws(EmulatorError) {
        guard let directory else {
            database = nil
            return
        }
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let database = try DatabaseQueue(path: directory + "/mappings.sqlite")
            try database.writeWithoutTransaction { db in
                // A process that is killed loses nothing with this; one record delivered twice is no loss.
                try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
                try db.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS checkpoints(
                            mapping TEXT PRIMARY KEY, sequence TEXT, begin INTEGER NOT NULL) WITHOUT ROWID
                        """)
            }
            let rows = try database.read { db in
                try Row.fetchAll(db, sql: "SELECT mapping, sequence, begin FROM checkpoints")
            }
            self.database = database
            kept.withLock { kept in
                for row in rows {
                    kept[row[0]] = Checkpoint(sequence: row[1], begin: Timestamp(nanosecondsSinceEpoch: row[2]))
                }
            }
        } catch {
            throw EmulatorError(
                code: .storage, message: "the event source mappings' database cannot be opened: \(error)",
                location: directory)
        }
    }

    /// The checkpoint of a mapping on a stream; nil when it is new.
    func checkpoint(_ mapping: String, _ stream: String) -> Checkpoint? {
        kept.withLock { $0[Self.key(mapping, stream)] }
    }

    /// Keeps a checkpoint. A disk that refuses costs a repeated delivery after a restart, nothing else.
    func keep(_ checkpoint: Checkpoint, _ mapping: String, _ stream: String) {
        let key = Self.key(mapping, stream)
        kept.withLock { $0[key] = checkpoint }
        try? database?.write { db in
            try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO checkpoints(mapping, sequence, begin) VALUES (?, ?, ?)"
            ).execute(arguments: [key, checkpoint.sequence, checkpoint.begin.nanosecondsSinceEpoch])
        }
    }

    func forget(_ mapping: String, _ stream: String) {
        let key = Self.key(mapping, stream)
        kept.withLock { $0[key] = nil }
        try? database?.write { db in try db.execute(sql: "DELETE FROM checkpoints WHERE mapping = ?", arguments: [key])
        }
    }

    private static func key(_ mapping: String, _ stream: String) -> String { "\(mapping) \(stream)" }
}
