import EmulatorCore
import ExactJSON

/// The attributes of a queue that can be set, checked
/// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html).
struct QueueSettings: Sendable, Equatable {
    /// What a queue has that was made without attributes.
    static let defaults = [
        "DelaySeconds": "0", "MaximumMessageSize": "1048576", "MessageRetentionPeriod": "345600",
        "ReceiveMessageWaitTimeSeconds": "0", "VisibilityTimeout": "30", "SqsManagedSseEnabled": "true",
    ]
    private static let defaultsOfFIFO = [
        "ContentBasedDeduplication": "false", "DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue",
    ]
    private static let ranges: [String: ClosedRange<Int>] = [
        "DelaySeconds": 0...900, "MaximumMessageSize": 1024...1_048_576, "MessageRetentionPeriod": 60...1_209_600,
        "ReceiveMessageWaitTimeSeconds": 0...20, "VisibilityTimeout": 0...43_200,
        "KmsDataKeyReusePeriodSeconds": 60...86_400,
    ]
    private static let flags: Set<String> = ["SqsManagedSseEnabled", "FifoQueue", "ContentBasedDeduplication"]
    private static let documents: Set<String> = ["Policy", "RedrivePolicy", "RedriveAllowPolicy"]
    private static let texts: Set<String> = ["KmsMasterKeyId", "DeduplicationScope", "FifoThroughputLimit"]

    /// All that were set, by name.
    private(set) var values: [String: String] = [:]
    let isFIFO: Bool

    init(isFIFO: Bool) {
        self.isFIFO = isFIFO
        values = Self.defaults
        if isFIFO {
            values.merge(Self.defaultsOfFIFO) { _, new in new }
            values["FifoQueue"] = "true"
        }
    }

    /// The attributes as an earlier process kept them.
    init(stored values: [String: String], isFIFO: Bool) {
        self.values = values
        self.isFIFO = isFIFO
    }

    func number(_ name: String) -> Int { values[name].flatMap { Int($0) } ?? Int(Self.defaults[name] ?? "") ?? 0 }

    var visibility: Duration { .seconds(number("VisibilityTimeout")) }
    var delay: Duration { .seconds(number("DelaySeconds")) }
    var retention: Duration { .seconds(number("MessageRetentionPeriod")) }
    var policy: JSONValue? { values["Policy"].flatMap { try? JSONValue(parsing: Array($0.utf8)) } }

    /// Where messages go that were received too often.
    struct Redrive: Sendable, Equatable {
        var target: String
        var maxReceiveCount: Int
    }

    var redrive: Redrive? {
        guard let text = values["RedrivePolicy"], let policy = try? JSONValue(parsing: Array(text.utf8)),
            let target = policy.text("deadLetterTargetArn"), let count = policy.whole("maxReceiveCount")
        else { return nil }
        return Redrive(target: target, maxReceiveCount: count)
    }

    /// Sets attributes; an empty one is again what it was at first.
    ///
    /// - Throws: `InvalidAttributeName` or `InvalidAttributeValue`; nothing is set then.
    mutating func set(_ attributes: [String: String]) throws(AWSServiceError) {
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) where !value.isEmpty { try check(name, value) }
        for (name, value) in attributes {
            if value.isEmpty {
                values[name] = Self.defaults[name] ?? (isFIFO ? Self.defaultsOfFIFO[name] : nil)
            } else {
                values[name] = Self.flags.contains(name) ? value.lowercased() : value
            }
        }
        // One kind of encryption rules the other out.
        if let key = attributes["KmsMasterKeyId"], !key.isEmpty { values["SqsManagedSseEnabled"] = "false" }
        if attributes["SqsManagedSseEnabled"]?.lowercased() == "true" { values["KmsMasterKeyId"] = nil }
    }

    private func check(_ name: String, _ value: String) throws(AWSServiceError) {
        let invalid = AWSServiceError("InvalidAttributeValue", "Invalid value for the parameter \(name).")
        if let range = Self.ranges[name] {
            guard let number = Int(value), range.contains(number) else { throw invalid }
        } else if Self.flags.contains(name) {
            guard ["true", "false"].contains(value.lowercased()) else { throw invalid }
            if name == "FifoQueue", !isFIFO || value.lowercased() == "false" {
                throw AWSServiceError("InvalidAttributeName", "Unknown Attribute FifoQueue.")
            }
            if name == "ContentBasedDeduplication", !isFIFO {
                throw AWSServiceError("InvalidAttributeName", "Unknown Attribute ContentBasedDeduplication.")
            }
        } else if Self.documents.contains(name) {
            guard let document = try? JSONValue(parsing: Array(value.utf8)), document.objectValue != nil else {
                throw invalid
            }
            if name == "RedrivePolicy" { try Self.check(redrive: document, value) }
        } else if !Self.texts.contains(name) {
            throw AWSServiceError("InvalidAttributeName", "Unknown Attribute \(name).")
        }
    }

    private static func check(redrive: JSONValue, _ value: String) throws(AWSServiceError) {
        func refuse(_ reason: String) -> AWSServiceError {
            AWSServiceError(
                "InvalidParameterValue", "Value \(value) for parameter RedrivePolicy is invalid. Reason: \(reason)")
        }
        guard let target = redrive.text("deadLetterTargetArn") else {
            throw refuse("Redrive policy does not contain mandatory attribute: deadLetterTargetArn.")
        }
        guard redrive["maxReceiveCount"] != nil else {
            throw refuse("Redrive policy does not contain mandatory attribute: maxReceiveCount.")
        }
        guard target.hasPrefix("arn:") else { throw refuse("Invalid value for deadLetterTargetArn.") }
        guard let count = redrive.whole("maxReceiveCount"), (1...1000).contains(count) else {
            throw refuse(
                "Invalid value for maxReceiveCount: \(redrive["maxReceiveCount"]?.text ?? ""), valid values are from 1 to 1000 both inclusive."
            )
        }
    }
}
