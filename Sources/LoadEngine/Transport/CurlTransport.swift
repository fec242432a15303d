package import HTTPExchange
import Synchronization

/// Sends single requests with libcurl: for probes, drills and AWS calls, not for load.
///
/// One thread drives all of them; connections are kept and used again. No redirect is followed, no proxy asked, and
/// nothing is ever sent twice: libcurl's silent second attempt on a connection that turned out dead is refused and
/// reported as `reset`. A cancelled task ends its request with `cancelled`.
package final class CurlTransport: HTTPTransport {
    private let loop: CurlLoop
    private let thread: Mutex<OSThread?>

    /// - Parameter certificateFile: a PEM bundle to trust instead of the system's.
    package init(certificateFile: String? = nil) {
        let loop = CurlLoop(certificateFile: certificateFile)
        self.loop = loop
        let started = OSThread { loop.run() }
        // Without its thread the loop must refuse requests rather than keep them for ever.
        if started == nil { loop.stop() }
        thread = Mutex(started)
    }

    deinit {
        loop.stop()
        thread.withLock { thread in
            if let running = thread.take() { running.join() }
        }
    }

    package func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        let id = loop.newIdentity()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.submit(CurlLoop.Job(id: id, request: request, continuation: continuation))
                // A cancellation that came before the job was there went unheard.
                if Task.isCancelled { loop.cancel(id) }
            }
        } onCancel: {
            loop.cancel(id)
        }
        return try result.get()
    }
}
