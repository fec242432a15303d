import CLibcurl
import LoadMetrics
import Synchronization
import Timekeeping

/// Runs a plan: warm-up, load, drain.
package final class LoadRunner: Sendable {
    private let plan: LoadPlan
    private struct State {
        var board: ProgressBoard?
        var hasRun = false
        var stopped = false
    }
    private let state = Mutex(State())

    package init(plan: LoadPlan) { self.plan = plan }

    /// Ends the load early: no new iterations, those under way may finish within their graceful stop.
    ///
    /// May be called from anywhere, before `run` too.
    package func stop() {
        let board = state.withLock { state in
            state.stopped = true
            return state.board
        }
        board?.stop()
    }

    /// Runs the plan once; a task that is cancelled stops it as `stop` does.
    ///
    /// - Parameter onProgress: called about once a second, never at the same time as itself.
    /// - Throws: `LoadError` when the target cannot be reached at all; failing requests are data in the result.
    package func run(onProgress: @escaping @Sendable (LoadProgress) -> Void) async throws(LoadError) -> LoadResult {
        let isFirst = state.withLock { state in
            defer { state.hasRun = true }
            return !state.hasRun
        }
        guard isFirst else {
            throw LoadError(
                code: .alreadyRun, message: "a runner runs once; make another", location: plan.target.baseURL)
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<LoadResult, LoadError>, Never>) in
                let thread = OSThread { [self] in
                    let result: Result<LoadResult, LoadError>
                    do throws(LoadError) {
                        result = .success(try runBlocking(onProgress: onProgress))
                    } catch { result = .failure(error) }
                    continuation.resume(returning: result)
                }
                if thread == nil { continuation.resume(returning: .failure(noResources("a thread"))) }
            }
        } onCancel: {
            stop()
        }
        return try result.get()
    }

    private func noResources(_ what: String) -> LoadError {
        LoadError(
            code: .resources, message: "the system refused \(what) for the load generator; raise the limits (ulimit)",
            location: plan.target.baseURL)
    }

    /// The whole run on the calling thread, which waits for the workers.
    private func runBlocking(onProgress: @Sendable (LoadProgress) -> Void) throws(LoadError) -> LoadResult {
        let resolved = try ConnectProbe.check(plan)
        guard let board = ProgressBoard(workers: plan.workers) else { throw noResources("a descriptor") }
        let isStopped = state.withLock { state in
            state.board = board
            return state.stopped
        }
        if isStopped { board.stop() }

        guard let crew = WorkerCrew(plan: plan, board: board, resolved: resolved) else {
            throw noResources("descriptors")
        }
        var traffic = Traffic()
        let warmupStart = Timestamp.system()
        if let warmup = plan.warmup, board.stoppedAt == .max {
            let start = firedrill_monotonic_nanoseconds()
            let figures = crew.run(.init(model: .open([warmup]), start: start, isRecorded: false)) { now in
                onProgress(Self.progress(.warmup, board, elapsed: now &- start, duration: warmup.duration))
            }
            guard let figures else { throw noResources("a thread") }
            traffic.add(figures.traffic)
        }

        let duration = plan.loads.map { $0.start &+ $0.duration }.max() ?? 0
        // Time for the connections in hand to open.
        let start = firedrill_monotonic_nanoseconds() &+ (plan.loads.isEmpty ? 0 : 30_000_000)
        let startedAt = Timestamp.system() + .nanoseconds(plan.loads.isEmpty ? 0 : 30_000_000)
        let phase = WorkerPhase(
            model: .open(plan.loads), start: start, isRecorded: true, openConnections: plan.connectionsInHand)
        let figures = crew.run(phase) { now in
            let elapsed = now > start ? now - start : 0
            let isDraining = elapsed >= duration || board.stoppedAt != .max
            onProgress(Self.progress(isDraining ? .draining : .load, board, elapsed: elapsed, duration: duration))
        }
        guard let figures else { throw noResources("a thread") }
        traffic.add(figures.traffic)
        let end = Timestamp.system()
        let offeredUntil = board.stoppedAt >= start ? min(board.stoppedAt - start, duration) : nil
        return LoadResult(
            requests: figures.summaries(plan), total: figures.total(plan),
            timeline: plan.loads.isEmpty ? [] : plan.timeline(board.timeline(), until: offeredUntil),
            generator: figures.health(plan), traffic: traffic, startedAt: startedAt, endedAt: end,
            warmupStartedAt: plan.warmup == nil ? startedAt : warmupStart, interrupted: board.stoppedAt != .max)
    }

    private static func progress(
        _ phase: LoadProgress.Phase, _ board: ProgressBoard, elapsed: UInt64, duration: UInt64
    ) -> LoadProgress {
        let totals = board.totals
        return LoadProgress(
            phase: phase, elapsed: .nanoseconds(Int64(clamping: elapsed)),
            duration: .nanoseconds(Int64(clamping: duration)), started: totals.started, dropped: totals.dropped,
            requests: totals.requests, errors: totals.errors, inFlight: totals.inFlight.reduce(0, +),
            lastSecond: totals.last)
    }
}

extension LoadPlan {
    /// Connections a worker opens before the first arrival: enough for answers that take 50 ms.
    var connectionsInHand: Int {
        guard opensConnectionsInHand else { return 0 }
        let perSecond = loads.filter { $0.start == 0 }.map(\.schedule.ratePerSecond).reduce(0, +)
        let limit = loads.map(\.maxInFlight).reduce(0, +) / workers
        return max(0, min(Int(min(perSecond / 20 / Double(workers), 64)) + 1, limit))
    }

    /// The points with what was offered in each second, which the schedule alone says.
    ///
    /// - Parameter until: nanoseconds after which nothing was offered any more; nil when nothing ever was.
    func timeline(_ points: [TimelinePoint], until: UInt64?) -> [TimelinePoint] {
        guard let until else { return points }
        var offered: [Int: UInt64] = [:]
        for load in loads {
            for arrival in load.schedule where load.start &+ arrival.due <= until {
                offered[Int((load.start &+ arrival.due) / 1_000_000_000), default: 0] += 1
            }
        }
        return points.map { point in
            var point = point
            point.offered = offered[point.second] ?? 0
            return point
        }
    }
}
