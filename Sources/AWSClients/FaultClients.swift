package import ExactJSON
import HTTPExchange

/// The Lambda calls with which a drill makes a function fail, and the ones that undo it.
package struct FunctionFaultClient: Sendable {
    private let client: RESTServiceClient

    package init(connection: AWSConnection) { client = RESTServiceClient(service: .lambda, connection: connection) }

    /// Invokes a function and waits for its answer.
    ///
    /// - Returns: the kind of error that the function ended with (`Unhandled`); nil when it ended well.
    package func invoke(_ function: String, payload: [UInt8]) async throws(AWSCallError) -> String? {
        let response = try await client.send(
            .invokeFunction, "POST", "/2015-03-31/functions/\(PercentEncoding.encode(function))/invocations",
            headers: [HTTPHeader("Content-Type", "application/json")], body: payload)
        return response.headers.first("X-Amz-Function-Error")
    }

    /// How many invocations are reserved for a function; nil when none are.
    package func reservedConcurrency(of function: String) async throws(AWSCallError) -> Int? {
        let answer = try await client.get(
            "/2019-09-30/functions/\(PercentEncoding.encode(function))/concurrency",
            call: .getFunctionConcurrency)
        return answer["ReservedConcurrentExecutions"]?.intValue
    }

    /// Reserves concurrency for a function, or with nil takes the reservation away.
    package func reserveConcurrency(_ count: Int?, for function: String) async throws(AWSCallError) {
        let path = "/2017-10-31/functions/\(PercentEncoding.encode(function))/concurrency"
        if let count {
            let body: JSONValue = ["ReservedConcurrentExecutions": .integer(count)]
            _ = try await client.send(
                .putFunctionConcurrency, "PUT", path, headers: [HTTPHeader("Content-Type", "application/json")],
                body: body.serialized())
        } else {
            _ = try await client.send(.deleteFunctionConcurrency, "DELETE", path)
        }
    }
}

/// The DynamoDB calls with which a run's items are found and removed.
package struct ItemRemovalClient: Sendable {
    private let client: JSONServiceClient

    package init(connection: AWSConnection) { client = JSONServiceClient(service: .dynamoDB, connection: connection) }

    /// The names of a table's key attributes, the hash key first, and whether the hash key is a string.
    package func key(ofTable table: String) async throws(AWSCallError) -> (names: [String], isText: Bool) {
        let answer = try await client.call(.describeTable, ["TableName": .string(table)])
        let description = answer["Table"]
        let schema = description?["KeySchema"]?.arrayValue ?? []
        let names = schema.sorted { $0["KeyType"]?.stringValue ?? "" < $1["KeyType"]?.stringValue ?? "" }
            .compactMap { $0["AttributeName"]?.stringValue }
        let hash = (description?["AttributeDefinitions"]?.arrayValue ?? []).first {
            $0["AttributeName"]?.stringValue == names.first
        }
        return (names, hash?["AttributeType"]?.stringValue == "S")
    }

    /// The keys of all items whose hash key begins with a text.
    package func keys(inTable table: String, names: [String], beginningWith prefix: String) async throws(AWSCallError)
        -> [JSONValue]
    {
        guard !names.isEmpty else { return [] }
        let placeholders = names.indices.map { "#k\($0)" }
        let input: JSONValue = [
            "TableName": .string(table), "FilterExpression": "begins_with(#k0, :p)",
            "ProjectionExpression": .string(placeholders.joined(separator: ", ")), "ConsistentRead": true,
            "ExpressionAttributeNames": .object(
                Dictionary(zip(placeholders, names.map { JSONValue.string($0) })) { first, _ in first }),
            "ExpressionAttributeValues": [":p": ["S": .string(prefix)]],
        ]
        return try await client.pages(
            .scan, input, items: "Items", token: "LastEvaluatedKey", inputToken: "ExclusiveStartKey")
    }

    package func delete(_ key: JSONValue, fromTable table: String) async throws(AWSCallError) {
        _ = try await client.call(.deleteItem, ["TableName": .string(table), "Key": key], repeatable: true)
    }
}
