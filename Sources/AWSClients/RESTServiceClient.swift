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

    /// Sends one request; the path is percent-encoded by the caller, the query by this.
    package func send(
        _ method: String, _ path: String, query: [(String, String)] = [], headers: [HTTPHeader] = [],
        body: [UInt8] = [], action: String
    ) async throws(AWSCallError) -> HTTPResponse {
        let encoded = query.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }
        let target = encoded.isEmpty ? path : "\(path)?\(encoded.joined(separator: "&"))"
        var headers = headers
        headers.append(HTTPHeader("Accept", "application/json"))
        return try await connection.send(
            service, method: method, path: target, headers: headers, body: body, action: action,
            repeatable: method == "GET", decodeError: AWSErrorBody.decode)
    }

    /// Reads a JSON document.
    package func get(
        _ path: String, query: [(String, String)] = [], action: String
    ) async throws(AWSCallError) -> JSONValue {
        let response = try await send("GET", path, query: query, action: action)
        do throws(JSONError) {
            return try JSONValue(parsing: response.body)
        } catch {
            throw AWSCallError(
                code: "MalformedAnswer", message: "the answer is not JSON: \(error)", status: response.status,
                action: action)
        }
    }
}
