import HTTPExchange
import LambdaRuntime
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// The two transports, which must not differ in anything that a caller sees.
enum HandlerTransport: String, CaseIterable, CustomTestStringConvertible {
    case general, plain

    var testDescription: String { rawValue }

    /// Hands over a transport that is shut down afterwards.
    func use<Value: Sendable>(
        longestTimeout: Duration? = nil, largestBody: Int = 32 << 20,
        _ body: (any HTTPTransport) async throws -> Value
    ) async throws -> Value {
        let (transport, shutDown): (any HTTPTransport, () async -> Void)
        switch self {
        case .general:
            let general = AsyncHTTPTransport(longestTimeout: longestTimeout, largestBody: largestBody)
            (transport, shutDown) = (general, { await general.shutDown() })
        case .plain:
            let plain = PlainHTTPTransport(longestTimeout: longestTimeout, largestBody: largestBody)
            (transport, shutDown) = (plain, { await plain.shutDown() })
        }
        let result: Result<Value, any Error>
        do { result = .success(try await body(transport)) } catch { result = .failure(error) }
        await shutDown()
        return try result.get()
    }
}

@Suite("The handlers' HTTP transports") struct HandlerTransportTests {
    @Test("hand back status, headers and body", arguments: HandlerTransport.allCases)
    func answer(kind: HandlerTransport) async throws {
        let response = try await kind.use { transport in
            try await FakeRuntimeAPI(invocations: ["payload"]).serve { address in
                try await transport.send(HTTPRequest(method: "GET", url: "http://\(address)/x"))
            }
        }
        #expect(response.status == 200)
        #expect(response.body == Array("payload".utf8))
        #expect(response.headers.first("lambda-runtime-aws-request-id") == "request-1")
        #expect(response.elapsed > .zero)
    }

    @Test("send what the request says", arguments: HandlerTransport.allCases)
    func request(kind: HandlerTransport) async throws {
        let api = FakeRuntimeAPI(invocations: [])
        _ = try await kind.use { transport in
            try await api.serve { address in
                let url = "http://\(address)/a/b%20c?d=e"
                let headers = [HTTPHeader("X-One", "1")]
                return try await transport.send(
                    HTTPRequest(method: "POST", url: url, headers: headers, body: Array("text".utf8)))
            }
        }
        let received = try #require(api.received.first)
        #expect(received.method == "POST")
        #expect(received.path == "/a/b%20c?d=e")
        #expect(received.headers["x-one"] == "1")
        #expect(received.headers["content-length"] == "4")
        #expect(received.headers["host"]?.hasPrefix("127.0.0.1:") == true)
        #expect(received.body == "text")
    }

    @Test(
        "say why no answer came", arguments: HandlerTransport.allCases,
        [("http://127.0.0.1:1/", HTTPTransportError.Code.connect), ("nonsense", .other), ("http:///", .other)])
    func noAnswer(kind: HandlerTransport, expected: (url: String, code: HTTPTransportError.Code)) async throws {
        let error = try await kind.use { transport in
            await #expect(throws: HTTPTransportError.self) {
                _ = try await transport.send(HTTPRequest(method: "GET", url: expected.url))
            }
        }
        #expect(error?.code == expected.code)
        #expect(error?.message.isEmpty == false)
    }

    @Test(
        "a request is given up after its timeout, or the transport's if that is shorter",
        arguments: HandlerTransport.allCases, [(20, nil), (60_000, 20)] as [(Int, Int?)])
    func timeout(kind: HandlerTransport, limits: (request: Int, transport: Int?)) async throws {
        let error = try await kind.use(longestTimeout: limits.transport.map { .milliseconds($0) }) { transport in
            try await FakeRuntimeAPI(invocations: []).serve { address in
                let request = HTTPRequest(
                    method: FakeRuntimeAPI.silentMethod, url: "http://\(address)/x",
                    timeout: .milliseconds(limits.request))
                return await #expect(throws: HTTPTransportError.self) { _ = try await transport.send(request) }
            }
        }
        #expect(error?.code == .timeout)
    }

    @Test(
        "an answer that is none is an error of its kind", arguments: HandlerTransport.allCases,
        [
            ("", HTTPTransportError.Code.reset),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", .malformed),
            ("HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + String(repeating: "x", count: 2000), .malformed),
        ])
    func noRightAnswer(kind: HandlerTransport, expected: (text: String, code: HTTPTransportError.Code)) async throws {
        let error = try await kind.use(largestBody: 1000) { transport in
            try await RawServer(answers: [expected.text]).serve { address in
                await #expect(throws: HTTPTransportError.self) {
                    _ = try await transport.send(HTTPRequest(method: "GET", url: "http://\(address)/"))
                }
            }
        }
        #expect(error?.code == expected.code)
    }
}

