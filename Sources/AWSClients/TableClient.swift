import ExactJSON

/// A DynamoDB table, as far as a drill reads it.
package struct TableDescription: Sendable, Equatable {
    package var name: String
    package var arn: String
    /// The key attributes' names: partition key, then sort key where there is one.
    package var keyAttributes: [String]
    /// Nil when the table has no stream that is on.
    package var streamARN: String?
    /// `NEW_IMAGE`, `OLD_IMAGE`, `NEW_AND_OLD_IMAGES` or `KEYS_ONLY`; nil without a stream.
    package var streamViewType: String?

    /// From the member `Table` of an answer; nil when it names none.
    init?(_ json: JSONValue?) {
        guard let json, let name = json["TableName"]?.stringValue else { return nil }
        self.name = name
        arn = json["TableArn"]?.stringValue ?? ""
        let keys = json["KeySchema"]?.arrayValue ?? []
        keyAttributes = ["HASH", "RANGE"].compactMap { kind in
            keys.first { $0["KeyType"]?.stringValue == kind }?["AttributeName"]?.stringValue
        }
        let isOn = json["StreamSpecification"]?["StreamEnabled"]?.boolValue ?? false
        streamARN = isOn ? json["LatestStreamArn"]?.stringValue : nil
        streamViewType = isOn ? json["StreamSpecification"]?["StreamViewType"]?.stringValue : nil
    }
}

/// The DynamoDB calls that a drill needs.
package struct TableClient: Sendable {
    private let client: JSONServiceClient

    package init(connection: AWSConnection) { client = JSONServiceClient(service: .dynamoDB, connection: connection) }

    package func table(named name: String) async throws(AWSCallError) -> TableDescription {
        let answer = try await client.call(.describeTable, ["TableName": .string(name)])
        guard let table = TableDescription(answer["Table"]) else {
            throw AWSCallError(malformedAnswerOf: .describeTable, missing: "Table.TableName")
        }
        return table
    }
}
