package import HTTPExchange
import NIOCore
import NIOHTTP1
import NIOPosix
import Timekeeping

/// Carries requests over unencrypted HTTP/1.1, one thread for everything, a connection for each request at a time.
///
/// A handler makes two such requests for each invocation, to the Runtime API, and under the emulator a third one to its
/// table. A client for every case that the web knows took several times the time of the handler's own work for them.
package struct PlainHTTPTransport: HTTPTransport {
    private let eventLoop: any EventLoop
    private let idle: NIOLoopBoundBox<IdleConnections>
    private let longestTimeout: Duration?
    private let largestBody: Int

    /// - Parameters:
    ///   - longestTimeout: Cuts longer timeouts of requests; nil leaves them.
    ///   - largestBody: In bytes; an answer above it counts as malformed.
    package init(longestTimeout: Duration? = nil, largestBody: Int = 32 << 20) {
        eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        idle = NIOLoopBoundBox.makeBoxSendingValue(IdleConnections(), eventLoop: eventLoop)
        self.longestTimeout = longestTimeout
        self.largestBody = largestBody
    }

    package func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        guard let url = URLParts(request.url), url.scheme == "http" else {
            throw HTTPTransportError(code: .other, message: "\(request.url): no http:// URL")
        }
        let timeout = longestTimeout.map { min($0, request.timeout) } ?? request.timeout
        let sending = NIOLoopBoundBox.makeBoxSendingValue(Sending(), eventLoop: eventLoop)
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                onEventLoop {
                    let exchange = PlainHTTPExchange(request, url, largestBody: largestBody, continuation)
                    if sending.value.isCancelled { return exchange.fail(.cancelled, "cancelled") }
                    sending.value.exchange = exchange
                    begin(exchange, timeout: timeout)
                }
            }
        } onCancel: {
            eventLoop.execute {
                sending.value.isCancelled = true
                sending.value.exchange?.fail(.cancelled, "cancelled")
            }
        }
        return try outcome.get()
    }

    /// Closes the idle connections.
    package func shutDown() async {
        let closed = eventLoop.flatSubmit {
            EventLoopFuture.andAllComplete(idle.value.takeAll().compactMap { $0.close() }, on: eventLoop)
        }
        // The process is about to end: what does not close now is closed by that.
        try? await closed.get()
    }

    /// A request between its caller and the event loop; a cancellation may come before the request.
    private struct Sending {
        var exchange: PlainHTTPExchange?
        var isCancelled = false
    }

    private func onEventLoop(_ work: @escaping @Sendable () -> Void) {
        if eventLoop.inEventLoop { work() } else { eventLoop.execute(work) }
    }

    // MARK: On the event loop

    private func begin(_ exchange: PlainHTTPExchange, timeout: Duration) {
        if timeout < Self.practicallyUnlimited {
            let bound = NIOLoopBound(exchange, eventLoop: eventLoop)
            exchange.timer = eventLoop.scheduleTask(in: .nanoseconds(timeout.wholeNanoseconds)) {
                bound.value.fail(.timeout, "no answer within \(timeout)")
            }
        }
        let origin = exchange.url.hostHeader
        if let connection = idle.value.take(origin, now: .now()) { return connection.begin(exchange) }
        let bound = NIOLoopBound(exchange, eventLoop: eventLoop)
        let idle = idle
        ClientBootstrap(group: eventLoop)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connectTimeout(.seconds(5))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // Names and values of headers are this room's own: nothing from outside is in them to be checked.
                    try channel.pipeline.syncOperations.addHTTPClientHandlers(enableOutboundHeaderValidation: false)
                    try channel.pipeline.syncOperations.addHandler(
                        PlainHTTPConnection { idle.value.put($0, origin, now: .now()) })
                }
            }
            .connect(host: exchange.url.host, port: exchange.url.port ?? 80)
            .assumeIsolated()
            .whenComplete { result in
                do {
                    let pipeline = try result.get().pipeline.syncOperations
                    try pipeline.handler(type: PlainHTTPConnection.self).begin(bound.value)
                } catch {
                    bound.value.fail(HTTPTransportError(error, url: bound.value.request.url))
                }
            }
    }

    /// The Runtime API's call for work has no end; a timer for it would only cost.
    private static let practicallyUnlimited = Duration.seconds(365 * 86_400)
}
