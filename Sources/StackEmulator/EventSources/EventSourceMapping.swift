import EmulatorCore
import ExactJSON
import Synchronization
import Timekeeping

/// Reads one stream and hands its records to a function, batch by batch.
///
/// Lambda polls each shard four times a second. Here a poll takes place at those quarter seconds only when there is
/// something to read, so that an idle mapping costs nothing and an advance of the clock does not run through empty ones.
final class EventSourceMapping: Sendable {
    private struct State {
        var consumer: ShardConsumer
        var shardID: String?
        var iterator: String?
        var lastSequence: String?
        /// Where LATEST began; older records are not this mapping's.
        var begin: Timestamp
        var isPollSet = false
        var isWorking = false
        var wakeUp: VirtualClock.TimerID?
        /// More may be read than fits.
        var hasMore = false
        var lastResult = "No records processed"
    }

    /// So many records are read ahead at most.
    private static let readAhead = 20_000
    private static let pollInterval: Int64 = 250_000_000

    let settings: EventSourceSettings
    let lastModified: Timestamp
    private let streams: any EmulatedService
    private let functions: LambdaService
    private let clock: VirtualClock
    private let failures: FailureDestination
    private let state: Mutex<State>

    init(
        settings: EventSourceSettings, streams: any EmulatedService, functions: LambdaService,
        failures: FailureDestination, clock: VirtualClock, switches: EmulatorSwitches
    ) {
        self.settings = settings
        self.streams = streams
        self.functions = functions
        self.failures = failures
        self.clock = clock
        lastModified = clock.now
        state = Mutex(
            State(
                consumer: ShardConsumer(
                    settings: settings, firstRetryDelay: switches.firstRetryDelay,
                    longestRetryDelay: switches.longestRetryDelay),
                begin: clock.now))
    }

    var lastResult: String { state.withLock { $0.lastResult } }

    /// Finds the stream's shard and its starting position.
    func prepare() async throws(AWSServiceError) {
        let description = try await streams.call("DescribeStream", ["StreamArn": .string(settings.streamARN)])
        let shard = description["StreamDescription"]?["Shards"]?[0]?["ShardId"]?.stringValue
        state.withLock { $0.shardID = shard }
        let iterator = try await iterator(settings.startingPosition, after: nil)
        state.withLock { $0.iterator = iterator }
    }

    /// Says that there may be something to read.
    func poke() {
        guard settings.isEnabled else { return }
        let isSet = state.withLock { state in
            defer { state.isPollSet = true }
            return state.isPollSet
        }
        if isSet { return }
        let now = clock.now.nanosecondsSinceEpoch
        let next = Timestamp(nanosecondsSinceEpoch: (now / Self.pollInterval + 1) * Self.pollInterval)
        clock.schedule(at: next) { [weak self] in await self?.poll() }
    }

    private func poll() async {
        state.withLock { $0.isPollSet = false }
        var isFull = false
        while !isFull {
            let room = state.withLock { Self.readAhead - $0.consumer.waiting.count }
            isFull = room <= 0
            if isFull { break }
            guard await read() else { break }
        }
        state.withLock { $0.hasMore = isFull }
        await work()
    }

    /// Reads one page; false when there was nothing in it.
    private func read() async -> Bool {
        let iterator = state.withLock { $0.iterator }
        guard let iterator else { return false }
        do throws(AWSServiceError) {
            let page = try await streams.call("GetRecords", ["ShardIterator": .string(iterator), "Limit": 1000])
            let now = clock.now
            let next = page["NextShardIterator"]?.stringValue
            return state.withLock { state in
                let records = (page["Records"]?.arrayValue ?? []).map { StreamEntry($0, streamARN: settings.streamARN) }
                if let last = records.last { state.lastSequence = last.sequenceNumber }
                if let next { state.iterator = next }
                let begin = settings.startingPosition == "LATEST" ? state.begin.floored(toSeconds: 1) : nil
                state.consumer.add(records.filter { begin == nil || $0.created >= begin ?? $0.created }, now: now)
                return !records.isEmpty
            }
        } catch {
            return await renewIterator(after: error)
        }
    }

