import AsyncHTTPClient
import HTTPExchange
import NIOCore
import NIOHTTP1
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension HTTPTransportError {
    /// Says in the transport's terms what a connection has thrown.
    init(_ error: any Error, url: String) {
        let code: Code
        switch error {
        case let error as HTTPClientError:
            switch error {
            case .deadlineExceeded, .readTimeout, .writeTimeout: code = .timeout
            case .connectTimeout, .getConnectionFromPoolTimeout: code = .connect
            case .remoteConnectionClosed: code = .reset
            case .cancelled: code = .cancelled
            case .tlsHandshakeTimeout: code = .tls
            default: code = .other
            }
        case is NIOConnectionError: code = .connect
        case is NIOTooManyBytesError, is HTTPParserError: code = .malformed
        case is CancellationError: code = .cancelled
        case let error as IOError: code = error.errnoCode == ECONNREFUSED ? .connect : .reset
        case ChannelError.connectTimeout: code = .connect
        case is ChannelError: code = .reset
        default: code = .other
        }
        self.init(code: code, message: "\(url): \(error)")
    }
}
