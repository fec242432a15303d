package import ExactJSON
package import HTTPExchange

/// Calls a service that speaks JSON by `X-Amz-Target`: DynamoDB, CloudWatch, Logs, KMS, SQS.
package struct JSONServiceClient: Sendable {
    package var service: AWSService
    package var connection: AWSConnection

    package init(service: AWSService, connection: AWSConnection) {
        self.service = service
        self.connection = connection
    }

    /// Carries out one operation; input and answer have the members of the service model's shapes.
    ///
    /// - Parameter repeatable: whether the call may be sent twice; by default only calls that read.
    package func call(
        _ operation: String, _ input: JSONValue, repeatable: Bool? = nil
    ) async throws(AWSCallError) -> JSONValue {
        let action = "\(service.signingName == "monitoring" ? "cloudwatch" : service.signingName):\(operation)"
        let reads = ["Get", "Describe", "List", "Filter", "Query", "Scan", "BatchGet"]
        let response = try await connection.send(
            service, method: "POST", path: "/",
            headers: [
                HTTPHeader("Content-Type", "application/x-amz-json-\(service.jsonVersion)"),
                HTTPHeader("X-Amz-Target", "\(service.targetPrefix ?? "").\(operation)"),
            ],
            body: input.serialized(), action: action,
            repeatable: repeatable ?? reads.contains { operation.hasPrefix($0) }, decodeError: AWSErrorBody.decode)
        do throws(JSONError) {
            return response.body.isEmpty ? .object([:]) : try JSONValue(parsing: response.body)
        } catch {
            throw AWSCallError(
                code: "MalformedAnswer", message: "the answer is not JSON: \(error)", status: response.status,
                action: action)
        }
    }

    /// All pages of a listing: repeats the call with the answer's token until there is none.
    ///
    /// - Parameters:
    ///   - token: the member's name in the answer; `inputToken` its name in the input where that differs.
    ///   - items: the list to collect.
    package func pages(
        _ operation: String, _ input: JSONValue, items: String, token: String = "NextToken", inputToken: String? = nil
    ) async throws(AWSCallError) -> [JSONValue] {
        var collected: [JSONValue] = []
        var members = input.objectValue ?? [:]
        while true {
            let answer = try await call(operation, .object(members))
            collected += answer[items]?.arrayValue ?? []
            guard let next = answer[token], next.stringValue != "", !next.isNull,
                next != members[inputToken ?? token]
            else { return collected }
            members[inputToken ?? token] = next
        }
    }
}

/// The error's name and text in a JSON answer.
package enum AWSErrorBody {
    package static func decode(_ response: HTTPResponse) -> (code: String, message: String) {
        let body = try? JSONValue(parsing: response.body)
        let type =
            response.headers.first("x-amzn-ErrorType") ?? body?["__type"]?.stringValue ?? body?["code"]?.stringValue
        // `com.amazonaws.dynamodb.v20120810#ValidationException`, `NotFoundException:http://...`
        let name = type.map { text in
            let local = text.split(separator: "#").last ?? ""
            return String(local.prefix { $0 != ":" })
        }
        let message = body?["message"]?.stringValue ?? body?["Message"]?.stringValue ?? ""
        return (name ?? "HTTP\(response.status)", message)
    }
}
