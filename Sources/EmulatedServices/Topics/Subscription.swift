import EmulatorCore
import ExactJSON

/// One subscriber of a topic.
struct Subscription: Sendable {
    var arn: String
    var topicARN: String
    var `protocol`: String
    var endpoint: String
    /// What the subscriber confirms with; nil when it has confirmed or need not.
    var pendingToken: String?
    /// `FilterPolicy`, `RawMessageDelivery` and the like, as they were set.
    private(set) var attributes: [String: String] = [:]
    /// Read from the attributes.
    private(set) var filter: FilterPolicy?

    private static let settable: Set<String> = [
        "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy",
        "SubscriptionRoleArn", "ReplayPolicy",
    ]
    /// Subscribers that take a message without its envelope.
    private static let rawProtocols: Set<String> = ["sqs", "http", "https", "firehose"]

    init(arn: String, topicARN: String, protocol: String, endpoint: String, pendingToken: String? = nil) {
        self.arn = arn
        self.topicARN = topicARN
        self.protocol = `protocol`
        self.endpoint = endpoint
        self.pendingToken = pendingToken
    }

    var isRaw: Bool { attributes["RawMessageDelivery"] == "true" }

    /// The queue for what could not be delivered.
    var deadLetterTarget: String? {
        let policy = attributes["RedrivePolicy"].flatMap { try? JSONValue(parsing: Array($0.utf8)) }
        return policy?.text("deadLetterTargetArn")
    }

    /// Sets one attribute; an empty value takes it away.
    ///
    /// - Throws: `InvalidParameter`.
    mutating func set(_ name: String, _ value: String) throws(AWSServiceError) {
        try set([name: value])
    }

    /// Sets several attributes, which may need each other.
    mutating func set(_ new: [String: String]) throws(AWSServiceError) {
        var merged = attributes
        for (name, value) in new {
            guard Self.settable.contains(name) else {
                throw AWSServiceError("InvalidParameter", "Invalid parameter: AttributeName")
            }
            if name == "ReplayPolicy", !value.isEmpty {
                throw AWSServiceError("InvalidParameter", "Invalid parameter: ReplayPolicy: replays are not emulated")
            }
            merged[name] = value.isEmpty || value == "{}" ? nil : value
        }
        if let raw = merged["RawMessageDelivery"] {
            merged["RawMessageDelivery"] = raw.lowercased()
            guard ["true", "false"].contains(raw.lowercased()) else {
                throw AWSServiceError(
                    "InvalidParameter",
                    "Invalid parameter: Attributes Reason: RawMessageDelivery: Invalid value [\(raw)]. Must be true or false."
                )
            }
            if raw.lowercased() == "true", !Self.rawProtocols.contains(self.protocol) {
                throw AWSServiceError(
                    "InvalidParameter",
                    "Invalid parameter: Attributes Reason: RawMessageDelivery: Delivery protocol [\(self.protocol)] does not support raw message delivery."
                )
            }
        }
        let scope = merged["FilterPolicyScope"] ?? "MessageAttributes"
        guard ["MessageAttributes", "MessageBody"].contains(scope) else {
            throw AWSServiceError(
                "InvalidParameter",
                "Invalid parameter: FilterPolicyScope: Invalid value [\(scope)]. Please use either MessageBody or MessageAttributes"
            )
        }
        if let redrive = merged["RedrivePolicy"] {
            let policy = try? JSONValue(parsing: Array(redrive.utf8))
            guard policy?.text("deadLetterTargetArn")?.hasPrefix("arn:") ?? false else {
                throw AWSServiceError(
                    "InvalidParameter", "Invalid parameter: RedrivePolicy: deadLetterTargetArn is an invalid arn")
            }
        }
        filter = try merged["FilterPolicy"].map { text throws(AWSServiceError) in
            try FilterPolicy(text, isAboutBody: scope == "MessageBody")
        }
        attributes = merged
    }

    func wants(_ notification: TopicNotification) -> Bool {
        filter?.matches(body: notification.text(for: self.protocol), attributes: notification.attributes) ?? true
    }

    // MARK: As a document

    var json: JSONValue {
        .compact([
            "topic": .string(topicARN), "protocol": .string(self.protocol), "endpoint": .string(endpoint),
            "token": .text(pendingToken), "attributes": .object(attributes.mapValues(JSONValue.string)),
        ])
    }

    init(arn: String, _ json: JSONValue) {
        self.init(
            arn: arn, topicARN: json.text("topic") ?? "", protocol: json.text("protocol") ?? "",
            endpoint: json.text("endpoint") ?? "", pendingToken: json.text("token"))
        // They were checked when they were set.
        try? set(json.textMap("attributes"))
    }
}
