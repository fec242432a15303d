import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP/1.1 server on one port.
final class HTTPListener: Sendable {
    typealias Answer = @Sendable (ServerRequest) -> ServerAnswer

    private struct State {
        var server: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let group: any EventLoopGroup
    private let nursery: TaskNursery
    private let maximumBodyBytes: @Sendable (HTTPRequestHead) -> Int
    private let date: HTTPDate
    private let answer: Answer
    private let state = Mutex(State())

    /// - Parameters:
    ///   - nursery: runs the answers that need waiting.
    ///   - maximumBodyBytes: a longer body is thrown away while it comes, and its request says so.
    ///   - answer: called on the connection's event loop; it must not block.
    init(
        group: any EventLoopGroup, nursery: TaskNursery, maximumBodyBytes: @escaping @Sendable (HTTPRequestHead) -> Int,
        date: HTTPDate,
        answer: @escaping Answer
    ) {
        self.group = group
        self.nursery = nursery
        self.maximumBodyBytes = maximumBodyBytes
        self.date = date
        self.answer = answer
    }

    /// Starts listening; 0 lets the system choose a port.
    ///
    /// - Returns: The port.
    /// - Throws: What NIO throws, an `IOError` with `EADDRINUSE` among it.
    func bind(host: String, port: Int) async throws -> Int {
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.configure(channel) }
            }
            .bind(host: host, port: port).get()
        state.withLock { $0.server = server }
        return server.localAddress?.port ?? port
    }

    /// Stops listening and closes all connections.
    func close() async {
        let (server, connections) = state.withLock { state in
            state.isClosed = true
            return (state.server.take(), Array(state.connections.values))
        }
        try? await server?.close().get()
        for connection in connections { connection.close(promise: nil) }
        for connection in connections { try? await connection.closeFuture.get() }
    }

    private func configure(_ channel: any Channel) throws {
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withErrorHandling: true)
        try channel.pipeline.syncOperations.addHandler(
            HTTPConnectionHandler(
                nursery: nursery, maximumBodyBytes: maximumBodyBytes, date: date, answer: answer))
        let id = ObjectIdentifier(channel)
        let isClosed = state.withLock { state in
            if !state.isClosed { state.connections[id] = channel }
            return state.isClosed
        }
        channel.closeFuture.whenComplete { _ in self.forget(id) }
        if isClosed { channel.close(promise: nil) }
    }

    private func forget(_ id: ObjectIdentifier) {
        state.withLock { $0.connections[id] = nil }
    }
}
