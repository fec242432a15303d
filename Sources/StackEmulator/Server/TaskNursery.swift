import LambdaRuntime
import Synchronization

/// Starts work from code that cannot wait for it, and waits for all of it at the end.
///
/// When `run` is cancelled, all its tasks are, and `run` returns when the last one has ended. The tasks are no children of a
/// group, because a group is reached only through a hop to its own task, which costs more than most of the work.
final class TaskNursery: Sendable {
    typealias Work = @Sendable () async -> Void

    private enum Phase { case notYet, running, closed }

    private struct State {
        var phase = Phase.notYet
        var waiting: [Work] = []
        var next: UInt64 = 0
        /// Nil for a task that is just being started.
        var tasks: [UInt64: Task<Void, Never>?] = [:]
        var end: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Starts a task; work handed in before `run` starts with it.
    ///
    /// - Parameter here: begins the work on this thread and, on an event loop, goes on there after each wait. For work
    ///   that never takes long.
    /// - Returns: False when the nursery has been cancelled and the work will never start.
    @discardableResult
    func start(here: Bool = false, _ work: @escaping Work) -> Bool {
        let (phase, id) = state.withLock { state -> (Phase, UInt64) in
            if state.phase == .notYet { state.waiting.append(work) }
            guard state.phase == .running else { return (state.phase, 0) }
            state.next += 1
            state.tasks[state.next] = .some(nil)
            return (.running, state.next)
        }
        guard phase == .running else { return phase == .notYet }
        let task =
            here
            ? Task.immediate(executorPreference: EventLoopTasks.current) {
                await work()
                self.ended(id)
            }
            : Task {
                await work()
                self.ended(id)
            }
        let isLate = state.withLock { state in
            // Work that has ended already has taken its entry away.
            if state.tasks[id] != nil { state.tasks[id] = .some(task) }
            return state.phase == .closed
        }
        if isLate { task.cancel() }
        return true
    }

    private func ended(_ id: UInt64) { state.withLock { $0.tasks[id] = nil } }

    /// Carries work out to its end, also when the caller is cancelled, and waits for that while the caller is not.
    func finish(_ work: @escaping Work) async {
        let done = OneShot<Void>()
        let isStarted = start {
            await work()
            done.fulfill(())
        }
        guard isStarted else { return }
        await withTaskCancellationHandler {
            await done.value
        } onCancel: {
            done.fulfill(())
        }
    }

    func run() async {
        let waiting = state.withLock { state in
            state.phase = .running
            defer { state.waiting = [] }
            return state.waiting
        }
        for work in waiting { start(work) }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.phase != .closed { state.end = continuation }
                    return state.phase == .closed
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let (end, tasks) = state.withLock { state in
                state.phase = .closed
                return (state.end.take(), state.tasks.values.compactMap { $0 })
            }
            for task in tasks { task.cancel() }
            end?.resume()
        }
        while let task = state.withLock({ $0.tasks.values.lazy.compactMap { $0 }.first }) { await task.value }
    }
}
