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
        await withDiscardingTaskGroup { group in
            for await work in work { group.addTask(operation: work) }
            group.cancelAll()
        }
    }
}
