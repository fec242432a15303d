import NIOCore
import NIOHTTP1

/// Collects a connection's requests and writes their answers, each answer in one flush.
final class HTTPConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let nursery: TaskNursery
    private let maximumBodyBytes: @Sendable (HTTPRequestHead) -> Int
    private let date: HTTPDate
    private let answer: HTTPListener.Answer

    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var bodyLimit = 0
    private var isBodyTooLong = false
    private var peer = ""

    init(
        nursery: TaskNursery, maximumBodyBytes: @escaping @Sendable (HTTPRequestHead) -> Int, date: HTTPDate,
        answer: @escaping HTTPListener.Answer
    ) {
        self.nursery = nursery
        self.maximumBodyBytes = maximumBodyBytes
        self.date = date
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        peer = context.remoteAddress?.ipAddress ?? ""
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
            isBodyTooLong = false
            bodyLimit = maximumBodyBytes(head)
            if head.headers.contains(name: "Expect") { writeContinue(context: context, version: head.version) }
        case .body(let buffer):
            if isBodyTooLong { break }
            if body.count + buffer.readableBytes > bodyLimit {
                body = []
                isBodyTooLong = true
            } else {
                body.append(contentsOf: buffer.readableBytesView)
            }
        case .end:
            guard let head = head.take() else { break }
            respond(to: head, context: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A connection that was reset or does not speak HTTP has nobody left to answer.
        context.close(promise: nil)
    }

    private func respond(to head: HTTPRequestHead, context: ChannelHandlerContext) {
        let request = ServerRequest(
            method: head.method.rawValue, target: head.uri, headers: head.headers, body: body,
            isBodyTooLong: isBodyTooLong, peer: peer)
        body = []
        switch answer(request) {
        case .now(let response):
            Self.write(response, to: head, date: date.text, context: context)
        case .later(let work):
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            let date = date
            nursery.start {
                let response = await work()
                eventLoop.execute { Self.write(response, to: head, date: date.text, context: bound.value) }
            }
        }
    }

    private static func write(
        _ response: ServerResponse, to head: HTTPRequestHead, date: String, context: ChannelHandlerContext
    ) {
        guard context.channel.isActive else { return }
        var headers = response.headers
        headers.add(name: "Date", value: date)
        let hasBody = head.method != .HEAD && response.status != 204 && response.status != 304
        // The answer to HEAD may state the length of a body that was not even read.
        if response.status != 204, head.method != .HEAD || !headers.contains(name: "Content-Length") {
            headers.replaceOrAdd(name: "Content-Length", value: String(response.body.count))
        }
        headers.remove(name: "Transfer-Encoding")
        if !head.isKeepAlive { headers.replaceOrAdd(name: "Connection", value: "close") }
        let responseHead = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: response.status), headers: headers)
        context.write(NIOAny(OutboundOut.head(responseHead)), promise: nil)
        if hasBody, !response.body.isEmpty {
            var buffer = context.channel.allocator.buffer(capacity: response.body.count)
            buffer.writeBytes(response.body)
            context.write(NIOAny(OutboundOut.body(.byteBuffer(buffer))), promise: nil)
        }
        let closesAfter = !head.isKeepAlive
        let written = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        if closesAfter { written.futureResult.whenComplete { _ in channel.close(promise: nil) } }
        context.writeAndFlush(NIOAny(OutboundOut.end(nil)), promise: written)
    }

    /// A client that asks first (curl does for long bodies) would otherwise hold its body back for a second.
    private func writeContinue(context: ChannelHandlerContext, version: HTTPVersion) {
        let head = HTTPResponseHead(version: version, status: .continue)
        context.writeAndFlush(NIOAny(OutboundOut.head(head)), promise: nil)
    }
}
