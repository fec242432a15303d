import NIOCore

/// Reads a process's output as fast as it comes, up to a rate beyond which the process has to wait: one that floods its log
/// takes a share of the emulator, not all of it.
final class OutputReader: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Never

    /// So much is read in one interval.
    private static let bytesPerInterval = 1 << 20
    private static let interval = TimeAmount.milliseconds(50)

    private let output: @Sendable (ByteBuffer) -> Void
    private var intervalEnd = NIODeadline.uptimeNanoseconds(0)
    private var bytesLeft = OutputReader.bytesPerInterval

    /// - Parameter output: called on the event loop with each piece.
    init(_ output: @escaping @Sendable (ByteBuffer) -> Void) { self.output = output }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        bytesLeft -= buffer.readableBytes
        output(buffer)
    }

    func read(context: ChannelHandlerContext) {
        let now = NIODeadline.now()
        if now >= intervalEnd {
            intervalEnd = now + Self.interval
            bytesLeft = Self.bytesPerInterval
        }
        guard bytesLeft <= 0 else { return context.read() }
        context.eventLoop.assumeIsolated().scheduleTask(deadline: intervalEnd) {
            self.read(context: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
