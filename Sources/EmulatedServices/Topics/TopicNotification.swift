import ExactJSON
import Timekeeping

/// One message on its way from a topic to its subscribers, and the forms in which each kind of subscriber gets it.
struct TopicNotification: Sendable {
    var id: String
    var topicARN: String
    var subject: String?
    var message: String
    /// By protocol, where the publisher gave each its own text.
    var messages: [String: String] = [:]
    var attributes: [String: MessageAttribute] = [:]
    var groupID: String?
    var deduplicationID: String?
    var sequenceNumber: String?
    var at: Timestamp

    /// A signature that no certificate belongs to: only AWS can make a true one.
    static let signature = "bm90IHNpZ25lZDogdGhlIGVtdWxhdG9yIGhhcyBubyBBV1MgY2VydGlmaWNhdGU="

    /// The text for a protocol.
    func text(for protocol: String) -> String { messages[`protocol`] ?? message }

    private var attributeObjects: JSONValue {
        .object(attributes.mapValues { ["Type": .string($0.dataType), "Value": .string($0.value)] })
    }

    /// What queues and web servers get unless they want it raw
    /// (https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html).
    func envelope(for subscription: Subscription, endpointURL: String, region: String) -> JSONValue {
        var members = common(subscription)
        members["SigningCertURL"] = .string(Self.certificateURL(region))
        members["UnsubscribeURL"] = .string(Self.unsubscribeURL(subscription, endpointURL))
        if !attributes.isEmpty { members["MessageAttributes"] = attributeObjects }
        members["SequenceNumber"] = .text(sequenceNumber)
        return .compact(members)
    }

    /// The event of a function that has subscribed.
    func event(for subscription: Subscription, endpointURL: String, region: String) -> JSONValue {
        var members = common(subscription)
        // Here, and here only, these names are spelled so, and a missing subject is null.
        members["SigningCertUrl"] = .string(Self.certificateURL(region))
        members["UnsubscribeUrl"] = .string(Self.unsubscribeURL(subscription, endpointURL))
        members["MessageAttributes"] = attributeObjects
        members["Subject"] = .text(subject)
        return [
            "Records": [
                [
                    "EventSource": "aws:sns", "EventVersion": "1.0",
                    "EventSubscriptionArn": .string(subscription.arn), "Sns": .object(members),
                ]
            ]
        ]
    }

    private func common(_ subscription: Subscription) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "Type": "Notification", "MessageId": .string(id), "TopicArn": .string(topicARN),
            "Message": .string(text(for: subscription.protocol)), "Timestamp": .string(at.iso8601),
            "SignatureVersion": "1", "Signature": .string(Self.signature),
        ]
        if let subject { members["Subject"] = .string(subject) }
        return members
    }

    static func certificateURL(_ region: String) -> String {
        "https://sns.\(region).amazonaws.com/SimpleNotificationService-0000000000000000000000.pem"
    }

    private static func unsubscribeURL(_ subscription: Subscription, _ endpointURL: String) -> String {
        "\(endpointURL)/?Action=Unsubscribe&Version=2010-03-31&SubscriptionArn=\(subscription.arn)"
    }

    /// What a web server is asked to confirm with.
    static func confirmation(
        of subscription: Subscription, token: String, id: String, at: Timestamp, endpointURL: String, region: String
    ) -> JSONValue {
        let topic = subscription.topicARN
        return [
            "Type": "SubscriptionConfirmation", "MessageId": .string(id), "Token": .string(token),
            "TopicArn": .string(topic),
            "Message": .string(
                "You have chosen to subscribe to the topic \(topic).\n"
                    + "To confirm the subscription, visit the SubscribeURL included in this message."),
            "SubscribeURL": .string(
                "\(endpointURL)/?Action=ConfirmSubscription&Version=2010-03-31&TopicArn=\(topic)&Token=\(token)"),
            "Timestamp": .string(at.iso8601), "SignatureVersion": "1", "Signature": .string(signature),
            "SigningCertURL": .string(certificateURL(region)),
        ]
    }
}
