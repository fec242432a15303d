import ExactJSON

/// An SQS queue, as far as a drill reads it.
package struct QueueDescription: Sendable, Equatable {
    package var url: String
    package var arn: String
    /// As the service has them: `KmsMasterKeyId`, `Policy`, `RedrivePolicy`, ...
    package var attributes: [String: String]

    /// The value of the metric dimension `QueueName`.
    package var name: String { String(url.split(separator: "/").last ?? "") }
}

/// The SQS calls that a drill needs.
package struct QueueClient: Sendable {
    private let client: JSONServiceClient

    package init(connection: AWSConnection) { client = JSONServiceClient(service: .sqs, connection: connection) }

    /// Makes a queue that a topic may send to.
    ///
    /// - Returns: its URL and ARN.
    package func create(_ name: String, receivingFromTopic topic: String, queueARN: String) async throws(AWSCallError)
        -> String
    {
        let policy: JSONValue = [
            "Version": "2012-10-17",
            "Statement": [
                [
                    "Effect": "Allow", "Principal": ["Service": "sns.amazonaws.com"], "Action": "sqs:SendMessage",
                    "Resource": .string(queueARN), "Condition": ["ArnEquals": ["aws:SourceArn": .string(topic)]],
                ]
            ],
        ]
        let answer = try await client.call(
            .createQueue, ["QueueName": .string(name), "Attributes": ["Policy": .string(policy.text)]],
            repeatable: true)
        return answer["QueueUrl"]?.stringValue ?? ""
    }

    package func url(of name: String) async throws(AWSCallError) -> String {
        try await client.call(.getQueueURL, ["QueueName": .string(name)])["QueueUrl"]?.stringValue ?? ""
    }

    /// The bodies of the messages that are there within a few seconds.
    package func receive(_ url: String, waitSeconds: Int) async throws(AWSCallError) -> [String] {
        let answer = try await client.call(
            .receiveMessage,
            [
                "QueueUrl": .string(url), "MaxNumberOfMessages": 10, "WaitTimeSeconds": .integer(waitSeconds),
                "VisibilityTimeout": 600,
            ], repeatable: true)
        return (answer["Messages"]?.arrayValue ?? []).compactMap { $0["Body"]?.stringValue }
    }

    package func delete(_ url: String) async throws(AWSCallError) {
        _ = try await client.call(.deleteQueue, ["QueueUrl": .string(url)], repeatable: true)
    }

    package func queue(url: String) async throws(AWSCallError) -> QueueDescription {
        let answer = try await client.call(
            .getQueueAttributes, ["QueueUrl": .string(url), "AttributeNames": ["All"]])
        let attributes = (answer["Attributes"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        guard let arn = attributes["QueueArn"] else {
            throw AWSCallError(malformedAnswerOf: .getQueueAttributes, missing: "Attributes.QueueArn")
        }
        return QueueDescription(url: url, arn: arn, attributes: attributes)
    }
}