@Suite("The transport for plain HTTP") struct PlainHTTPTransportTests {
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test("requests that follow each other share a connection, whatever closes it makes a new one")
    func reuse() async throws {
        let server = RawServer(answers: [
            Self.answer, Self.answer, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", Self.answer,
            "HTTP/1.0 200 OK\r\n\r\nold", Self.answer,
        ])
        let statuses = try await HandlerTransport.plain.use { transport in
            try await server.serve { address in
                var connections: [Int] = []
                for _ in 0..<6 {
                    let response = try await transport.send(HTTPRequest(method: "GET", url: "http://\(address)/"))
                    #expect(response.status == 200)
                    connections.append(server.connections)
                }
                return connections
            }
        }
        #expect(statuses == [1, 1, 1, 2, 2, 3])
    }

    @Test(
        "an answer that is no HTTP at all is malformed",
        arguments: ["no HTTP at all\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n"])
    func garbage(text: String) async throws {
        let error = try await HandlerTransport.plain.use { transport in
            try await RawServer(answers: [text]).serve { address in
                await #expect(throws: HTTPTransportError.self) {
                    _ = try await transport.send(HTTPRequest(method: "GET", url: "http://\(address)/"))
                }
            }
        }
        #expect(error?.code == .malformed)
    }

    @Test("a cancelled request ends at once and its connection is not used again")
    func cancellation() async throws {
        let server = RawServer(answers: [nil, Self.answer])
        try await HandlerTransport.plain.use { transport in
            try await server.serve { address in
                let task = Task { try await transport.send(HTTPRequest(method: "GET", url: "http://\(address)/")) }
                await server.requestCame()
                task.cancel()
                let error = await #expect(throws: HTTPTransportError.self) { _ = try await task.value }
                #expect(error?.code == .cancelled)
                let response = try await transport.send(HTTPRequest(method: "GET", url: "http://\(address)/"))
                #expect(response.body == Array("ok".utf8))
                #expect(server.connections == 2)
            }
        }
    }
}

/// Answers each request with the next of its texts, as it is; after one that needs it, the connection is closed.
private final class RawServer: Sendable {
    private struct State {
        var answers: [String?]
        var connections = 0
        var waiter: CheckedContinuation<Void, Never>?
        var requests = 0
    }

    private let state: Mutex<State>

    /// - Parameter answers: nil never answers.
    init(answers: [String?]) { state = Mutex(State(answers: answers)) }

    var connections: Int { state.withLock { $0.connections } }

    func requestCame() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.requests == 0 { state.waiter = continuation }
                return state.requests > 0
            }
            if isThere { continuation.resume() }
        }
    }

    func serve<Value: Sendable>(_ body: (String) async throws -> Value) async throws -> Value {
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                self.state.withLock { $0.connections += 1 }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answerer(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body("127.0.0.1:\(server.localAddress?.port ?? 0)"))
        } catch { result = .failure(error) }
        try await server.close()
        return try result.get()
    }

    private func next() -> String? {
        let (answer, waiter) = state.withLock { state -> (String?, CheckedContinuation<Void, Never>?) in
            state.requests += 1
            return (state.answers.isEmpty ? "" : state.answers.removeFirst(), state.waiter.take())
        }
        waiter?.resume()
        return answer
    }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let server: RawServer

        init(server: RawServer) { self.server = server }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard let answer = server.next() else { return }
            let channel = context.channel
            let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)))
            let staysOpen = answer.hasPrefix("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n")
            if !staysOpen { written.whenComplete { _ in channel.close(promise: nil) } }
        }
    }
}
