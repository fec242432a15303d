import EmulatorCore
import ExactJSON
import Timekeeping

/// One topic with its settings.
struct Topic: Sendable {
    var arn: String
    /// `DisplayName`, `Policy` and the like, as they were set.
    var attributes: [String: String] = [:]
    var tags = ResourceTags()
    /// What FIFO topics remember of the last five minutes, by deduplication id.
    var seen: [String: Seen] = [:]

    struct Seen: Sendable {
        var at: Timestamp
        var messageID: String
        var number: Int
    }

    /// Attributes that SetTopicAttributes takes; those of feedback on deliveries have the protocol's name in front.
    private static let settable: Set<String> = [
        "DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId", "ContentBasedDeduplication", "TracingConfig",
        "SignatureVersion", "FifoThroughputScope", "DataProtectionPolicy",
    ]
    private static let feedback = ["FeedbackRoleArn", "FeedbackSampleRate"]

    var name: String { String(arn.split(separator: ":").last ?? "") }
    var isFIFO: Bool { arn.hasSuffix(".fifo") }
    var policy: JSONValue? { attributes["Policy"].flatMap { try? JSONValue(parsing: Array($0.utf8)) } }

    mutating func set(_ name: String, _ value: String) throws(AWSServiceError) {
        let isFeedback = Self.feedback.contains { name.hasSuffix($0) }
        guard Self.settable.contains(name) || isFeedback || name == "FifoTopic" && isFIFO else {
            throw AWSServiceError("InvalidParameter", "Invalid parameter: AttributeName")
        }
        if ["Policy", "DeliveryPolicy"].contains(name), !value.isEmpty {
            guard let json = try? JSONValue(parsing: Array(value.utf8)), json.objectValue != nil else {
                throw AWSServiceError(
                    "InvalidParameter",
                    name == "Policy"
                        ? "Invalid parameter: Policy Error: null"
                        : "Invalid parameter: DeliveryPolicy: failed to parse JSON.")
            }
        }
        if name == "DisplayName", value.utf8.count > 100 {
            throw AWSServiceError("InvalidParameter", "Invalid parameter: DisplayName")
        }
        attributes[name] = value.isEmpty ? nil : value
    }

    /// The policy of a topic that was made without one: the account's own resources may publish.
    static func defaultPolicy(_ arn: String, _ account: EmulatedAccount) -> String {
        let actions = [
            "GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe",
            "ListSubscriptionsByTopic", "Publish",
        ]
        let policy: JSONValue = [
            "Version": "2008-10-17", "Id": "__default_policy_ID",
            "Statement": [
                [
                    "Sid": "__default_statement_ID", "Effect": "Allow", "Principal": ["AWS": "*"],
                    "Action": .array(actions.map { .string("SNS:\($0)") }), "Resource": .string(arn),
                    "Condition": ["StringEquals": ["AWS:SourceOwner": .string(account.id)]],
                ]
            ],
        ]
        return policy.text
    }

    var json: JSONValue { ["attributes": .object(attributes.mapValues(JSONValue.string)), "tags": tags.mapJSON] }

    init(arn: String) { self.arn = arn }

    init(arn: String, _ json: JSONValue) {
        self.arn = arn
        attributes = json.textMap("attributes")
        tags = ResourceTags(map: json.textMap("tags"))
    }
}
