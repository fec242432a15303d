package import Timekeeping
import Synchronization

/// Real time plus an offset that can be advanced.
///
/// Everything in the emulator that waits idly (cache expiry, metric minutes, alarm evaluation, batching windows, retry
/// delays) waits on this clock. `advance(by:)` skips such waiting: every timer that falls due in between runs, in order,
/// and is finished before time moves on. Time never goes backwards, not even when the machine's clock is set back.
///
/// A timer's action must not itself wait for this clock, which may be waiting for the action; it sets another timer.
package final class VirtualClock: Sendable {
    /// Names a timer, for cancelling it.
    package struct TimerID: Sendable, Hashable { fileprivate var sequence: UInt64 }

    private struct Timer {
        var due: Timestamp
        var id: TimerID
        var action: @Sendable () async -> Void
    }

    private struct State {
        var offset: Duration = .zero
        /// The latest moment that anybody was told.
        var latest = Timestamp(nanosecondsSinceEpoch: .min)
        var timers: [Timer] = []  // sorted, the next one last
        var sequence: UInt64 = 0
        var isAdvancing = false
        /// Actions that `run` has started and that are not finished.
        var running = 0
        /// An advance that waits for those.
        var drained: CheckedContinuation<Void, Never>?

        mutating func now(_ real: Timestamp) -> Timestamp {
            let now = real + offset
            // The machine's clock was set back: the step goes into the offset, so that time goes on from where it was.
            if now < latest { offset += latest - now } else { latest = now }
            return latest
        }

        mutating func popTimer(through moment: Timestamp) -> Timer? {
            guard let timer = timers.last, timer.due <= moment else { return nil }
            return timers.removeLast()
        }
    }

    /// A timer this late was missed, by a machine that slept or a process that was stopped.
    private static let missed: Duration = .milliseconds(2500)

    private let realTime: @Sendable () -> Timestamp
    private let state = Mutex(State())
    private let wake = WakeSignal()
    private let turn = AsyncTurn()

    /// - Parameter realTime: the clock underneath; the system's unless a test hands in its own.
    package init(realTime: @escaping @Sendable () -> Timestamp = Timestamp.system) {
        self.realTime = realTime
    }

    package var now: Timestamp { state.withLock { $0.now(realTime()) } }

    /// How far this clock is ahead of real time.
    package var offset: Duration { state.withLock { $0.offset } }

    /// Runs an action once, when this clock reaches `due`; timers due at the same moment run in the order they were set.
    @discardableResult
    package func schedule(at due: Timestamp, _ action: @escaping @Sendable () async -> Void) -> TimerID {
        let id = state.withLock { state in
            state.sequence += 1
            let timer = Timer(due: due, id: TimerID(sequence: state.sequence), action: action)
            var low = 0
            var high = state.timers.count
            while low < high {
                let middle = (low + high) / 2
                if state.timers[middle].due > due { low = middle + 1 } else { high = middle }
            }
            state.timers.insert(timer, at: low)
            return timer.id
        }
        wake.raise()
        return id
    }

    @discardableResult
    package func schedule(
        after delay: Duration, _ action: @escaping @Sendable () async -> Void
    ) -> TimerID {
        schedule(at: now + delay, action)
    }

    /// Forgets a timer that has not started yet.
    package func cancel(_ id: TimerID) {
        state.withLock { state in state.timers.removeAll { $0.id == id } }
    }

    /// Runs an action for each whole multiple of `period` on this clock, `delay` after it, for as long as the clock lives.
    ///
    /// No multiple is left out and none overtakes another, however long an action takes. The action is handed the multiple.
    package func every(
        _ period: Duration, delay: Duration = .zero, _ action: @escaping @Sendable (Timestamp) async -> Void
    ) {
        let first = (now - delay).floored(toSeconds: max(1, period.components.seconds)) + period
        tick(at: first, period, delay, action)
    }

    private func tick(
        at boundary: Timestamp, _ period: Duration, _ delay: Duration,
        _ action: @escaping @Sendable (Timestamp) async -> Void
    ) {
        schedule(at: boundary + delay) { [weak self] in
            await action(boundary)
            self?.tick(at: boundary + period, period, delay, action)
        }
    }

    /// Suspends until this clock reaches `deadline`; returns at once when the task is cancelled.
    package func sleep(until deadline: Timestamp) async {
        let signal = WakeSignal()
        let id = schedule(at: deadline) { signal.raise() }
        await signal.wait()
        cancel(id)
    }

    /// Runs timers as real time reaches them, until the task is cancelled. Actions run side by side.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                switch takeDue() {
                case .none(let wait): await wake.wait(atMost: wait)
                case .missed: await advance(by: .zero)
                case .due(let timers):
                    for timer in timers {
                        group.addTask {
                            await timer.action()
                            self.actionFinished()
                        }
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Moves the clock forward, running each timer that falls due on the way to its end before going on.
    ///
    /// Advances are serialised, and actions already running are waited for first. What an action takes in real time
    /// counts towards the duration. A negative duration counts as none.
    package func advance(by duration: Duration) async {
        await turn.take()
        let target = now + max(duration, .zero)
        await beginAdvance()
        while let timer = nextTimer(through: target) { await timer.action() }
        state.withLock { state in
            let now = state.now(realTime())
            if now < target { state.offset += target - now }
            state.isAdvancing = false
        }
        wake.raise()
        await turn.give()
    }

    private enum Due {
        case none(waitAtMost: Duration?)
        case missed
        case due([Timer])
    }

    private func takeDue() -> Due {
        state.withLock { state in
            guard !state.isAdvancing, let next = state.timers.last else { return .none(waitAtMost: nil) }
            let now = state.now(realTime())
            if next.due > now { return .none(waitAtMost: next.due - now) }
            // Timers that were missed depend on each other's order: metrics are flushed, then alarms are evaluated.
            if now - next.due > Self.missed { return .missed }
            var due: [Timer] = []
            while let timer = state.popTimer(through: now) { due.append(timer) }
            state.running += due.count
            return .due(due)
        }
    }

    private func actionFinished() {
        let waiter = state.withLock { state in
            state.running -= 1
            return state.running == 0 ? state.drained.take() : nil
        }
        waiter?.resume()
    }

    private func beginAdvance() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let goesOn = state.withLock { state in
                state.isAdvancing = true
                if state.running > 0 { state.drained = continuation }
                return state.running == 0
            }
            if goesOn { continuation.resume() }
        }
    }

    private func nextTimer(through target: Timestamp) -> Timer? {
        state.withLock { state in
            guard let timer = state.popTimer(through: target) else { return nil }
            let now = state.now(realTime())
            if now < timer.due { state.offset += timer.due - now }
            return timer
        }
    }
}
