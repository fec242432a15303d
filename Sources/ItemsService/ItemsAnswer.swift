import ExactJSON

/// What the API says to a request, before headers.
struct ItemsAnswer: Sendable, Equatable {
    var status: Int
    var members: [String: JSONValue]

    init(_ status: Int, _ members: [String: JSONValue]) {
        self.status = status
        self.members = members
    }

    static func error(_ status: Int, _ message: String) -> ItemsAnswer { .init(status, ["error": .string(message)]) }

    static let noSuchItem = error(404, "there is no item with this id")
    static let idTaken = error(409, "an item with this id exists already")

    /// The answer in the proxy integration's form.
    ///
    /// - Parameter origin: New on every invocation, so that a client sees which answers came out of the cache.
    func proxyAnswer(origin: String, allowedOrigin: String) -> JSONValue {
        var body = members
        body["origin"] = .string(origin)
        return [
            "statusCode": .integer(status),
            "headers": [
                "Content-Type": "application/json",
                "Access-Control-Allow-Origin": .string(allowedOrigin),
                "Access-Control-Allow-Methods": "GET,POST,PUT,DELETE,OPTIONS",
                "Access-Control-Allow-Headers": "Content-Type,X-Amz-Date,Authorization,X-Api-Key",
                "Vary": "Origin",
                "x-origin-id": .string(origin),
            ],
            "body": .string(JSONValue.object(body).text),
            "isBase64Encoded": false,
        ]
    }
}
