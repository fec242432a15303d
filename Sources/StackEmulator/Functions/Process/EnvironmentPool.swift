import Synchronization
import Timekeeping

/// The idle execution environments of one version of a function.
final class EnvironmentPool: Sendable {
    private struct State {
        /// The one used last at the end.
        var idle: [(environment: ExecutionEnvironment, since: Timestamp)] = []
        var isRetired = false
    }

    private let state = Mutex(State())

    /// Takes the environment that was used last, whose caches are the warmest, of those on the caller's event loop if there
    /// is one; nil when a new one is needed.
    func take() -> ExecutionEnvironment? {
        state.withLock { state in
            state.idle.removeAll { $0.environment.isEnded }
            guard let last = state.idle.indices.last else { return nil }
            // Another loop's environment costs a change of threads there and back.
            let here = state.idle.lastIndex { $0.environment.isHere }
            return state.idle.remove(at: here ?? last).environment
        }
    }

    /// Gives an environment back that can be used again; a retired pool ends it.
    func giveBack(_ environment: ExecutionEnvironment, at moment: Timestamp) {
        let isKept = state.withLock { state in
            if state.isRetired || environment.isEnded { return false }
            state.idle.append((environment, moment))
            return true
        }
        if !isKept { environment.stop() }
    }

    /// Ends environments that nobody used since a moment.
    func reap(idleSince limit: Timestamp) {
        let old = state.withLock { state in
            let old = state.idle.filter { $0.since <= limit }
            state.idle.removeAll { $0.since <= limit }
            return old
        }
        for (environment, _) in old { environment.stop() }
    }

    /// Ends all idle environments, and each one that is given back: the version has changed or is gone.
    func retire() {
        let idle = state.withLock { state in
            state.isRetired = true
            defer { state.idle = [] }
            return state.idle
        }
        for (environment, _) in idle { environment.stop() }
    }
}
