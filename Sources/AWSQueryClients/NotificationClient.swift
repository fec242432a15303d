package import AWSClients

/// Somebody who gets a topic's messages.
package struct TopicSubscription: Sendable, Equatable {
    /// `PendingConfirmation` as long as nobody has agreed.
    package var arn: String
    /// `email`, `sms`, `https`, `lambda`, `sqs`, ...
    package var channel: String
    package var endpoint: String

    package init(arn: String, channel: String, endpoint: String) {
        self.arn = arn
        self.channel = channel
        self.endpoint = endpoint
    }
}

/// An SNS topic, as far as a drill reads it.
package struct TopicDescription: Sendable, Equatable {
    package var arn: String
    /// The access policy's JSON text; empty when there is none.
    package var policy: String
    /// The key that messages are encrypted with; nil when they are not.
    package var kmsKeyID: String?
    package var subscriptions: [TopicSubscription]

    /// The value of the metric dimension `TopicName`.
    package var name: String { String(arn.split(separator: ":").last ?? "") }
}

/// The SNS calls that a drill needs.
package struct NotificationClient: Sendable {
    private let client: QueryServiceClient

    package init(connection: AWSConnection) { client = QueryServiceClient(service: .sns, connection: connection) }

    // The member names are the service's.
    private struct AttributesResponse: Decodable {
        struct Result: Decodable { var Attributes: Entries? }
        struct Entries: Decodable { var entry: [Entry]? }
        struct Entry: Decodable {
            var key: String
            var value: String?
        }
        var GetTopicAttributesResult: Result
    }

    private struct SubscriptionsResponse: Decodable {
        struct Result: Decodable {
            var Subscriptions: MemberList<Subscription>?
            var NextToken: String?
        }
        struct Subscription: Decodable {
            enum CodingKeys: String, CodingKey {
                case SubscriptionArn, Endpoint
                case channel = "Protocol"
            }
            var SubscriptionArn: String
            var Endpoint: String?
            var channel: String
        }
        var ListSubscriptionsByTopicResult: Result
    }

    private struct SubscribeResponse: Decodable {
        struct Result: Decodable { var SubscriptionArn: String }
        var SubscribeResult: Result
    }

    private struct UnsubscribeResponse: Decodable {}

    package func topic(_ arn: String) async throws(AWSCallError) -> TopicDescription {
        let answer = try await client.call(.getTopicAttributes, [("TopicArn", arn)], as: AttributesResponse.self)
        let entries = (answer.GetTopicAttributesResult.Attributes?.entry ?? []).map { ($0.key, $0.value ?? "") }
        let attributes = Dictionary(entries) { first, _ in first }
        return TopicDescription(
            arn: arn, policy: attributes["Policy"] ?? "",
            kmsKeyID: attributes["KmsMasterKeyId"].flatMap { $0.isEmpty ? nil : $0 },
            subscriptions: try await subscriptions(ofTopic: arn))
    }

    package func subscriptions(ofTopic arn: String) async throws(AWSCallError) -> [TopicSubscription] {
        try await client.pages(
            .listSubscriptionsByTopic, [("TopicArn", arn)], token: "NextToken", as: SubscriptionsResponse.self
        ) { answer in
            let page = answer.ListSubscriptionsByTopicResult
            let found = page.Subscriptions.elements().map {
                TopicSubscription(arn: $0.SubscriptionArn, channel: $0.channel, endpoint: $0.Endpoint ?? "")
            }
            return (found, page.NextToken)
        }
    }

    /// Has a queue get a topic's messages.
    ///
    /// - Returns: the subscription's ARN.
    package func subscribe(queueARN: String, toTopic arn: String) async throws(AWSCallError) -> String {
        try await client.call(
            .subscribe,
            [
                ("TopicArn", arn), ("Protocol", "sqs"), ("Endpoint", queueARN), ("ReturnSubscriptionArn", "true"),
            ], as: SubscribeResponse.self
        ).SubscribeResult.SubscriptionArn
    }

    package func unsubscribe(_ arn: String) async throws(AWSCallError) {
        _ = try await client.call(.unsubscribe, [("SubscriptionArn", arn)], as: UnsubscribeResponse.self)
    }
}
