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
        let action = "\(service.permissionPrefix):\(operation)"
        return try await connection.send(
            service, method: "POST", path: "/",
            headers: [
                HTTPHeader("Content-Type", "application/x-amz-json-\(service.jsonVersion)"),
                HTTPHeader("X-Amz-Target", "\(service.targetPrefix ?? "").\(operation)"),
            ],
            body: input.serialized(), action: action,
            repeatable: repeatable ?? AWSCall.reads(operation), decodeError: AWSErrorBody.decode,
            decode: AWSErrorBody.document)
    }

    /// Carries out one of a drill's calls.
    package func call(_ call: AWSCall, _ input: JSONValue, repeatable: Bool? = nil) async throws(AWSCallError)
        -> JSONValue
    {
        try await self.call(call.operation, input, repeatable: repeatable)
    }

    /// All pages of a listing: repeats the call with the answer's token until there is none.
    ///
    /// - Parameters:
    ///   - token: the member's name in the answer; `inputToken` its name in the input where that differs.
    ///   - items: the list to collect.
    package func pages(
        _ operation: AWSCall, _ input: JSONValue, items: String, token: String = "NextToken", inputToken: String? = nil
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

/// What a JSON answer says, an error's name and text among it.
package enum AWSErrorBody {
    /// The document; an empty body is an empty object.
    static func document(_ response: HTTPResponse) throws(MalformedAnswer) -> JSONValue {
        do throws(JSONError) {
            return response.body.isEmpty ? .object([:]) : try JSONValue(parsing: response.body)
        } catch {
            throw MalformedAnswer("the answer is not JSON: \(error)")
        }
    }

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
