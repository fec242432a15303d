import EmulatorCore
import ExactJSON
import Synchronization
import Timekeeping

/// Reads one stream and hands its records to a function, batch by batch, in as many lanes as it is told.
///
/// Lambda polls each shard four times a second. Here a poll takes place at those quarter seconds only when there is
/// something to read, so that an idle mapping costs nothing and an advance of the clock does not run through empty ones.
final class EventSourceMapping: Sendable {
    /// What a mapping needs from the emulator around it.
    struct Surroundings: Sendable {
        var streams: any EmulatedService
        var functions: LambdaService
        var failures: FailureDestination
        var checkpoints: CheckpointStore
    }

    private struct State {
        var settings: EventSourceSettings
        var tags: [String: String] = [:]
        var lastModified: Timestamp
        var lastResult = "No records processed"
        /// Where LATEST began; older records are not this mapping's.
        var begin: Timestamp
        var reader: StreamReader?
        var lanes: ShardLanes
        var isPollSet = false
        var isReading = false
        /// A poll came while another was reading.
        var mustReadAgain = false
        /// Lanes that are at work.
        var busy: Set<Int> = []
        var wakeUps: [Int: VirtualClock.TimerID] = [:]
        /// More may be read than fits.
        var hasMore = false
        /// The lanes are to be made anew as soon as none is at work.
        var mustRestart = false
        var isClosed = false

        var isRunning: Bool { settings.isEnabled && !isClosed && !mustRestart }
    }

    /// So many records are read ahead at most.
    private static let readAhead = 20_000
    private static let pollInterval: Int64 = 250_000_000

    let id: String
    let streamARN: String
    private let surroundings: Surroundings
    private let state: Mutex<State>

    private var clock: VirtualClock { surroundings.functions.surroundings.clock }
    private var switches: EmulatorSwitches { surroundings.functions.surroundings.switches }

    init(_ settings: EventSourceSettings, tags: [String: String] = [:], surroundings: Surroundings) {
        id = settings.id
        streamARN = settings.streamARN
        self.surroundings = surroundings
        let service = surroundings.functions.surroundings
        let kept = surroundings.checkpoints.checkpoint(settings.id, settings.streamARN)
        let now = service.clock.now
        state = Mutex(
            State(
                settings: settings, tags: tags, lastModified: now, begin: kept?.begin ?? now,
                lanes: Self.lanes(settings, kept?.sequence, service.switches)))
    }

    var settings: EventSourceSettings { state.withLock { $0.settings } }
    var lastModified: Timestamp { state.withLock { $0.lastModified } }
    var lastResult: String { state.withLock { $0.lastResult } }
    var tags: [String: String] { state.withLock { $0.tags } }

    func setTags(_ change: (inout [String: String]) -> Void) { state.withLock { change(&$0.tags) } }

    private static func lanes(
        _ settings: EventSourceSettings, _ checkpoint: String?, _ switches: EmulatorSwitches
    ) -> ShardLanes {
        ShardLanes(
            settings: settings, checkpoint: checkpoint, firstRetryDelay: switches.firstRetryDelay,
            longestRetryDelay: switches.longestRetryDelay)
    }

    /// Finds the stream's shard and the place to begin: behind what an earlier run has done, or the starting position.
    func prepare() async throws(AWSServiceError) {
        let (settings, checkpoint, begin) = state.withLock { ($0.settings, $0.lanes.checkpoint, $0.begin) }
        let isKnown = surroundings.checkpoints.checkpoint(id, streamARN) != nil
        // LATEST was long ago when the mapping has been here before.
        let position = isKnown ? "TRIM_HORIZON" : settings.startingPosition
        let reader = try await StreamReader(
            surroundings.streams, streamARN: streamARN, position: position, after: checkpoint)
        state.withLock { $0.reader = reader }
        surroundings.checkpoints.keep(.init(sequence: checkpoint, begin: begin), id, streamARN)
    }

    // MARK: Changes

