package import ExactJSON
package import HTTPExchange

/// Calls a service that speaks REST with JSON bodies: Lambda, API Gateway.
package struct RESTServiceClient: Sendable {
    package var service: AWSService
    package var connection: AWSConnection

    package init(service: AWSService, connection: AWSConnection) {
        self.service = service
        self.connection = connection
    }

    /// Reads a JSON document; the path is percent-encoded by the caller, the query by this.
    package func get(
        _ path: String, query: [(String, String)] = [], call: AWSCall
    ) async throws(AWSCallError) -> JSONValue {
        let encoded = query.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
        let target = encoded.isEmpty ? path : "\(path)?\(encoded.joined(separator: "&"))"
        return try await connection.send(
            service, method: "GET", path: target, headers: [HTTPHeader("Accept", "application/json")],
            action: call.permission, repeatable: true, decodeError: AWSErrorBody.decode,
            decode: AWSErrorBody.document)
    }

    /// Sends one request and hands back its answer, whatever its body is; only a `GET` may be sent twice.
    package func send(
        _ call: AWSCall, _ method: String, _ path: String, headers: [HTTPHeader] = [], body: [UInt8] = []
    ) async throws(AWSCallError) -> HTTPResponse {
        try await connection.send(
            service, method: method, path: path, headers: headers + [HTTPHeader("Accept", "application/json")],
            body: body, action: call.permission, repeatable: method == "GET", decodeError: AWSErrorBody.decode
        ) { (response) throws(MalformedAnswer) in response }
    }
}
