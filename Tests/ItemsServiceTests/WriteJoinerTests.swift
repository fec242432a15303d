import LambdaRuntime
import NIOCore
import NIOEmbedded
import Testing

@Suite("Joined writes") struct WriteJoinerTests {
    /// Notes what passes on its way to the socket.
    private final class Passage: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var events: [String] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            events.append(String(buffer: unwrapOutboundIn(data)))
            context.write(data, promise: promise)
        }

        func flush(context: ChannelHandlerContext) {
            events.append("flush")
            context.flush()
        }
    }

    @Test("what is flushed within one turn of the event loop leaves with one flush, the next turn with its own")
    func joining() throws {
        let passage = Passage()
        let channel = EmbeddedChannel(handlers: [passage, WriteJoiner()])
        for part in ["head", "body"] { channel.writeAndFlush(ByteBuffer(string: part), promise: nil) }
        #expect(passage.events == ["head", "body"])
        channel.embeddedEventLoop.run()
        #expect(passage.events == ["head", "body", "flush"])
        channel.writeAndFlush(ByteBuffer(string: "next"), promise: nil)
        channel.embeddedEventLoop.run()
        #expect(passage.events == ["head", "body", "flush", "next", "flush"])
        _ = try channel.finish()
    }
}
