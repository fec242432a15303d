import NIOCore
import Synchronization
import Timekeeping

/// Lets quick invocations of a function run a few at a time.
///
/// On AWS each concurrent invocation has a machine's share of its own. Here all share a few cores: thirty processes that
/// each work for half a millisecond only push each other out of the cores' caches and take twice the time. A function that
/// works for longer than `quick`, because it waits for something, is never held up; none is for longer than `patience`.
/// Whatever waits here counts as running in the function's concurrency.
final class RunQueue: Sendable {
    private struct State {
        var running = 0
        /// About the shortest of the latest durations; nil before the first.
        var shortest: Duration?
        var waiting = CircularBuffer<OneShot<Bool>>()
    }

    private let slots: Int
    private let quick: Duration
    private let patience: Duration
    private let state = Mutex(State())

    init(slots: Int, quick: Duration = .milliseconds(10), patience: Duration = .milliseconds(50)) {
        self.slots = slots
        self.quick = quick
        self.patience = patience
    }

    /// Waits for a turn where there is something to be gained by it. Every call is followed by one of `leave`.
    ///
    /// - Parameter eventLoop: keeps the time.
    func enter(on eventLoop: any EventLoop) async {
        let turn = state.withLock { state -> OneShot<Bool>? in
            guard state.running >= slots, state.shortest.map({ $0 < quick }) ?? true else {
                state.running += 1
                return nil
            }
            let turn = OneShot<Bool>()
            state.waiting.append(turn)
            return turn
        }
        guard let turn else { return }
        let timer = eventLoop.scheduleTask(in: .nanoseconds(patience.wholeNanoseconds)) {
            _ = turn.fulfill(false)
        }
        // True: the place of one that has left, which stays counted.
        if await turn.value { return timer.cancel() }
        state.withLock { state in
            state.waiting.removeAll { $0 === turn }
            state.running += 1
        }
    }

    /// - Parameter duration: how long the invocation ran; nil when it did not.
    func leave(after duration: Duration?) {
        if let duration {
            // A single short one among long ones is forgotten after a while.
            state.withLock { $0.shortest = min(duration, $0.shortest.map { $0 * 1.05 } ?? duration) }
        }
        while let turn = next() {
            // One that has lost its patience in this moment has gone in already.
            if turn.fulfill(true) { return }
        }
    }

    /// Who takes the place that has become free; nil, and the place is given up, when nobody does.
    private func next() -> OneShot<Bool>? {
        state.withLock { state in
            if state.running <= slots, let turn = state.waiting.popFirst() { return turn }
            state.running -= 1
            return nil
        }
    }
}
