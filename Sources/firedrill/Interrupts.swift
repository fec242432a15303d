import Dispatch
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// SIGINT and SIGTERM as calls instead of sudden death.
///
/// The signals are taken over once for the whole process: two takers one after the other would leave a gap in which a
/// signal is lost.
final class Interrupts: Sendable {
    static let shared = Interrupts()

    private struct State {
        var handler: (@Sendable (_ count: Int) -> Void)?
        var count = 0
    }

    private let state = Mutex(State())
    /// Held for as long as the process lives, and touched by nobody.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    private init() {
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        for source in sources {
            source.setEventHandler { [unowned self] in arrived() }
            source.resume()
        }
    }

    /// Hands every signal from now on to `handler`, with the number of signals that it has been handed, from 1.
    func listen(_ handler: @escaping @Sendable (_ count: Int) -> Void) {
        state.withLock { $0 = State(handler: handler) }
    }

    private func arrived() {
        let (handler, count) = state.withLock { state in
            state.count += 1
            return (state.handler, state.count)
        }
        handler?(count)
    }

    /// Runs work that is cancelled by the first signal and then waited for; a second signal ends the process at once.
    func cancelling<Value: Sendable>(
        onSignal note: @escaping @Sendable () -> Void, onSecond: @escaping @Sendable () -> Void,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await work() }
        listen { count in
            if count == 1 {
                note()
                task.cancel()
            } else {
                onSecond()
            }
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
