import EmulatorCore
import Synchronization
import Timekeeping

/// The execution environments of one function: idle ones to reuse, and how many are at work.
final class EnvironmentPool: Sendable {
    private struct State {
        /// The one used last at the end.
        var idle: [(environment: ExecutionEnvironment, since: Timestamp)] = []
        var busy = 0
    }

    enum Place: Sendable {
        case warm(ExecutionEnvironment)
        case cold
        /// As many are at work as may be.
        case none
    }

    private let state = Mutex(State())

    /// Takes the environment that was used last, whose caches are the warmest, or room for a new one.
    func take(limit: Int) -> Place {
        state.withLock { state in
            state.idle.removeAll { $0.environment.isEnded }
            guard state.busy < limit else { return .none }
            state.busy += 1
            if let last = state.idle.popLast() { return .warm(last.environment) }
            return .cold
        }
    }

    var concurrency: Int { state.withLock { $0.busy } }

    /// Gives the room back, with an environment that can be used again or without one.
    func giveBack(_ environment: ExecutionEnvironment?, at moment: Timestamp) {
        state.withLock { state in
            state.busy -= 1
            if let environment, !environment.isEnded { state.idle.append((environment, moment)) }
        }
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
}
