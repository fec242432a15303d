package import DurableDocuments
package import EmulatorCore
package import ExactJSON
import Synchronization
package import Timekeeping

/// SNS: topics, who has subscribed to them, and the delivery of messages to queues, functions and web servers.
///
/// Subscriptions of other protocols (email, SMS, Firehose) can be made and stay without deliveries.
package final class TopicService: EmulatedService {
    package static let namespace = "http://sns.amazonaws.com/doc/2010-03-31/"
    static let topicCollection = "sns.topic"
    static let subscriptionCollection = "sns.subscription"

    /// One message that a topic took in.
    package struct Published: Sendable, Equatable {
        package var topicARN: String
        package var messageID: String
        package var subject: String?
        package var message: String
        package var at: Timestamp
    }

    struct State {
        var topics: [String: Topic] = [:]
        /// By ARN.
        var subscriptions: [String: Subscription] = [:]
        /// Subscriptions' ARNs in the order they were made.
        var order: [String] = []
        var published: [Published] = []
        var sequence = 0
        /// What happened since metrics were last read, by topic.
        var traffic: [String: TopicTraffic] = [:]
        var deliveries: TopicDeliveries?
    }

    let account: EmulatedAccount
    let clock: VirtualClock
    let queues: QueueService
    let documents: DocumentStore
    let endpointURL: @Sendable () -> String
    let state = Mutex(State())

    package init(
        account: EmulatedAccount, clock: VirtualClock, queues: QueueService, documents: DocumentStore,
        endpointURL: @escaping @Sendable () -> String
    ) throws(DocumentStoreError) {
        self.account = account
        self.clock = clock
        self.queues = queues
        self.documents = documents
        self.endpointURL = endpointURL
        let topics = try documents.documents(in: Self.topicCollection)
        let subscriptions = try documents.documents(in: Self.subscriptionCollection)
        state.withLock { state in
            for (arn, json) in topics { state.topics[arn] = Topic(arn: arn, json) }
            for (arn, json) in subscriptions { state.subscriptions[arn] = Subscription(arn: arn, json) }
            state.order = state.subscriptions.keys.sorted()
        }
    }

    /// Hands in what deliveries need; until then only queues are delivered to.
    package func connect(_ deliveries: TopicDeliveries) { state.withLock { $0.deliveries = deliveries } }

    package func arn(ofTopic name: String) -> String { account.arn("sns", name) }

    /// What has been published so far, oldest first; the last thousand.
    package var published: [Published] { state.withLock { $0.published } }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "CreateTopic": return try await createTopic(input)
        case "DeleteTopic":
            try await delete(topic: try required(input, "TopicArn"))
            return [:]
        case "ListTopics":
            let arns = state.withLock { $0.topics.keys.sorted() }
            let page = ListPage(arns, token: input.text("NextToken"), size: 100)
            return .compact([
                "Topics": .array(page.elements.map { ["TopicArn": .string($0)] }), "NextToken": .text(page.nextToken),
            ])
        case "GetTopicAttributes": return try topicAttributes(input)
        case "SetTopicAttributes":
            let name = try required(input, "AttributeName")
            let value = input.text("AttributeValue") ?? ""
            try await changeTopic(try required(input, "TopicArn")) { topic throws(AWSServiceError) in
                try topic.set(name, value)
            }
            return [:]
        case "Subscribe": return try await subscribe(input)
        case "ConfirmSubscription": return try await confirm(input)
        case "Unsubscribe":
            try await unsubscribe(try required(input, "SubscriptionArn"))
            return [:]
        case "ListSubscriptions": return listSubscriptions(input, topic: nil)
        case "ListSubscriptionsByTopic":
            return listSubscriptions(input, topic: try topic(try required(input, "TopicArn")).arn)
        case "GetSubscriptionAttributes": return try subscriptionAttributes(input)
        case "SetSubscriptionAttributes":
            let name = try required(input, "AttributeName")
            let value = input.text("AttributeValue") ?? ""
            try await changeSubscription(try required(input, "SubscriptionArn")) {
                subscription throws(AWSServiceError) in
                try subscription.set(name, value)
            }
            return [:]
        case "Publish": return try publish(input)
        case "PublishBatch": return try publishBatch(input)
        case "TagResource", "UntagResource":
            let added = ResourceTags(input.list("Tags"))
            let removed = input.texts("TagKeys")
            try await changeTopic(try required(input, "ResourceArn")) { topic throws(AWSServiceError) in
                topic.tags.add(added)
                topic.tags.remove(removed)
            }
            return [:]
        case "ListTagsForResource": return ["Tags": try topic(try required(input, "ResourceArn")).tags.json()]
        default: throw .unknownOperation(operation)
        }
    }

    // MARK: Pieces

    static let missing = AWSServiceError("NotFound", "Topic does not exist", status: 404)
    static let missingSubscription = AWSServiceError("NotFound", "Subscription does not exist", status: 404)

    static func invalid(_ message: String) -> AWSServiceError {
        AWSServiceError("InvalidParameter", "Invalid parameter: \(message)")
    }

    func required(_ input: JSONValue, _ name: String) throws(AWSServiceError) -> String {
        guard let text = input.text(name), !text.isEmpty else { throw Self.invalid(name) }
        return text
    }

    func topic(_ arn: String) throws(AWSServiceError) -> Topic {
        guard arn.hasPrefix("arn:"), arn.split(separator: ":").count == 6 else {
            throw Self.invalid(
                "TopicArn Reason: An ARN must have at least 6 elements, not \(arn.split(separator: ":").count)")
        }
        guard let topic = state.withLock({ $0.topics[arn] }) else { throw Self.missing }
        return topic
    }

    func changeTopic(
        _ arn: String, _ body: (inout Topic) throws(AWSServiceError) -> Void
    ) async throws(AWSServiceError) {
        _ = try topic(arn)
        let result: Result<DocumentStore.Commit, AWSServiceError> = state.withLock { state in
            guard var topic = state.topics[arn] else { return .failure(Self.missing) }
            do throws(AWSServiceError) {
                try body(&topic)
                state.topics[arn] = topic
                return .success(documents.record([.init(Self.topicCollection, arn, topic.json)]))
            } catch { return .failure(error) }
        }
        try await result.get().wait()
    }

    func changeSubscription(
        _ arn: String, _ body: (inout Subscription) throws(AWSServiceError) -> Void
    ) async throws(AWSServiceError) {
        let result: Result<DocumentStore.Commit, AWSServiceError> = state.withLock { state in
            guard var subscription = state.subscriptions[arn] else { return .failure(Self.missingSubscription) }
            do throws(AWSServiceError) {
                try body(&subscription)
                state.subscriptions[arn] = subscription
                return .success(documents.record([.init(Self.subscriptionCollection, arn, subscription.json)]))
            } catch { return .failure(error) }
        }
        try await result.get().wait()
    }

    /// A map as the query protocol writes it.
    static func map(_ values: [String: String]) -> JSONValue {
        let entries = values.sorted { $0.key < $1.key }
        return ["entry": .array(entries.map { ["key": .string($0.key), "value": .string($0.value)] })]
    }
}
