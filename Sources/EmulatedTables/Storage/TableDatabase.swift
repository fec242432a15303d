import EmulatorCore
import Foundation
import GRDB
import Synchronization

/// The SQLite database under all tables.
///
/// Writes are gathered: all that wait go into one transaction, which spares a disk synchronisation for each. A write is
/// acknowledged after its transaction has been committed.
///
/// What a commit means, in a data directory (https://www.sqlite.org/wal.html, https://www.sqlite.org/pragma.html):
/// the pool keeps a write-ahead log (`journal_mode = WAL`). A killed process loses nothing that was committed at any setting
/// of `synchronous`, since the kernel holds what was written; the next start finds the log and goes on from its last whole
/// transaction. A power failure loses nothing either at `synchronous = FULL`, which waits for the disk at each commit
/// (`NORMAL` would wait at checkpoints only), as far as the disk keeps what it has confirmed.
final class TableDatabase: Sendable {
    /// A write that waits for the next transaction.
    private struct Job: Sendable {
        /// Runs inside the transaction and returns what is to be done after the commit.
        var run: @Sendable (Database) throws -> @Sendable () -> Void
        var fail: @Sendable (any Error) -> Void
    }

    private struct Pending {
        var jobs: [Job] = []
        var isScheduled = false
    }

    private static let largestBatch = 256

    private let connections: any DatabaseWriter
    private let isInMemory: Bool
    private let pending = Mutex(Pending())
    /// Of what has been written, not yet committed writes included.
    let sizes = TableSizes()

    /// - Parameter directory: where the database file is kept; nil keeps everything in memory.
    init(directory: String?) throws(TablesError) {
        isInMemory = directory == nil
        do {
            var configuration = Configuration()
            configuration.label = "tables"
            if let directory {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                configuration.prepareDatabase { db in
                    // An acknowledged write outlives a power failure.
                    if !db.configuration.readonly { try db.execute(sql: "PRAGMA synchronous = FULL") }
                }
                connections = try DatabasePool(path: directory + "/tables.sqlite", configuration: configuration)
            } else {
                connections = try DatabaseQueue(configuration: configuration)
            }
            try connections.writeWithoutTransaction { db in
                try db.execute(
                    sql: """
                        CREATE TABLE IF NOT EXISTS definitions(
                            number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, record TEXT NOT NULL);
                        CREATE TABLE IF NOT EXISTS streams(number INTEGER PRIMARY KEY, record TEXT NOT NULL);
                        CREATE TABLE IF NOT EXISTS records(
                            sequence INTEGER PRIMARY KEY AUTOINCREMENT, stream INTEGER NOT NULL,
                            created INTEGER NOT NULL, record BLOB NOT NULL);
                        CREATE INDEX IF NOT EXISTS records_of_stream ON records(stream, sequence);
                        CREATE TABLE IF NOT EXISTS numbers(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
                        CREATE TABLE IF NOT EXISTS tokens(
                            token TEXT PRIMARY KEY, created INTEGER NOT NULL, request BLOB NOT NULL) WITHOUT ROWID;
                        """)
            }
        } catch {
            throw TablesError(
                code: .cannotOpen, message: "The tables' database cannot be opened: \(error)", location: directory,
                underlying: error)
        }
    }

    /// Reads from what has been committed.
    func read<R>(_ body: (Database) throws -> R) throws(AWSServiceError) -> R {
        do { return try connections.unsafeRead(body) } catch { throw Self.fault(error) }
    }

    /// Reads several things from one state.
    func readConsistently<R>(_ body: (Database) throws -> R) throws(AWSServiceError) -> R {
        do {
            return try connections.unsafeRead { db in
                var result: R?
                try db.inTransaction(.deferred) {
                    result = try body(db)
                    return .commit
                }
                guard let result else { throw DatabaseError(message: "no result") }
                return result
            }
        } catch {
            throw Self.fault(error)
        }
    }

    /// Runs a write in the next transaction; when it fails with an AWS error it must not have written anything.
    ///
    /// - Parameter afterCommit: runs with the result before the caller goes on.
    func write<R: Sendable>(
        afterCommit: @escaping @Sendable (R) -> Void = { _ in },
        _ body: @escaping @Sendable (Database) throws -> R
    ) async throws(AWSServiceError) -> R {
        let result: Result<R, AWSServiceError> = await withCheckedContinuation { continuation in
            enqueue(
                Job(
                    run: { db in
                        do {
                            let result = try body(db)
                            return {
                                afterCommit(result)
                                continuation.resume(returning: .success(result))
                            }
                        } catch let error as AWSServiceError {
                            return { continuation.resume(returning: .failure(error)) }
                        } catch let error as DatabaseError where Self.isMissingTable(error) {
                            // Deleted by a write that came before; nothing has been written, so the others go on.
                            return { continuation.resume(returning: .failure(.resourceNotFound)) }
                        }
                    },
                    fail: { continuation.resume(returning: .failure(Self.fault($0))) }))
        }
        return try result.get()
    }

    private func enqueue(_ job: Job) {
        let mustSchedule = pending.withLock { pending in
            pending.jobs.append(job)
            defer { pending.isScheduled = true }
            return !pending.isScheduled
        }
        guard mustSchedule else { return }
        if isInMemory {
            // Without a disk to wait for, a thread of its own would cost more than the write itself.
            connections.writeWithoutTransaction { db in self.runBatch(db) }
        } else {
            schedule()
        }
    }

    private func schedule() {
        connections.asyncWriteWithoutTransaction { db in self.runBatch(db) }
    }

    /// One batch at a time, so that readers of the same connection get their turn in between.
    private func runBatch(_ db: Database) {
        let batch = pending.withLock { pending in
            let batch = Array(pending.jobs.prefix(Self.largestBatch))
            pending.jobs.removeFirst(batch.count)
            return batch
        }
        var completions: [@Sendable () -> Void] = []
        do {
            try db.inTransaction(.immediate) {
                for job in batch { completions.append(try job.run(db)) }
                return .commit
            }
            for completion in completions { completion() }
        } catch {
            // SQLite itself failed, so nothing of the batch was kept.
            sizes.forget()
            for job in batch { job.fail(error) }
        }
        let isMore = pending.withLock { pending in
            pending.isScheduled = !pending.jobs.isEmpty
            return pending.isScheduled
        }
        if isMore { schedule() }
    }

    private static func isMissingTable(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_ERROR && error.message?.hasPrefix("no such table") == true
    }

    private static func fault(_ error: any Error) -> AWSServiceError {
        if let error = error as? AWSServiceError { return error }
        if let error = error as? DatabaseError, isMissingTable(error) { return .resourceNotFound }
        return .init("InternalServerError", "The tables' database failed: \(error)", status: 500)
    }
}
