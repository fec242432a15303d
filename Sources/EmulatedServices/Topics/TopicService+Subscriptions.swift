import DurableDocuments
package import EmulatorCore
import ExactJSON
import Foundation
import HTTPExchange

/// Subscribing, confirming and what can be asked of subscriptions.
extension TopicService {
    private static let protocols: Set<String> = [
        "http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose",
    ]

    func subscribe(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let subscription = try await subscribe(
            topic: try required(input, "TopicArn"), protocol: try required(input, "Protocol"),
            endpoint: input.text("Endpoint") ?? "", attributes: input.textMap("Attributes"))
        let shows = subscription.isConfirmed || input.truth("ReturnSubscriptionArn") == true
        return ["SubscriptionArn": .string(shows ? subscription.arn : "pending confirmation")]
    }

    /// Adds a subscriber; the same one with the same attributes is there once.
    ///
    /// - Parameter id: the last part of the subscription's ARN; made up unless it is given.
    /// - Returns: The subscription's ARN, and whether it gets messages already.
    /// - Throws: `NotFound` without such a topic, `InvalidParameter` for protocols, endpoints and attributes.
    @discardableResult
    package func subscribe(
        topic arn: String, protocol name: String, endpoint: String, attributes: [String: String] = [:],
        id: String? = nil
    ) async throws(AWSServiceError) -> (arn: String, isConfirmed: Bool) {
        let topic = try topic(arn)
        try Self.check(name, endpoint, topic)
        let needsConfirmation = ["http", "https", "email", "email-json"].contains(name)
        var subscription = Subscription(
            arn: "\(arn):\(id ?? UUID().uuidString.lowercased())", topicARN: arn, protocol: name, endpoint: endpoint,
            pendingToken: needsConfirmation ? RandomNames.hex(96) : nil)
        try subscription.set(attributes)
        let new = subscription
        let result: Result<(Subscription, Bool, DocumentStore.Commit), AWSServiceError> = state.withLock { state in
            let existing = state.subscriptions.values.first {
                $0.topicARN == arn && $0.protocol == name && $0.endpoint == endpoint
            }
            if let existing {
                guard attributes.isEmpty || existing.attributes == new.attributes else {
                    return .failure(
                        Self.invalid("Attributes Reason: Subscription already exists with different attributes"))
                }
                return .success((existing, false, documents.record([])))
            }
            guard state.topics[arn] != nil else { return .failure(Self.missing) }
            state.subscriptions[new.arn] = new
            state.order.append(new.arn)
            return .success((new, true, documents.record([.init(Self.subscriptionCollection, new.arn, new.json)])))
        }
        let (found, isNew, commit) = try result.get()
        try await commit.wait()
        if let token = found.pendingToken, isNew || needsConfirmation { requestConfirmation(of: found, token: token) }
        return (found.arn, found.pendingToken == nil)
    }

    private static func check(_ name: String, _ endpoint: String, _ topic: Topic) throws(AWSServiceError) {
        guard protocols.contains(name) else {
            throw invalid("Invalid parameter: Does not support this protocol string: \(name)")
        }
        switch name {
        case "http", "https":
            guard let url = URLParts(endpoint), url.scheme == name else {
                throw invalid("Endpoint must match the specified protocol")
            }
        case "sqs", "lambda":
            guard endpoint.hasPrefix("arn:"), endpoint.contains(":\(name):") else {
                throw invalid(name == "sqs" ? "SQS endpoint ARN" : "Lambda endpoint ARN")
            }
            if name == "sqs", endpoint.hasSuffix(".fifo"), !topic.isFIFO {
                throw invalid(
                    "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics")
            }
        case "email", "email-json":
            guard endpoint.contains("@") else { throw invalid("Email address") }
        default: break
        }
        if topic.isFIFO, !["sqs", "lambda", "firehose"].contains(name) {
            throw invalid("Invalid parameter: Invalid protocol type: \(name)")
        }
    }

