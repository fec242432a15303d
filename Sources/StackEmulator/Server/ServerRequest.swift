package import NIOHTTP1

/// One HTTP request as it came over the wire, its body whole.
package struct ServerRequest: Sendable {
    package var method: String
    /// Path and query, percent-encoded as sent.
    package var target: String
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// The body was longer than the listener takes; `body` is then empty.
    package var isBodyTooLong: Bool
    /// The caller's address, without port.
    package var peer: String

    package init(
        method: String, target: String, headers: HTTPHeaders = [:], body: [UInt8] = [], isBodyTooLong: Bool = false,
        peer: String = "127.0.0.1"
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.isBodyTooLong = isBodyTooLong
        self.peer = peer
    }

    /// The path, percent-encoded as sent.
    var path: Substring { target[..<(target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex)] }

    /// What follows the question mark, percent-encoded as sent; empty when there is none.
    var query: Substring {
        guard let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) else { return "" }
        return target[target.utf8.index(after: mark)...]
    }

    /// Names and values of the query string, decoded, in the order sent; what cannot be decoded stays as it is.
    var queryItems: [(name: String, value: String)] { FormEncoding.items(of: query) }
}
