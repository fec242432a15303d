import NIOCore
import NIOHTTP1

/// What a listener puts up with from its connections.
struct ConnectionLimits: Sendable {
    /// Connections at once; further ones are closed as they come.
    var connections = 4096
    /// All header lines of a request together.
    var headerBytes = 64 << 10
    /// A request's path with its query.
    var targetBytes = 32 << 10
    /// Requests that are read ahead while an answer is made.
    var pipelined = 32
    /// From the opening of a connection to the end of its first head.
    var firstHead: TimeAmount? = .seconds(30)
    /// From an answer to the end of the next head.
    var idle: TimeAmount? = .seconds(240)
    /// Between two pieces of a body.
    var bodyPause: TimeAmount? = .seconds(30)

    /// For a client that is a child of this process and may be silent for as long as it likes.
    static let trusted = ConnectionLimits(
        headerBytes: 1 << 20, firstHead: nil, idle: nil, bodyPause: nil)

    var decoder: NIOHTTPDecoderLimitConfiguration {
        var configuration = NIOHTTPDecoderLimitConfiguration()
        configuration.maxHeaderFieldSize = headerBytes
        configuration.maxHeaderListSize = headerBytes
        return configuration
    }
}
