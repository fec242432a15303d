import ExactJSON
import FoundationEssentials
import HTTPExchange

/// One request as API Gateway's Lambda proxy integration hands it over (payload version 1.0).
struct ProxyEvent: Sendable, Equatable {
    /// The resource's template, `/items/{id}`.
    var resource: String
    var method: String
    /// Percent-decoded: API Gateway leaves path parameters as they were sent.
    var id: String?
    var query: [String: String]
    var headers: [String: String]
    /// Nil when there is none or it is not the Base64 that it should be.
    var body: [UInt8]?

    /// - Throws: `ItemsError` with code `event` when the payload is no proxy event.
    init(_ payload: [UInt8]) throws(ItemsError) {
        guard let event = try? JSONValue(parsing: payload), let resource = event["resource"]?.stringValue,
            let method = event["httpMethod"]?.stringValue
        else { throw ItemsError(code: .event, message: "this is no event of an API Gateway proxy integration") }
        self.resource = resource
        self.method = method
        id = event["pathParameters"]?["id"]?.stringValue.flatMap { PercentEncoding.decode($0) }
        query = (event["queryStringParameters"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        let headers = (event["headers"]?.objectValue ?? [:]).map { ($0.key.lowercased(), $0.value.stringValue ?? "") }
        self.headers = Dictionary(headers) { _, last in last }
        body = event["body"]?.stringValue.flatMap { text in
            guard event["isBase64Encoded"]?.boolValue == true else { return Array(text.utf8) }
            return Data(base64Encoded: text).map(Array.init)
        }
    }
}
