import NIOCore
import NIOPosix

/// Runs tasks on one event loop's thread.
///
/// A request's work waits for the same loop again and again. On the pool of the concurrency runtime each wait would wake a
/// thread of the pool, and that one the loop, which costs more than the work.
final class EventLoopTasks: TaskExecutor {
    private let eventLoop: any EventLoop

    private init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    private static let all = Dictionary(
        uniqueKeysWithValues: MultiThreadedEventLoopGroup.singleton.makeIterator().map {
            (ObjectIdentifier($0), EventLoopTasks($0))
        })

    /// That of the thread which asks, nil outside of the event loops.
    static var current: EventLoopTasks? {
        MultiThreadedEventLoopGroup.currentEventLoop.flatMap { all[ObjectIdentifier($0)] }
    }
}
