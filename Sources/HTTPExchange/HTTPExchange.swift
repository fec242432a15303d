package import Timekeeping

/// One header line; names keep the case they were written with and compare without it.
package struct HTTPHeader: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

extension [HTTPHeader] {
    /// The first value under a name, whatever its case.
    package func first(_ name: String) -> String? {
        first { $0.name.utf8.count == name.utf8.count && $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Replaces every line of that name by one.
    package mutating func set(_ name: String, _ value: String) {
        removeAll { $0.name.lowercased() == name.lowercased() }
        append(HTTPHeader(name, value))
    }
}

/// A request as a caller states it; the transport adds Host and Content-Length.
package struct HTTPRequest: Sendable, Equatable {
    package var method: String
    /// Absolute, percent-encoded: `http://127.0.0.1:8080/dev/items?limit=5`.
    package var url: String
    package var headers: [HTTPHeader]
    package var body: [UInt8]
    /// From the start of the connection to the last byte of the answer.
    package var timeout: Duration

    package init(
        method: String, url: String, headers: [HTTPHeader] = [], body: [UInt8] = [], timeout: Duration = .seconds(30)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
    }
}

/// An answer, whole.
package struct HTTPResponse: Sendable, Equatable {
    package var status: Int
    package var headers: [HTTPHeader]
    package var body: [UInt8]
    /// Wall-clock time at which the request was handed to the connection.
    package var sentAt: Timestamp
    /// From `sentAt` to the last byte of the answer, measured on a monotonic clock.
    package var elapsed: Duration

    package init(
        status: Int, headers: [HTTPHeader] = [], body: [UInt8] = [],
        sentAt: Timestamp = Timestamp(nanosecondsSinceEpoch: 0), elapsed: Duration = .zero
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.sentAt = sentAt
        self.elapsed = elapsed
    }
}

/// Why no answer came.
package struct HTTPTransportError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable { case resolve, connect, tls, timeout, reset, malformed, cancelled, other }

    package var code: Code
    package var message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}

/// Whatever carries a request to its server. Handed in, so that tests need no server and handlers need no libcurl.
package protocol HTTPTransport: Sendable {
    /// Sends once. An answer of any status is an answer; only the lack of one throws.
    func send(_ request: HTTPRequest) async throws(HTTPTransportError) -> HTTPResponse
}