    /// Takes over other settings; batches that are with the function are finished first.
    func update(_ settings: EventSourceSettings) async {
        let now = clock.now
        let isIdle = state.withLock { state in
            state.settings = settings
            state.lastModified = now
            state.mustRestart = true
            return state.busy.isEmpty
        }
        if isIdle { await restart() }
    }

    /// Ends the mapping for good.
    func close() {
        let timers = state.withLock { state in
            state.isClosed = true
            defer { state.wakeUps = [:] }
            return Array(state.wakeUps.values)
        }
        for timer in timers { clock.cancel(timer) }
        surroundings.checkpoints.forget(id, streamARN)
    }

    private func restart() async {
        let timers = state.withLock { state in
            let checkpoint = state.lanes.checkpoint
            state.lanes = Self.lanes(state.settings, checkpoint, switches)
            state.mustRestart = false
            defer { state.wakeUps = [:] }
            return Array(state.wakeUps.values)
        }
        for timer in timers { clock.cancel(timer) }
        do throws(AWSServiceError) { try await prepare() } catch { note("PROBLEM: \(error.code)") }
        poke()
    }

    // MARK: Reading

    /// Says that there may be something to read.
    func poke() {
        let mustSet = state.withLock { state in
            guard state.isRunning, !state.isPollSet else { return false }
            state.isPollSet = true
            return true
        }
        guard mustSet else { return }
        let now = clock.now.nanosecondsSinceEpoch
        let next = Timestamp(nanosecondsSinceEpoch: (now / Self.pollInterval + 1) * Self.pollInterval)
        clock.schedule(at: next) { [weak self] in await self?.poll() }
    }

    private func poll() async {
        let mayRead = state.withLock { state in
            state.isPollSet = false
            guard state.isRunning else { return false }
            if state.isReading { state.mustReadAgain = true }
            defer { state.isReading = true }
            return !state.isReading
        }
        guard mayRead else { return }
        var isFull = false
        while !Task.isCancelled {
            isFull = state.withLock { $0.lanes.openCount >= Self.readAhead }
            if isFull { break }
            if await readPage() { continue }
            let again = state.withLock { state in
                defer { state.mustReadAgain = false }
                return state.mustReadAgain
            }
            if !again { break }
        }
        let lanes = state.withLock { state in
            state.isReading = false
            state.hasMore = isFull
            return state.lanes.lanes.count
        }
        await withDiscardingTaskGroup { group in
            for lane in 0..<lanes { group.addTask { await self.work(lane) } }
        }
    }

    /// Reads one page; false when there was nothing in it.
    private func readPage() async -> Bool {
        guard var reader = state.withLock({ $0.reader }) else { return false }
        let records: [StreamEntry]
        do throws(AWSServiceError) {
            records = try await reader.read()
        } catch {
            note("PROBLEM: \(error.code)")
            return false
        }
        let now = clock.now
        let checkpoint = state.withLock { [reader] state -> CheckpointStore.Checkpoint? in
            guard state.isRunning else { return nil }
            state.reader = reader
            let before = state.lanes.checkpoint
            let begin = state.settings.startingPosition == "LATEST" ? state.begin.floored(toSeconds: 1) : nil
            let filters = state.settings.filters
            state.lanes.add(records, now: now) { record in
                (begin.map { record.created >= $0 } ?? true)
                    && (filters.isEmpty || filters.contains { $0.matches(record.event) })
            }
            return before == state.lanes.checkpoint ? nil : .init(sequence: state.lanes.checkpoint, begin: state.begin)
        }
        if let checkpoint { surroundings.checkpoints.keep(checkpoint, id, streamARN) }
        return !records.isEmpty
    }

    // MARK: Working

