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

    /// What all connections of a listener share.
    struct Conduct: Sendable {
        var nursery: TaskNursery
        var maximumBodyBytes: @Sendable (HTTPRequestHead) -> Int
        var limits: ConnectionLimits
        var date: HTTPDate
        var answer: Answer
    }

    private let group: any EventLoopGroup
    private let conduct: Conduct
    private let state = Mutex(State())

    /// - Parameters:
    ///   - nursery: runs the answers that need waiting.
    ///   - maximumBodyBytes: a longer body is thrown away while it comes, and its request says so.
    ///   - answer: called on the connection's event loop; it must not block.
    init(
        group: any EventLoopGroup, nursery: TaskNursery, maximumBodyBytes: @escaping @Sendable (HTTPRequestHead) -> Int,
        limits: ConnectionLimits = ConnectionLimits(), date: HTTPDate, answer: @escaping Answer
    ) {
        self.group = group
        conduct = Conduct(
            nursery: nursery, maximumBodyBytes: maximumBodyBytes, limits: limits, date: date, answer: answer)
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
        let id = ObjectIdentifier(channel)
        let isAdmitted = state.withLock { state in
            guard !state.isClosed, state.connections.count < conduct.limits.connections else { return false }
            state.connections[id] = channel
            return true
        }
        guard isAdmitted else { return channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in self.forget(id) }
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: conduct.limits.decoder)
        try channel.pipeline.syncOperations.addHandlers(
            ByteToMessageHandler(decoder), HTTPConnectionHandler(conduct))
    }

    private func forget(_ id: ObjectIdentifier) {
        state.withLock { $0.connections[id] = nil }
    }
}
