import NIOCore
import NIOPosix

/// Where a function's code runs.
package enum SharedThread {
    /// Lets the tasks of this process run on the one thread that serves its connections.
    ///
    /// An execution environment handles one invocation at a time, so a second thread only costs: each call to the Runtime
    /// API or to AWS would change threads twice. To be called once, first thing on the main thread; where the runtime does
    /// not allow it, everything works as without.
    package static func use() {
        NIOSingletons.groupLoopCountSuggestion = 1
        NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
    }
}
