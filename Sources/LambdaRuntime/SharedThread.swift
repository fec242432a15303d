import NIOCore
import NIOPosix

/// Where a function's code runs.
package enum SharedThread {
    /// Runs the work, and all that it waits for, on the one thread that serves this process's connections.
    ///
    /// An execution environment handles one invocation at a time, so a second thread only costs: each call to the Runtime
    /// API or to AWS would change threads twice. To be called once, before anything else uses the event loops.
    package static func run<Value: Sendable>(_ work: @Sendable () async -> Value) async -> Value {
        NIOSingletons.groupLoopCountSuggestion = 1
        let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
        return await withTaskExecutorPreference(EventLoopTasks.of(eventLoop), operation: work)
    }
}
