import AsyncHTTPClient
package import HTTPExchange
import NIOCore
import Timekeeping

/// Carries requests with AsyncHTTPClient: pure Swift, so that a handler needs no system library.
package struct AsyncHTTPTransport: HTTPTransport {
    private let client: HTTPClient
    private let longestTimeout: Duration?
    private let largestBody: Int

    /// - Parameters:
    ///   - longestTimeout: Cuts longer timeouts of requests; nil leaves them.
    ///   - largestBody: In bytes; an answer above it counts as malformed.
    package init(longestTimeout: Duration? = nil, largestBody: Int = 32 << 20) {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(5)
        // The caller decides what is worth another attempt.
        configuration.connectionPool.retryConnectionEstablishment = false
        // Servers drop idle connections; one that is old enough to be dropped is not used again.
        configuration.connectionPool.idleTimeout = .seconds(15)
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(WriteJoiner(), position: .first)
            }
        }
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        self.longestTimeout = longestTimeout
        self.largestBody = largestBody
    }

    package func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = .init(rawValue: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if !request.body.isEmpty { outgoing.body = .bytes(ByteBuffer(bytes: request.body)) }
        let timeout = longestTimeout.map { min($0, request.timeout) } ?? request.timeout
        let sentAt = Timestamp.system()
        let start = ContinuousClock.now
        do {
            let response = try await client.execute(outgoing, timeout: .nanoseconds(timeout.wholeNanoseconds))
            let body = try await response.body.collect(upTo: largestBody)
            return HTTPResponse(
                status: Int(response.status.code), headers: response.headers.map { HTTPHeader($0.name, $0.value) },
                body: Array(body.readableBytesView), sentAt: sentAt, elapsed: ContinuousClock.now - start)
        } catch {
            throw HTTPTransportError(error, url: request.url)
        }
    }

    /// Closes the connections; the transport is of no use afterwards.
    package func shutDown() async {
        // The process is about to end: what does not close now is closed by that.
        try? await client.shutdown()
    }
}
