import HTTPExchange
import NIOCore
import NIOHTTP1
import Timekeeping

/// A connection as its pipeline's last handler: one exchange at a time. Only touched on its event loop.
final class PlainHTTPConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let becameIdle: (PlainHTTPConnection) -> Void
    private var context: ChannelHandlerContext?
    private var exchange: PlainHTTPExchange?

    /// - Parameter becameIdle: called after each exchange that leaves the connection fit for another.
    init(becameIdle: @escaping (PlainHTTPConnection) -> Void) { self.becameIdle = becameIdle }

    var isUsable: Bool { exchange == nil && context?.channel.isActive == true }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Sends a request whole, in one write.
    func begin(_ exchange: PlainHTTPExchange) {
        guard !exchange.isOver else { return becameIdle(self) }
        guard let context, isUsable else { return exchange.fail(.reset, "the connection was closed") }
        self.exchange = exchange
        exchange.abandoned = { [weak self] in self?.abandon() }
        exchange.wasSent()
        let request = exchange.request
        var headers = HTTPHeaders([("Host", exchange.url.hostHeader)])
        for header in request.headers { headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty || request.method == "POST" || request.method == "PUT" {
            headers.replaceOrAdd(name: "Content-Length", value: String(request.body.count))
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: exchange.url.target, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // An answer that nobody asked for: what comes next on this connection could belong to anything.
        guard let exchange else { return context.close(promise: nil) }
        switch unwrapInboundIn(data) {
        case .head(let head): exchange.head = head
        case .body(let buffer): exchange.append(buffer)
        case .end:
            self.exchange = nil
            exchange.abandoned = nil
            if exchange.head?.isKeepAlive == true { becameIdle(self) } else { context.close(promise: nil) }
            exchange.finish()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        lose { exchange in exchange.fail(.reset, "the connection was closed before the answer was complete") }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lose { exchange in exchange.fail(HTTPTransportError(error, url: exchange.request.url)) }
        context.close(promise: nil)
    }

    func close() -> EventLoopFuture<Void>? { context?.close() }

    private func lose(_ tell: (PlainHTTPExchange) -> Void) {
        guard let exchange else { return }
        self.exchange = nil
        exchange.abandoned = nil
        tell(exchange)
    }

    /// Whoever waited does no longer; the answer would come to somebody else.
    private func abandon() {
        exchange = nil
        context?.close(promise: nil)
    }
}

/// One request and what has come of its answer. Only touched on the event loop.
final class PlainHTTPExchange {
    typealias Outcome = Result<HTTPResponse, HTTPTransportError>

    let request: HTTPRequest
    let url: URLParts
    var timer: Scheduled<Void>?
    var head: HTTPResponseHead?
    /// Tells the connection that nobody waits any more.
    var abandoned: (() -> Void)?
    private var body = ByteBuffer()
    private let largestBody: Int
    private var continuation: CheckedContinuation<Outcome, Never>?
    private var sentAt = Timestamp.system()
    private var start = ContinuousClock.now

    init(
        _ request: HTTPRequest, _ url: URLParts, largestBody: Int, _ continuation: CheckedContinuation<Outcome, Never>
    ) {
        self.request = request
        self.url = url
        self.largestBody = largestBody
        self.continuation = continuation
    }

    var isOver: Bool { continuation == nil }

    func wasSent() {
        sentAt = .system()
        start = .now
    }

    func append(_ piece: ByteBuffer) {
        guard body.readableBytes + piece.readableBytes <= largestBody else {
            return fail(.malformed, "an answer of more than \(largestBody) bytes")
        }
        var piece = piece
        if body.readableBytes == 0 { body = piece } else { body.writeBuffer(&piece) }
    }

    func finish() {
        guard let head else { return fail(.malformed, "an answer without a head") }
        let response = HTTPResponse(
            status: Int(head.status.code), headers: head.headers.map { HTTPHeader($0.name, $0.value) },
            body: Array(body.readableBytesView), sentAt: sentAt, elapsed: ContinuousClock.now - start)
        end(.success(response))
    }

    func fail(_ code: HTTPTransportError.Code, _ message: String) {
        fail(HTTPTransportError(code: code, message: "\(request.url): \(message)"))
    }

    func fail(_ error: HTTPTransportError) {
        guard !isOver else { return }
        end(.failure(error))
        abandoned?()
        abandoned = nil
    }

    private func end(_ outcome: Outcome) {
        timer?.cancel()
        timer = nil
        continuation.take()?.resume(returning: outcome)
    }
}