    /// A position is good for 15 minutes and its records for a day; both pass quickly on an advanced clock.
    private func renewIterator(after error: AWSServiceError) async -> Bool {
        let last = state.withLock { $0.lastSequence }
        let renewed: String?
        switch error.code {
        case "ExpiredIteratorException":
            renewed = try? await iterator(last == nil ? "TRIM_HORIZON" : "AFTER_SEQUENCE_NUMBER", after: last)
        case "TrimmedDataAccessException": renewed = try? await iterator("TRIM_HORIZON", after: nil)
        default: renewed = nil
        }
        var usable = renewed
        if usable == nil, last != nil { usable = try? await iterator("TRIM_HORIZON", after: nil) }
        guard let usable else { return false }
        state.withLock { $0.iterator = usable }
        return true
    }

    private func iterator(_ type: String, after sequence: String?) async throws(AWSServiceError) -> String {
        var input: [String: JSONValue] = [
            "StreamArn": .string(settings.streamARN), "ShardIteratorType": .string(type),
            "ShardId": .string(state.withLock { $0.shardID } ?? ""),
        ]
        if let sequence { input["SequenceNumber"] = .string(sequence) }
        guard let iterator = try await streams.call("GetShardIterator", .object(input))["ShardIterator"]?.stringValue
        else {
            throw AWSServiceError("ResourceNotFoundException", "The stream has no shard.")
        }
        return iterator
    }

    /// Does what the consumer says, one step after the other, until it has to wait.
    private func work() async {
        let mayWork = state.withLock { state in
            defer { state.isWorking = true }
            return !state.isWorking
        }
        guard mayWork else { return }
        while !Task.isCancelled {
            let now = clock.now
            let step = state.withLock { state -> ShardConsumer.Step in
                let step = state.consumer.next(now: now)
                switch step {
                case .idle, .wait: state.isWorking = false
                case .invoke, .giveUp: break
                }
                return step
            }
            switch step {
            case .invoke(let batch):
                let outcome = await invoke(batch)
                let now = clock.now
                state.withLock { $0.consumer.finished(outcome, now: now) }
            case .giveUp(let batch, let condition):
                failures.send(batch, condition: condition, settings: settings)
                state.withLock { $0.consumer.gaveUp(batch) }
            case .wait(let moment): return wake(at: moment)
            case .idle:
                if state.withLock({ $0.hasMore }) { poke() }
                return
            }
        }
        state.withLock { $0.isWorking = false }
    }

    private func wake(at moment: Timestamp) {
        let old = state.withLock { $0.wakeUp.take() }
        if let old { clock.cancel(old) }
        let id = clock.schedule(at: moment) { [weak self] in await self?.work() }
        state.withLock { $0.wakeUp = id }
    }

    private func invoke(_ batch: ShardConsumer.Batch) async -> ShardConsumer.Outcome {
        let event = JSONValue.object(["Records": .array(batch.records.map(\.event))])
        let start = clock.now
        if let last = batch.records.last, let metrics = try? functions.metrics(of: settings.functionARN) {
            metrics.recordIteratorAge(start - last.created, at: start)
        }
        do throws(AWSServiceError) {
            let result = try await functions.invoke(settings.functionARN, payload: event.serialized())
            guard result.functionError == nil else {
                state.withLock { $0.lastResult = "PROBLEM: Function call failed" }
                return .failure
            }
            state.withLock { $0.lastResult = "OK" }
            guard settings.reportsItemFailures else { return .success }
            return BatchResponse.outcome(of: result.payload, batch: batch.records.map(\.sequenceNumber))
        } catch {
            // Throttled, or the environment cannot be opened: the batch is tried again like after a failure.
            state.withLock { $0.lastResult = "PROBLEM: \(error.code)" }
            return .failure
        }
    }
}

extension StreamEntry {
    /// From a record as GetRecords gives it; the function's event names the stream too.
    init(_ record: JSONValue, streamARN: String) {
        let change = record["dynamodb"]
        sequenceNumber = change?["SequenceNumber"]?.stringValue ?? ""
        created = Timestamp(secondsSinceEpoch: change?["ApproximateCreationDateTime"]?.doubleValue ?? 0)
        var members = record.objectValue ?? [:]
        members["eventSourceARN"] = .string(streamARN)
        // The API and the function's event spell the members differently.
        if let identity = record["userIdentity"] {
            members["userIdentity"] = [
                "principalId": identity["PrincipalId"] ?? .null, "type": identity["Type"] ?? .null,
            ]
        }
        event = .object(members)
        bytes = (change?["SizeBytes"]?.intValue ?? 0) + 512
    }
}
