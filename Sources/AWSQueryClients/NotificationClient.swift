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

/// The SNS calls that a drill needs.
package struct NotificationClient: Sendable {
    private let client: QueryServiceClient

    package init(connection: AWSConnection) { client = QueryServiceClient(service: .sns, connection: connection) }

    // The member names are the service's.
    private struct ListSubscriptionsByTopicResponse: Decodable {
        struct Result: Decodable {
            var Subscriptions: Members?
            var NextToken: String?
        }
        struct Members: Decodable { var member: [Member]? }
        struct Member: Decodable {
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

    package func subscriptions(ofTopic arn: String) async throws(AWSCallError) -> [TopicSubscription] {
        var subscriptions: [TopicSubscription] = []
        var token: String?
        repeat {
            var parameters = [("TopicArn", arn)]
            if let token { parameters.append(("NextToken", token)) }
            let answer = try await client.call(
                "ListSubscriptionsByTopic", parameters, as: ListSubscriptionsByTopicResponse.self
            ).ListSubscriptionsByTopicResult
            subscriptions += (answer.Subscriptions?.member ?? []).map {
                TopicSubscription(arn: $0.SubscriptionArn, channel: $0.channel, endpoint: $0.Endpoint ?? "")
            }
            token = answer.NextToken
        } while token?.isEmpty == false
        return subscriptions
    }

    /// Has a queue get a topic's messages.
    ///
    /// - Returns: the subscription's ARN.
    package func subscribe(queueARN: String, toTopic arn: String) async throws(AWSCallError) -> String {
        try await client.call(
            "Subscribe",
            [
                ("TopicArn", arn), ("Protocol", "sqs"), ("Endpoint", queueARN), ("ReturnSubscriptionArn", "true"),
            ], as: SubscribeResponse.self
        ).SubscribeResult.SubscriptionArn
    }

    package func unsubscribe(_ arn: String) async throws(AWSCallError) {
        _ = try await client.call("Unsubscribe", [("SubscriptionArn", arn)], as: UnsubscribeResponse.self)
    }
}
