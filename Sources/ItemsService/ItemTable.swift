package import AWSClients
package import ExactJSON

/// The DynamoDB calls of the API function, as its wire protocol has them.
package protocol ItemTable: Sendable {
    /// Carries out one operation of DynamoDB, input and answer in the form of its JSON protocol.
    func call(_ operation: String, _ input: JSONValue) async throws(AWSCallError) -> JSONValue
}

/// The table in DynamoDB, or in whatever speaks its protocol.
package struct DynamoDBItemTable: ItemTable {
    private let client: JSONServiceClient

    package init(connection: AWSConnection) { client = JSONServiceClient(service: .dynamoDB, connection: connection) }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSCallError) -> JSONValue {
        try await client.call(operation, input)
    }
}
