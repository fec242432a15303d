import ExactJSON
import Timekeeping

/// A record read from a stream, not yet processed.
struct StreamEntry: Sendable, Equatable {
    var sequenceNumber: String
    /// When it was written, whole seconds.
    var created: Timestamp
    /// The record as the function gets it.
    var event: JSONValue
    var bytes: Int
    /// The item's key, as text; records of one item keep their order.
    var key = ""
}

/// What an event source mapping does with one shard: forms batches, keeps the order, retries, splits, gives up.
///
/// A value without clock or effects: its driver asks `next`, does what it says, and reports back.
struct ShardConsumer: Sendable {
    struct Batch: Sendable, Equatable {
        var records: [StreamEntry]
        /// How often these records failed without being split.
        var failures = 0
        /// How often the function was invoked with them, splits included.
        var invocations = 0
        /// Not to be tried before this moment.
        var notBefore: Timestamp?
        /// The tumbling window that the records belong to.
        var window: TumblingWindow?
    }

    enum Step: Sendable, Equatable {
        case invoke(Batch)
        /// Put the batch aside; `condition` is what the failure record says.
        case giveUp(Batch, condition: String)
        /// Nothing to do before that moment.
        case wait(until: Timestamp)
        /// Nothing to do until records come.
        case idle
    }

    enum Outcome: Sendable, Equatable {
        case success
        /// The function failed as a whole, or answered something that counts as that.
        case failure
        /// Everything before this sequence number is done.
        case failedFrom(String)
    }

    /// An invocation's payload limit (Lambda's quotas: 6 MB), less the envelope.
    static let maximumBatchBytes = 6 * 1000 * 1000

    var settings: EventSourceSettings
    var firstRetryDelay: Duration
    var longestRetryDelay: Duration
    /// Records without a batch, in order.
    private(set) var waiting: [StreamEntry] = []
    /// When the oldest of them was read.
    private var windowStart: Timestamp?
    /// The tumbling window whose state the function carries on; nil when none is open.
    private(set) var window: TumblingWindow?
    /// Sequence numbers of records that are done with, since `takeCompleted` was last called.
    private var completed: [String] = []
    /// Batches to be tried again, in order: all their records come before those that wait.
    private var retries: [Batch] = []

    init(settings: EventSourceSettings, firstRetryDelay: Duration, longestRetryDelay: Duration) {
        self.settings = settings
        self.firstRetryDelay = firstRetryDelay
        self.longestRetryDelay = longestRetryDelay
    }

    /// Takes in records in the order of the stream.
    mutating func add(_ records: [StreamEntry], now: Timestamp) {
        guard !records.isEmpty else { return }
        if waiting.isEmpty { windowStart = now }
        waiting += records
    }

    /// The records that were processed, put aside or filtered out since the last call.
    mutating func takeCompleted() -> [String] {
        defer { completed = [] }
        return completed
    }

    /// Takes over the state that the function answered for the open window; one that is too large ends the window.
    mutating func carry(_ state: JSONValue, bytes: Int) {
        window?.state = state
        if bytes > TumblingWindow.maximumStateBytes { window?.isTerminatedEarly = true }
    }

    /// Decides what comes next; a batch that is handed out must be reported with `finished` or `gaveUp` before the next call.
    mutating func next(now: Timestamp) -> Step {
        if retries.isEmpty, let step = formBatch(now: now) { return step }
        guard let batch = retries.first else { return .idle }
        if let expired = splitOffExpired(batch, now: now) { return .giveUp(expired, condition: "RecordAgeExceeded") }
        if settings.maximumRetryAttempts >= 0, batch.failures > settings.maximumRetryAttempts {
            return .giveUp(batch, condition: "RetryAttemptsExhausted")
        }
        if let moment = batch.notBefore, moment > now { return .wait(until: moment) }
        var invoked = batch
        // An earlier part of a split batch has carried the state on.
        if let state = window?.state { invoked.window?.state = state }
        return .invoke(invoked)
    }

