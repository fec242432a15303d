import Dispatch

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// SIGINT and SIGTERM as values instead of sudden death.
enum Interrupts {
    /// Delivers the signals as they come, for as long as somebody listens.
    static func signals() -> AsyncStream<Int32> {
        AsyncStream { continuation in
            // Handed from here to the end of the listening and touched by nobody in between.
            nonisolated(unsafe) let sources = [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { continuation.yield(number) }
                source.resume()
                return source
            }
            continuation.onTermination = { _ in for source in sources { source.cancel() } }
        }
    }

    /// Runs work that is cancelled by the first signal and then waited for; a second signal ends the process at once.
    static func cancelling<Value: Sendable>(
        onSignal note: @escaping @Sendable () -> Void, onSecond: @escaping @Sendable () -> Void,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = Task { try await work() }
        let listener = Task {
            var count = 0
            for await _ in signals() {
                count += 1
                if count == 1 {
                    note()
                    task.cancel()
                } else {
                    onSecond()
                }
            }
        }
        defer { listener.cancel() }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
