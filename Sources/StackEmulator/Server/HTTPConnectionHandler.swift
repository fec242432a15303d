import NIOCore
import NIOHTTP1

/// Collects a connection's requests and writes their answers in the order of the requests, each answer in one write.
final class HTTPConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private enum Phase {
        case firstHead, idle, body
    }

    private let listener: HTTPListener.Conduct
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var bodyLimit = 0
    private var isBodyTooLong = false
    private var peer = ""
    /// Requests that came while an answer was being made.
    private var pending: [(ServerRequest, HTTPRequestHead)] = []
    private var isAnswering = false
    private var holdsRead = false
    private var closesAfterAnswer = false
    private var phase = Phase.firstHead
    private var phaseBegan = NIODeadline.now()
    private var watch: RepeatedTask?

    init(_ listener: HTTPListener.Conduct) { self.listener = listener }

    func channelActive(context: ChannelHandlerContext) {
        peer = context.remoteAddress?.ipAddress ?? ""
        phaseBegan = .now()
        let channel = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        if listener.limits.idle != nil {
            watch = context.eventLoop.scheduleRepeatedTask(initialDelay: .seconds(5), delay: .seconds(5)) { _ in
                let (handler, context) = channel.value
                handler.closeIfSilent(context)
            }
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        watch?.cancel()
        watch = nil
        pending = []
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head, context)
        case .body(let buffer):
            phaseBegan = .now()
            if isBodyTooLong { break }
            if body.count + buffer.readableBytes > bodyLimit {
                body = []
                isBodyTooLong = true
            } else {
                body.append(contentsOf: buffer.readableBytesView)
            }
        case .end:
            guard let head = head.take() else { break }
            enter(.idle)
            let request = ServerRequest(
                method: head.method.rawValue, target: head.uri, headers: head.headers, body: body,
                isBodyTooLong: isBodyTooLong, peer: peer)
            body = []
            if isAnswering || closesAfterAnswer {
                pending.append((request, head))
            } else {
                respond(to: request, head, context)
            }
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard head.uri.utf8.count <= listener.limits.targetBytes else {
            return refuse(ServerResponse(status: 414), context)
        }
        // RFC 9112, section 3.2: a request of HTTP/1.1 names its host.
        guard head.version.minor == 0 || head.headers.contains(name: "Host") else {
            return refuse(ServerResponse(status: 400), context)
        }
        self.head = head
        body = []
        isBodyTooLong = false
        bodyLimit = listener.maximumBodyBytes(head)
        enter(.body)
        if head.version.minor > 0, head.headers.first(name: "Expect")?.lowercased() == "100-continue", !isAnswering {
            // A client that asks first would otherwise hold its body back for a second.
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, !isAnswering, !closesAfterAnswer else {
            // A connection that was reset has nobody left to answer.
            return context.close(promise: nil)
        }
        refuse(ServerResponse(status: error == .headerOverflow ? 431 : 400), context)
    }

    /// Reads no further while there is enough to do, or while the client does not take its answers.
    func read(context: ChannelHandlerContext) {
        if mayRead(context) { context.read() } else { holdsRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        readOn(context)
        context.fireChannelWritabilityChanged()
    }

    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        pending.count < listener.limits.pipelined && context.channel.isWritable
    }

    private func readOn(_ context: ChannelHandlerContext) {
        guard holdsRead, mayRead(context) else { return }
        holdsRead = false
        context.read()
    }

    // MARK: Answers

    private func respond(to request: ServerRequest, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let closes = !head.isKeepAlive
        switch listener.answer(request) {
        case .now(let response): write(response, head, closes: closes, context)
        case .later(let work): start(work, head, closes, here: false, context)
        case .soon(let work): start(work, head, closes, here: true, context)
        case .handedOver(let register):
            isAnswering = true
            let bound = NIOLoopBound((self, context, head), eventLoop: context.eventLoop)
            let eventLoop = context.eventLoop
            register { response in
                if eventLoop.inEventLoop {
                    Self.finish(response, closes, bound)
                } else {
                    eventLoop.execute { Self.finish(response, closes, bound) }
                }
            }
        }
    }

    private func start(
        _ work: @escaping @Sendable () async -> ServerResponse, _ head: HTTPRequestHead, _ closes: Bool, here: Bool,
        _ context: ChannelHandlerContext
    ) {
        isAnswering = true
        let bound = NIOLoopBound((self, context, head), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        listener.nursery.start(here: here) {
            let response = await work()
            if eventLoop.inEventLoop {
                Self.finish(response, closes, bound)
            } else {
                eventLoop.execute { Self.finish(response, closes, bound) }
            }
        }
    }

    private static func finish(
        _ response: ServerResponse, _ closes: Bool,
        _ bound: NIOLoopBound<(HTTPConnectionHandler, ChannelHandlerContext, HTTPRequestHead)>
    ) {
        let (handler, context, head) = bound.value
        handler.isAnswering = false
        guard context.channel.isActive else { return }
        handler.write(response, head, closes: closes, context)
        handler.goOn(context)
    }

    /// Answers what has come meanwhile.
    private func goOn(_ context: ChannelHandlerContext) {
        while !isAnswering, !closesAfterAnswer, !pending.isEmpty {
            let (request, head) = pending.removeFirst()
            respond(to: request, head, context)
        }
        readOn(context)
    }

    private func write(
        _ response: ServerResponse, _ head: HTTPRequestHead, closes: Bool, _ context: ChannelHandlerContext
    ) {
        var buffer = context.channel.allocator.buffer(capacity: response.body.count + 512)
        ResponseEncoder.encode(
            response, omitsBody: head.method == .HEAD, closes: closes,
            keepsOldAlive: !closes && head.version.minor == 0, date: listener.date.text, into: &buffer)
        if self.head == nil { enter(.idle) }
        send(buffer, closes: closes, context)
    }

    /// Answers what is no request and closes.
    private func refuse(_ response: ServerResponse, _ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 256)
        ResponseEncoder.encode(
            response, omitsBody: false, closes: true, keepsOldAlive: false, date: listener.date.text, into: &buffer)
        send(buffer, closes: true, context)
    }

    private func send(_ buffer: ByteBuffer, closes: Bool, _ context: ChannelHandlerContext) {
        guard closes else { return context.writeAndFlush(wrapOutboundOut(buffer), promise: nil) }
        closesAfterAnswer = true
        let written = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        written.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: written)
    }

    // MARK: Silence

    private func enter(_ phase: Phase) {
        self.phase = phase
        phaseBegan = .now()
    }

    /// Ends a connection whose client has begun something and does not go on with it.
    private func closeIfSilent(_ context: ChannelHandlerContext) {
        guard !isAnswering else { return enter(phase) }
        let limit =
            switch phase {
            case .firstHead: listener.limits.firstHead
            case .idle: listener.limits.idle
            case .body: listener.limits.bodyPause
            }
        guard let limit, NIODeadline.now() - phaseBegan > limit else { return }
        if phase == .body { refuse(ServerResponse(status: 408), context) } else { context.close(promise: nil) }
    }
}