    /// Reports what became of the batch that `next` handed out for invoking.
    mutating func finished(_ outcome: Outcome, now: Timestamp) {
        guard !retries.isEmpty else { return }
        var batch = retries.removeFirst()
        batch.invocations += 1
        switch outcome {
        case .success:
            completed += batch.records.map(\.sequenceNumber)
            if batch.window?.isFinal == true { window = nil }
        case .failure: retry(batch, now: now)
        case .failedFrom(let sequence):
            guard let index = batch.records.firstIndex(where: { $0.sequenceNumber == sequence }), index > 0 else {
                return retry(batch, now: now)
            }
            // Progress: what comes before the failed record is done, the rest is tried anew.
            completed += batch.records[..<index].map(\.sequenceNumber)
            batch.records.removeFirst(index)
            batch.failures += 1
            batch.notBefore = now + delay(afterFailures: batch.failures)
            retries.insert(batch, at: 0)
        }
    }

    /// Reports that the batch that `next` gave up has been put aside.
    mutating func gaveUp(_ batch: Batch) {
        guard !retries.isEmpty else { return }
        completed += batch.records.map(\.sequenceNumber)
        if batch.window?.isFinal == true { window = nil }
        retries[0].records.removeFirst(min(batch.records.count, retries[0].records.count))
        if retries[0].records.isEmpty { retries.removeFirst() }
    }

    /// A full batch goes at once, a smaller one when its window has passed.
    private mutating func formBatch(now: Timestamp) -> Step? {
        if let step = closeWindow(now: now) { return step }
        guard let start = windowStart, let first = waiting.first else {
            return window.map { .wait(until: $0.end) } ?? .idle
        }
        if settings.tumblingWindowSeconds > 0, window == nil {
            window = TumblingWindow(of: first.created, seconds: settings.tumblingWindowSeconds)
        }
        var count = 0
        var bytes = 0
        for record in waiting {
            guard count < settings.batchSize, bytes + record.bytes <= Self.maximumBatchBytes || count == 0,
                window?.contains(record.created) ?? true
            else { break }
            count += 1
            bytes += record.bytes
        }
        let isFull = count == settings.batchSize || count < waiting.count
        let windowEnd = start + .seconds(settings.batchingWindowSeconds)
        if !isFull, windowEnd > now { return .wait(until: windowEnd) }
        var batch = Batch(records: Array(waiting.prefix(count)))
        batch.window = window
        retries = [batch]
        waiting.removeFirst(count)
        windowStart = waiting.isEmpty ? nil : now
        return nil
    }

    /// A tumbling window ends with an invocation of its own, without records, when its time has passed or a record of
    /// another window comes.
    private mutating func closeWindow(now: Timestamp) -> Step? {
        guard var ending = window else { return nil }
        let next = waiting.first.map { !ending.contains($0.created) }
        guard ending.isTerminatedEarly || next == true || next == nil && ending.end <= now else { return nil }
        ending.isFinal = true
        var batch = Batch(records: [])
        batch.window = ending
        retries = [batch]
        return .invoke(batch)
    }

    private mutating func retry(_ batch: Batch, now: Timestamp) {
        var batch = batch
        if settings.bisects, batch.records.count > 1 {
            // Splitting does not consume a retry.
            let middle = batch.records.count / 2
            var second = batch
            second.records = Array(batch.records[middle...])
            second.notBefore = nil
            batch.records = Array(batch.records[..<middle])
            batch.notBefore = nil
            retries.insert(contentsOf: [batch, second], at: 0)
        } else {
            batch.failures += 1
            batch.notBefore = now + delay(afterFailures: batch.failures)
            retries.insert(batch, at: 0)
        }
    }

    private func delay(afterFailures failures: Int) -> Duration {
        var delay = firstRetryDelay
        for _ in 1..<max(2, min(failures, 32)) where failures > 1 && delay < longestRetryDelay { delay += delay }
        return min(delay, longestRetryDelay)
    }

    /// The records at the batch's start that are older than the mapping allows; nil when there are none.
    private func splitOffExpired(_ batch: Batch, now: Timestamp) -> Batch? {
        guard settings.maximumRecordAgeSeconds >= 0 else { return nil }
        let oldest = now - .seconds(settings.maximumRecordAgeSeconds)
        let expired = batch.records.prefix { $0.created < oldest }
        guard !expired.isEmpty else { return nil }
        var result = batch
        result.records = Array(expired)
        return result
    }
}
