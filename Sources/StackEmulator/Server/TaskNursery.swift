/// Starts work from code that cannot wait for it, as child tasks of whoever runs the nursery.
///
/// When `run` is cancelled, all its tasks are, and `run` returns when the last one has ended.
final class TaskNursery: Sendable {
    typealias Work = @Sendable () async -> Void

    private let work: AsyncStream<Work>
    private let continuation: AsyncStream<Work>.Continuation

    init() {
        (work, continuation) = AsyncStream.makeStream()
    }

    /// Starts a task; work handed in before `run` starts with it.
    ///
    /// - Returns: False when the nursery has been cancelled and the work will never start.
    @discardableResult
    func start(_ work: @escaping Work) -> Bool {
        if case .terminated = continuation.yield(work) { return false }
        return true
    }

    func run() async {
        await withDiscardingTaskGroup { group in
            for await work in work { group.addTask(operation: work) }
            group.cancelAll()
        }
    }
}
