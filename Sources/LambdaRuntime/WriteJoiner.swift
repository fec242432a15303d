import NIOCore

/// Joins a request's head and body, which the client flushes one after the other, into one write.
///
/// Two small writes are two system calls and, where the peer delays its acknowledgements, up to 40 ms more.
final class WriteJoiner: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Only touched on the channel's event loop.
    private var isFlushScheduled = false

    func flush(context: ChannelHandlerContext) {
        guard !isFlushScheduled else { return }
        isFlushScheduled = true
        // Head and body are written within one turn of the event loop; the flush waits for its end.
        context.eventLoop.assumeIsolated().execute {
            self.isFlushScheduled = false
            context.flush()
        }
    }
}
