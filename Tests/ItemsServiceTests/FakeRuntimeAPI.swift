import NIOCore
import NIOPosix
import Synchronization

/// A Runtime API on the loopback: hands out what it is told to and closes the connection when there is no more.
final class FakeRuntimeAPI: Sendable {
    struct Request: Sendable {
        var method: String
        var path: String
        /// Names in lower case.
        var headers: [String: String]
        var body: String
    }

    private struct State {
        var invocations: [String]
        var received: [Request] = []
    }

    private let state: Mutex<State>
    private let reportStatus: Int

    var received: [Request] { state.withLock { $0.received } }
    /// All but the requests for work.
    var reports: [Request] { received.filter { $0.method == "POST" } }

    /// - Parameter reportStatus: the answer to every report.
    init(invocations: [String], reportStatus: Int = 202) {
        state = Mutex(State(invocations: invocations))
        self.reportStatus = reportStatus
    }

    /// Serves on a free port while the body runs, which is given the address.
    func serve<Value: Sendable>(_ body: (String) async throws -> Value) async throws -> Value {
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(RequestReader(api: self))
                }
            }
        let server = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        let port = server.localAddress?.port ?? 0
        let result: Result<Value, any Error>
        do { result = .success(try await body("127.0.0.1:\(port)")) } catch { result = .failure(error) }
        try await server.close()
        return try result.get()
    }

    /// A request of this method is never answered.
    static let silentMethod = "HEAD"

    /// The answer's text, or nil to close the connection.
    fileprivate func answer(_ request: Request) -> String? {
        state.withLock { state in
            state.received.append(request)
            if request.method == "POST" {
                return "HTTP/1.1 \(reportStatus) Said\r\nContent-Length: 15\r\n\r\n{\"status\":\"OK\"}"
            }
            guard !state.invocations.isEmpty else { return nil }
            let payload = state.invocations.removeFirst()
            let number = state.received.count { $0.method == "GET" }
            return """
                HTTP/1.1 200 OK\r
                Lambda-Runtime-Aws-Request-Id: request-\(number)\r
                Lambda-Runtime-Deadline-Ms: 1800000000123\r
                Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:::function:f\r
                Lambda-Runtime-Trace-Id: Root=1-2-3\r
                Content-Length: \(payload.utf8.count)\r
                \r
                \(payload)
                """
        }
    }
}

/// Reads whole requests off one connection. Lives on its channel's event loop.
private final class RequestReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let api: FakeRuntimeAPI
    private var received = ByteBuffer()
    /// The request whose body is still coming, and how long that is.
    private var head: (request: FakeRuntimeAPI.Request, bodyLength: Int)?

    init(api: FakeRuntimeAPI) { self.api = api }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        if head == nil { head = takeHead() }
        guard var request = head?.request, let body = received.readString(length: head?.bodyLength ?? 0) else {
            return
        }
        request.body = body
        head = nil
        guard request.method != FakeRuntimeAPI.silentMethod else { return }
        if let answer = api.answer(request) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        } else {
            context.close(promise: nil)
        }
    }

    /// Takes everything up to the empty line; nil as long as that has not come.
    private func takeHead() -> (FakeRuntimeAPI.Request, Int)? {
        let bytes = received.readableBytesView
        let end = Array("\r\n\r\n".utf8)
        guard let start = bytes.indices.first(where: { bytes[$0...].starts(with: end) }),
            let text = received.readString(length: start - bytes.startIndex + end.count)
        else { return nil }
        let lines = text.split(separator: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        let headers = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            return (line[..<colon].lowercased(), String(line[colon...].drop { $0 == ":" || $0 == " " }))
        }
        let fields = Dictionary(headers) { first, _ in first }
        let request = FakeRuntimeAPI.Request(
            method: words[0], path: words.count > 1 ? words[1] : "", headers: fields, body: "")
        return (request, Int(fields["content-length"] ?? "0") ?? 0)
    }
}