    /// Does what a lane's consumer says, one step after the other, until it has to wait.
    private func work(_ lane: Int) async {
        let mayWork = state.withLock { state in
            guard state.isRunning, lane < state.lanes.lanes.count else { return false }
            return state.busy.insert(lane).inserted
        }
        guard mayWork else { return }
        while !Task.isCancelled {
            let now = clock.now
            let (step, settings) = state.withLock { state -> (ShardConsumer.Step?, EventSourceSettings) in
                guard state.isRunning else { return (nil, state.settings) }
                let step = state.lanes.change(lane) { $0.next(now: now) }
                switch step {
                case .idle, .wait: state.busy.remove(lane)
                case .invoke, .giveUp: break
                }
                return (step, state.settings)
            }
            switch step {
            case .invoke(let batch)?: await deliver(batch, lane, settings)
            case .giveUp(let batch, let condition)?:
                let shardID = state.withLock { $0.reader?.shardID ?? "" }
                surroundings.failures.send(batch, condition: condition, settings: settings, shardID: shardID)
                change(lane) { $0.gaveUp(batch) }
            case .wait(let moment)?: return wake(lane, at: moment)
            case .idle?:
                if state.withLock({ $0.hasMore }) { poke() }
                return
            case nil: return await leave(lane)
            }
        }
        await leave(lane)
    }

    /// A lane stops because the mapping is changing; the last one makes them anew.
    private func leave(_ lane: Int) async {
        let isLast = state.withLock { state in
            state.busy.remove(lane)
            return state.mustRestart && state.busy.isEmpty && !state.isClosed
        }
        if isLast { await restart() }
    }

    private func wake(_ lane: Int, at moment: Timestamp) {
        let old = state.withLock { $0.wakeUps.removeValue(forKey: lane) }
        if let old { clock.cancel(old) }
        let id = clock.schedule(at: moment) { [weak self] in await self?.work(lane) }
        state.withLock { $0.wakeUps[lane] = id }
    }

    private func change(_ lane: Int, _ body: (inout ShardConsumer) -> Void) {
        let checkpoint = state.withLock { state -> CheckpointStore.Checkpoint? in
            let before = state.lanes.checkpoint
            state.lanes.change(lane, body)
            guard before != state.lanes.checkpoint, !state.isClosed else { return nil }
            return .init(sequence: state.lanes.checkpoint, begin: state.begin)
        }
        if let checkpoint { surroundings.checkpoints.keep(checkpoint, id, streamARN) }
    }

    private func note(_ result: String) { state.withLock { $0.lastResult = result } }

    private func deliver(_ batch: ShardConsumer.Batch, _ lane: Int, _ settings: EventSourceSettings) async {
        var event: [String: JSONValue] = ["Records": .array(batch.records.map(\.event))]
        if let window = batch.window {
            let shardID = state.withLock { $0.reader?.shardID ?? "" }
            event.merge(window.members(shardID: shardID, streamARN: streamARN)) { _, new in new }
        }
        let start = clock.now
        if let last = batch.records.last,
            let metrics = try? surroundings.functions.record(settings.functionARN).metrics
        {
            metrics.recordIteratorAge(start - last.created, at: start)
        }
        let payload: [UInt8]
        do throws(AWSServiceError) {
            let result = try await surroundings.functions.invoke(
                settings.functionARN, payload: JSONValue.object(event).serialized())
            guard result.functionError == nil else {
                note("PROBLEM: Function call failed")
                return finish(lane, .failure)
            }
            payload = result.payload
        } catch {
            // Throttled, or the environment cannot be opened: the batch is tried again like after a failure.
            note("PROBLEM: \(error.code)")
            return finish(lane, .failure)
        }
        note("OK")
        if batch.window != nil {
            guard let state = (try? JSONValue(parsing: payload))?["state"], state.objectValue != nil else {
                note("PROBLEM: The function returned no state")
                return finish(lane, .failure)
            }
            change(lane) { $0.carry(state, bytes: state.serialized().count) }
        }
        finish(
            lane,
            settings.reportsItemFailures
                ? BatchResponse.outcome(of: payload, batch: batch.records.map(\.sequenceNumber)) : .success)
    }

    private func finish(_ lane: Int, _ outcome: ShardConsumer.Outcome) {
        let now = clock.now
        change(lane) { $0.finished(outcome, now: now) }
    }
}
