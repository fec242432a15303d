package import HTTPExchange

/// One S3 call, its bucket and key already told from host and path.
package struct ObjectRequest: Sendable, Equatable {
    package var method: String
    /// Nil for calls about the account, such as ListBuckets.
    package var bucket: String?
    /// Decoded; nil for calls about the bucket.
    package var key: String?
    /// Names and values of the query string, decoded, in the order sent.
    package var query: [QueryItem]
    package var headers: [HTTPHeader]
    package var body: [UInt8]
    /// The body was longer than is taken in; `body` is then empty.
    package var isBodyTooLong: Bool

    package struct QueryItem: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        method: String, bucket: String?, key: String?, query: [QueryItem] = [], headers: [HTTPHeader] = [],
        body: [UInt8] = [], isBodyTooLong: Bool = false
    ) {
        self.method = method
        self.bucket = bucket
        self.key = key
        self.query = query
        self.headers = headers
        self.body = body
        self.isBodyTooLong = isBodyTooLong
    }

    /// The value of a query parameter; empty when it stands without one, nil when it does not stand there.
    func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The value of a header, whatever its name's case.
    func header(_ name: String) -> String? { headers.first(name) }

    /// What messages call the thing asked for: `/bucket/key`.
    var resource: String { "/" + [bucket, key].compactMap(\.self).joined(separator: "/") }
}

/// One S3 answer; the server adds Content-Length to what has a body.
package struct ObjectAnswer: Sendable, Equatable {
    package var status: Int
    package var headers: [HTTPHeader]
    package var body: [UInt8]

    package init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    static func xml(_ text: XMLText, status: Int = 200) -> ObjectAnswer {
        ObjectAnswer(
            status: status, headers: [HTTPHeader("Content-Type", "application/xml")],
            body: Array(text.text.utf8))
    }
}
