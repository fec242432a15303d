package import Timekeeping
import Synchronization

/// Real time plus an offset that can be advanced.
///
/// Everything in the emulator that waits idly (cache expiry, metric minutes, alarm evaluation, batching windows, retry
/// delays) waits on this clock. `advance(by:)` skips such waiting: every timer that falls due in between runs, in order,
/// and is finished before time moves on. Time never goes backwards.
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
        var timers: [Timer] = []  // sorted, the next one last
        var sequence: UInt64 = 0
        var advances = 0
    }

    private let realTime: @Sendable () -> Timestamp
    private let state = Mutex(State())
    private let wake: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let turn = AsyncTurn()

    /// - Parameter realTime: the clock underneath; the system's unless a test hands in its own.
    package init(realTime: @escaping @Sendable () -> Timestamp = Timestamp.system) {
        self.realTime = realTime
        (wake, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package var now: Timestamp { realTime() + state.withLock { $0.offset } }

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
        waker.yield()
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

    /// Runs an action at each whole multiple of `period` (plus `delay`) on this clock, for as long as the clock lives.
    package func every(
        _ period: Duration, delay: Duration = .zero, _ action: @escaping @Sendable (Timestamp) async -> Void
    ) {
        let seconds = period.components.seconds
        let boundary = (now - delay).floored(toSeconds: seconds) + period
        schedule(at: boundary + delay) { [weak self] in
            // The next one is set first, so that a slow action cannot lose a tick.
            self?.every(period, delay: delay, action)
            await action(boundary)
        }
    }

    /// Suspends until this clock reaches `deadline`; returns at once when the task is cancelled.
    package func sleep(until deadline: Timestamp) async {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let id = schedule(at: deadline) { continuation.finish() }
        for await _ in stream {}
        cancel(id)
    }

    /// Runs timers as real time reaches them, until the task is cancelled. Actions run side by side.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let (due, next) = state.withLock { state -> ([Timer], Timestamp?) in
                    guard state.advances == 0 else { return ([], nil) }
                    let now = realTime() + state.offset
                    var due: [Timer] = []
                    while let timer = state.timers.last, timer.due <= now { due.append(state.timers.removeLast()) }
                    return (due, state.timers.last?.due)
                }
                for timer in due { group.addTask { await timer.action() } }
                if due.isEmpty { await waitForWake(atMost: next.map { $0 - now }) }
            }
            group.cancelAll()
        }
    }

    /// Moves the clock forward, running each timer that falls due on the way to its end before going on.
    ///
    /// Advances are serialised. What an action takes in real time counts towards the duration.
    package func advance(by duration: Duration) async {
        await turn.take()
        let target = now + duration
        state.withLock { $0.advances += 1 }
        while let timer = popTimer(through: target) { await timer.action() }
        state.withLock { state in
            let now = realTime() + state.offset
            if now < target { state.offset += target - now }
            state.advances -= 1
        }
        waker.yield()
        await turn.give()
    }

    private func popTimer(through target: Timestamp) -> Timer? {
        state.withLock { state in
            guard let timer = state.timers.last, timer.due <= target else { return nil }
            let now = realTime() + state.offset
            if now < timer.due { state.offset += timer.due - now }
            return state.timers.removeLast()
        }
    }

    private func waitForWake(atMost duration: Duration?) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in self.wake { return } }
            if let duration { group.addTask { try? await Task.sleep(for: max(duration, .microseconds(50))) } }
            await group.next()
            group.cancelAll()
        }
    }
}

/// Lets one task at a time through, in order of arrival.
private actor AsyncTurn {
    private var taken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        if taken { await withCheckedContinuation { waiting.append($0) } }
        taken = true
    }

    func give() {
        if waiting.isEmpty { taken = false } else { waiting.removeFirst().resume() }
    }
}