    /// Asks a web server to confirm; other kinds of subscribers never get the question here.
    private func requestConfirmation(of subscription: Subscription, token: String) {
        guard subscription.protocol.hasPrefix("http"), let deliveries = state.withLock({ $0.deliveries }) else {
            return
        }
        let id = UUID().uuidString.lowercased()
        let body = TopicNotification.confirmation(
            of: subscription, token: token, id: id, at: clock.now, endpointURL: endpointURL(), region: account.region)
        deliveries.start {
            _ = await self.post(
                body.serialized(), type: "SubscriptionConfirmation", id: id, to: subscription, through: deliveries)
        }
    }

    func confirm(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let topic = try topic(try required(input, "TopicArn"))
        let token = try required(input, "Token")
        let found = state.withLock { state in
            state.subscriptions.values.first { $0.topicARN == topic.arn && $0.pendingToken == token }?.arn
        }
        guard let found else { throw Self.invalid("Token") }
        try await changeSubscription(found) { subscription throws(AWSServiceError) in subscription.pendingToken = nil }
        return ["SubscriptionArn": .string(found)]
    }

    /// Removes a subscription; one that is gone already is no error.
    package func unsubscribe(_ arn: String) async throws(AWSServiceError) {
        guard arn.split(separator: ":").count >= 7 else {
            throw Self.invalid(
                "SubscriptionArn Reason: An ARN must have at least 6 elements, not \(arn.split(separator: ":").count)")
        }
        let commit = state.withLock { state in
            guard state.subscriptions.removeValue(forKey: arn) != nil else { return documents.record([]) }
            state.order.removeAll { $0 == arn }
            return documents.record([.init(Self.subscriptionCollection, arn, nil)])
        }
        try await commit.wait()
    }

    /// Removes the subscription of an endpoint; without one nothing happens.
    package func unsubscribe(
        topic arn: String, protocol name: String, endpoint: String
    ) async throws(AWSServiceError) {
        let found = state.withLock { state in
            state.subscriptions.values.first {
                $0.topicARN == arn && $0.protocol == name && $0.endpoint == endpoint
            }?.arn
        }
        if let found { try await unsubscribe(found) }
    }

    /// Sets attributes of a subscription; empty values take them away.
    package func set(_ attributes: [String: String], ofSubscription arn: String) async throws(AWSServiceError) {
        try await changeSubscription(arn) { subscription throws(AWSServiceError) in try subscription.set(attributes) }
    }

    func listSubscriptions(_ input: JSONValue, topic: String?) -> JSONValue {
        let subscriptions = state.withLock { state in state.order.compactMap { state.subscriptions[$0] } }
            .filter { topic == nil || $0.topicARN == topic }
        let page = ListPage(subscriptions, token: input.text("NextToken"), size: 100)
        return .compact([
            "Subscriptions": .array(
                page.elements.map { subscription in
                    [
                        "SubscriptionArn": .string(
                            subscription.pendingToken == nil ? subscription.arn : "PendingConfirmation"),
                        "Protocol": .string(subscription.protocol), "Endpoint": .string(subscription.endpoint),
                        "TopicArn": .string(subscription.topicARN), "Owner": .string(account.id),
                    ]
                }), "NextToken": .text(page.nextToken),
        ])
    }

    func subscriptionAttributes(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let arn = try required(input, "SubscriptionArn")
        guard let subscription = state.withLock({ $0.subscriptions[arn] }) else { throw Self.missingSubscription }
        var attributes = subscription.attributes
        attributes["SubscriptionArn"] = arn
        attributes["TopicArn"] = subscription.topicARN
        attributes["Owner"] = account.id
        attributes["Protocol"] = subscription.protocol
        attributes["Endpoint"] = subscription.endpoint
        attributes["PendingConfirmation"] = String(subscription.pendingToken != nil)
        attributes["ConfirmationWasAuthenticated"] = String(subscription.pendingToken == nil)
        attributes["RawMessageDelivery"] = String(subscription.isRaw)
        attributes["SubscriptionPrincipal"] = "arn:aws:iam::\(account.id):user/firedrill"
        if attributes["FilterPolicy"] != nil, attributes["FilterPolicyScope"] == nil {
            attributes["FilterPolicyScope"] = "MessageAttributes"
        }
        return ["Attributes": Self.map(attributes)]
    }
}
