package import EmulatorCore
package import ExactJSON
package import Timekeeping
import Synchronization

/// SNS topics: who may publish, who has subscribed, what was published.
package final class TopicService: EmulatedService {
    package static let namespace = "http://sns.amazonaws.com/doc/2010-03-31/"

    /// One message that a topic took in.
    package struct Published: Sendable, Equatable {
        package var topicARN: String
        package var messageID: String
        package var subject: String?
        package var message: String
        package var at: Timestamp
    }

    private struct Topic {
        var displayName: String
        var policy: JSONValue?
        var subscriptions: [Subscription] = []
    }

    private struct Subscription {
        var arn: String
        var `protocol`: String
        var endpoint: String
    }

    private struct State {
        var topics: [String: Topic] = [:]
        var published: [Published] = []
        var sequence = 0
    }

    private let account: EmulatedAccount
    private let clock: VirtualClock
    private let queues: QueueService
    private let state = Mutex(State())

    package init(account: EmulatedAccount, clock: VirtualClock, queues: QueueService) {
        self.account = account
        self.clock = clock
        self.queues = queues
    }

    package func arn(ofTopic name: String) -> String { account.arn("sns", name) }

    package func create(name: String, displayName: String = "") {
        state.withLock { $0.topics[arn(ofTopic: name), default: Topic(displayName: "")].displayName = displayName }
    }

    package func setPolicy(_ document: JSONValue, ofTopic arn: String) {
        state.withLock { $0.topics[arn]?.policy = document }
    }

    /// Adds a subscriber; returns the subscription's ARN, or nil when there is no such topic.
    @discardableResult
    package func subscribe(topic arn: String, protocol name: String, endpoint: String) -> String? {
        state.withLock { state in
            guard state.topics[arn] != nil else { return nil }
            state.sequence += 1
            let subscription = "\(arn):00000000-0000-4000-9000-\(Self.padded(state.sequence))"
            state.topics[arn]?.subscriptions.append(Subscription(arn: subscription, protocol: name, endpoint: endpoint))
            return subscription
        }
    }

    /// What has been published so far, oldest first; the last thousand.
    package var published: [Published] { state.withLock { $0.published } }

    /// Publishes for an AWS service that acts for a resource, an alarm for instance.
    ///
    /// A topic without a policy of its own lets its account's resources publish, as the default policy does.
    /// - Throws: `AWSServiceError` when the topic does not exist or its policy does not allow it.
    package func publish(
        topicARN: String, subject: String?, message: String, service: String, sourceARN: String
    ) throws(AWSServiceError) {
        guard let topic = state.withLock({ $0.topics[topicARN] }) else { throw Self.missing() }
        let request = ResourcePolicy.Request(
            service: service, action: "sns:Publish", resource: topicARN, sourceARN: sourceARN, sourceAccount: account.id
        )
        if let policy = topic.policy, !ResourcePolicy(document: policy).allows(request) {
            throw AWSServiceError(
                "AuthorizationError",
                "Resource: \(sourceARN) is not authorized to perform: SNS:Publish on resource: \(topicARN)", status: 403
            )
        }
        deliver(topicARN, subject: subject, message: message)
    }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "ListTopics":
            let arns = state.withLock { $0.topics.keys.sorted() }
            return ["Topics": .array(arns.map { ["TopicArn": .string($0)] })]
        case "ListSubscriptions":
            let topics = state.withLock { $0.topics }.sorted { $0.key < $1.key }
            return ["Subscriptions": .array(topics.flatMap { descriptions($0.value, $0.key) })]
        default: break
        }
        let arn = input["TopicArn"]?.stringValue ?? input["TargetArn"]?.stringValue ?? ""
        guard let topic = state.withLock({ $0.topics[arn] }) else { throw Self.missing() }
        switch operation {
        case "GetTopicAttributes":
            let attributes = [
                "TopicArn": arn, "DisplayName": topic.displayName, "Owner": account.id,
                "SubscriptionsConfirmed": String(topic.subscriptions.count), "SubscriptionsPending": "0",
                "SubscriptionsDeleted": "0", "Policy": topic.policy?.text ?? "",
            ]
            return [
                "Attributes": [
                    "entry": .array(
                        attributes.sorted { $0.key < $1.key }.map {
                            ["key": .string($0.key), "value": .string($0.value)]
                        })
                ]
            ]
        case "ListSubscriptionsByTopic": return ["Subscriptions": .array(descriptions(topic, arn))]
        case "Subscribe":
            let subscription = subscribe(
                topic: arn, protocol: input["Protocol"]?.stringValue ?? "",
                endpoint: input["Endpoint"]?.stringValue ?? "")
            return ["SubscriptionArn": .string(subscription ?? "")]
        case "Publish":
            let message = input["Message"]?.stringValue ?? ""
            guard !message.isEmpty else {
                throw AWSServiceError("InvalidParameter", "Invalid parameter: Empty message")
            }
            return ["MessageId": .string(deliver(arn, subject: input["Subject"]?.stringValue, message: message))]
        default: throw .unknownOperation(operation)
        }
    }

    @discardableResult
    private func deliver(_ arn: String, subject: String?, message: String) -> String {
        let now = clock.now
        let (id, subscriptions) = state.withLock { state -> (String, [Subscription]) in
            state.sequence += 1
            let id = "00000000-0000-4000-a000-\(Self.padded(state.sequence))"
            state.published.append(
                Published(topicARN: arn, messageID: id, subject: subject, message: message, at: now))
            if state.published.count > 1000 { state.published.removeFirst() }
            return (id, state.topics[arn]?.subscriptions ?? [])
        }
        // The envelope that queue subscribers get without raw delivery.
        var envelope: [String: JSONValue] = [
            "Type": "Notification", "MessageId": .string(id), "TopicArn": .string(arn), "Message": .string(message),
            "Timestamp": .string(now.iso8601),
        ]
        if let subject { envelope["Subject"] = .string(subject) }
        for subscription in subscriptions where subscription.protocol == "sqs" {
            _ = queues.send(toARN: subscription.endpoint, body: JSONValue.object(envelope).text)
        }
        return id
    }

    private func descriptions(_ topic: Topic, _ arn: String) -> [JSONValue] {
        topic.subscriptions.map { subscription in
            [
                "SubscriptionArn": .string(subscription.arn), "Protocol": .string(subscription.protocol),
                "Endpoint": .string(subscription.endpoint), "TopicArn": .string(arn), "Owner": .string(account.id),
            ]
        }
    }

    private static func missing() -> AWSServiceError {
        AWSServiceError("NotFound", "Topic does not exist", status: 404)
    }

    private static func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }
}
