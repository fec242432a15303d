import Synchronization

/// Wakes one waiting task; a signal that comes while nobody waits is kept for the next one.
///
/// An `AsyncStream` would not do: it ends for good when a task that iterates it is cancelled.
package final class WakeSignal: Sendable {
    private struct State {
        var isRaised = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    package func raise() {
        let waiter = state.withLock { state in
            let waiter = state.waiter.take()
            if waiter == nil { state.isRaised = true }
            return waiter
        }
        waiter?.resume()
    }

    /// Returns after a signal, or at once when the task is cancelled; a signal is used up by one return.
    package func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let goesOn = state.withLock { state in
                    if state.isRaised {
                        state.isRaised = false
                        return true
                    }
                    // Asked under the lock: a cancellation after this finds the waiter in its place.
                    if Task.isCancelled { return true }
                    state.waiter = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiter.take() }?.resume()
        }
    }

    /// Returns after a signal or after a time, whichever is first.
    package func wait(atMost duration: Duration?) async {
        guard let duration else { return await wait() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await Task.sleep(for: max(duration, .microseconds(50))) }
            await group.next()
            group.cancelAll()
        }
    }
}
