package import NIOHTTP1

/// One HTTP answer, whole; the listener adds Content-Length and Date.
package struct ServerResponse: Sendable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// An answer that is there already, or work that will make it.
///
/// What needs no waiting is answered on the connection's own event loop, without a task: a hit in the stage cache costs
/// a lookup and a write.
package enum ServerAnswer: Sendable {
    case now(ServerResponse)
    case later(@Sendable () async -> ServerResponse)
    /// Work that mostly ends without waiting: it begins on the connection's event loop, and is done there in most cases.
    case soon(@Sendable () async -> ServerResponse)
    /// Somebody else will make the answer and hands it over by calling what it is given, once, from any thread.
    case handedOver(@Sendable (@escaping @Sendable (ServerResponse) -> Void) -> Void)
}
