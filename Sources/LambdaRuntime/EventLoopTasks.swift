import NIOCore
import NIOPosix

/// Runs tasks on one event loop's thread.
///
/// Work that waits for a loop's connections again and again would, on the pool of the concurrency runtime, wake a thread of
/// the pool for each wait, and that one the loop, which costs more than the work.
package final class EventLoopTasks: TaskExecutor {
    private let eventLoop: any EventLoop

    private init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// By loop, for those that serve connections.
    private static let all = Dictionary(
        uniqueKeysWithValues: MultiThreadedEventLoopGroup.singleton.makeIterator().map {
            (ObjectIdentifier($0), EventLoopTasks($0))
        })

    /// That of the thread which asks, nil outside of the event loops.
    package static var current: EventLoopTasks? { MultiThreadedEventLoopGroup.currentEventLoop.flatMap(of) }

    static func of(_ eventLoop: any EventLoop) -> EventLoopTasks? { all[ObjectIdentifier(eventLoop)] }
}
