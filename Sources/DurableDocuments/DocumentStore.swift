package import EmulatorCore
package import ExactJSON
import Foundation
import GRDB
import Synchronization

/// The state of small services as JSON documents in one SQLite file, so that it survives the process.
///
/// A service keeps its state in memory and records each change here while it holds its own lock, which costs nothing but
/// an append; it waits for the commit after it has let go of the lock. Changes that wait share a transaction, in the order
/// they were recorded. Without a directory nothing is kept, and every commit is there at once.
package final class DocumentStore: Sendable {
    /// One document written or, with nil, deleted.
    package struct Change: Sendable, Equatable {
        /// What kind of thing it is: `sqs.queue`.
        package var collection: String
        package var id: String
        package var document: JSONValue?

        package init(_ collection: String, _ id: String, _ document: JSONValue?) {
            self.collection = collection
            self.id = id
            self.document = document
        }
    }

    private struct State {
        var waiting: [Change] = []
        var recorded: UInt64 = 0
        var committed: UInt64 = 0
        var isScheduled = false
        var waiters: [(number: UInt64, continuation: CheckedContinuation<AWSServiceError?, Never>)] = []
    }

    private let database: (any DatabaseWriter)?
    private let state = Mutex(State())

    /// - Parameter directory: where the file `services.sqlite` is kept; nil keeps nothing.
    package init(directory: String?) throws(DocumentStoreError) {
        guard let directory else {
            database = nil
            return
        }
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let path = directory + "/services.sqlite"
            if !FileManager.default.fileExists(atPath: path) {
                // Keys are among the documents: nobody else on the machine may read them.
                _ = FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            var configuration = Configuration()
            configuration.label = "services"
            configuration.prepareDatabase { db in
                // An acknowledged change outlives a power failure.
                if !db.configuration.readonly { try db.execute(sql: "PRAGMA synchronous = FULL") }
            }
            let database = try DatabasePool(path: path, configuration: configuration)
            try database.write { db in
                try db.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS documents(
                            collection TEXT NOT NULL, id TEXT NOT NULL, document BLOB NOT NULL,
                            PRIMARY KEY(collection, id)) WITHOUT ROWID
                        """)
            }
            self.database = database
        } catch {
            let reason = (error as? DatabaseError)?.message ?? error.localizedDescription
            throw DocumentStoreError(
                message: "the data directory cannot be used: \(reason)", location: directory)
        }
    }

    /// Whether anything outlives the process.
    package var isDurable: Bool { database != nil }

    /// Returns when all that was recorded so far is on the disk.
    package func settle() async throws(AWSServiceError) {
        guard database != nil else { return }
        let number = state.withLock { $0.recorded }
        try await Commit(store: self, number: number).wait()
    }

    /// All documents of a collection, by id.
    package func documents(in collection: String) throws(DocumentStoreError) -> [String: JSONValue] {
        guard let database else { return [:] }
        do {
            return try database.read { db in
                var documents: [String: JSONValue] = [:]
                let rows = try Row.fetchCursor(
                    db, sql: "SELECT id, document FROM documents WHERE collection = ?", arguments: [collection])
                while let row = try rows.next() {
                    let bytes: Data = row[1]
                    documents[row[0]] = try JSONValue(parsing: Array(bytes))
                }
                return documents
            }
        } catch {
            throw DocumentStoreError(message: "the services' database cannot be read: \(error)", location: collection)
        }
    }

    /// Puts changes in line for the next transaction.
    @discardableResult
    package func record(_ changes: [Change]) -> Commit {
        guard let database, !changes.isEmpty else { return Commit(store: nil, number: 0) }
        let (number, mustSchedule) = state.withLock { state in
            state.waiting += changes
            state.recorded += 1
            defer { state.isScheduled = true }
            return (state.recorded, !state.isScheduled)
        }
        if mustSchedule { schedule(database) }
        return Commit(store: self, number: number)
    }

    /// A recorded change on its way to the disk.
    package struct Commit: Sendable {
        fileprivate var store: DocumentStore?
        fileprivate var number: UInt64

        /// Returns when the change is on the disk.
        ///
        /// - Throws: `InternalFailure` when it could not be written; it is tried again with the next change.
        package func wait() async throws(AWSServiceError) {
            if let error = await store?.outcome(of: number) { throw error }
        }
    }

    private func outcome(of number: UInt64) async -> AWSServiceError? {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.committed >= number { return true }
                state.waiters.append((number, continuation))
                return false
            }
            if isThere { continuation.resume(returning: nil) }
        }
    }

    private func schedule(_ database: any DatabaseWriter) {
        database.asyncWriteWithoutTransaction { db in self.writeBatch(db) }
    }

    private func writeBatch(_ db: Database) {
        let (changes, last) = state.withLock { state in
            let changes = state.waiting
            state.waiting = []
            return (changes, state.recorded)
        }
        var failure: AWSServiceError?
        do {
            try db.inTransaction(.immediate) {
                for change in changes { try Self.write(change, db) }
                return .commit
            }
        } catch {
            failure = AWSServiceError("InternalFailure", "The change could not be stored: \(error)", status: 500)
        }
        let (waiters, isMore) = state.withLock { state in
            let isMore = !state.waiting.isEmpty
            // What could not be written stays first in line: a later success must not leave a gap.
            if failure == nil { state.committed = last } else { state.waiting = changes + state.waiting }
            let waiters = state.waiters.filter { $0.number <= last }
            state.waiters.removeAll { $0.number <= last }
            state.isScheduled = isMore
            return (waiters, isMore)
        }
        for waiter in waiters { waiter.continuation.resume(returning: failure) }
        if isMore, let database { schedule(database) }
    }

    private static func write(_ change: Change, _ db: Database) throws {
        if let document = change.document {
            try db.cachedStatement(
                sql: "INSERT OR REPLACE INTO documents(collection, id, document) VALUES (?, ?, ?)"
            ).execute(arguments: [change.collection, change.id, Data(document.serialized())])
        } else {
            try db.cachedStatement(sql: "DELETE FROM documents WHERE collection = ? AND id = ?")
                .execute(arguments: [change.collection, change.id])
        }
    }
}

/// Why the documents cannot be opened or read.
package struct DocumentStoreError: Error, Sendable {
    package var message: String
    /// The directory or the collection.
    package var location: String

    package init(message: String, location: String) {
        self.message = message
        self.location = location
    }
}
