package import NIOCore

/// Joins a request's head and body, which the client flushes one after the other, into one write.
///
/// Two small writes are two system calls and, where the peer delays its acknowledgements, up to 40 ms more.
package final class WriteJoiner: ChannelOutboundHandler {
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Only touched on the channel's event loop.
    private var isFlushScheduled = false

    package init() {}

    /// Leaves what was written to one flush at the end of the event loop's turn.
    package func flush(context: ChannelHandlerContext) {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        // Head and body are written within one turn of the event loop; the flush waits for its end.
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            context.flush()
        }
    }
}
