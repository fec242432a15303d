import DurableDocuments
import EmulatorCore
import ExactJSON
import Foundation
import Timekeeping

/// Sending, one by one and in batches, and what other services send.
extension QueueService {
    /// What is to be sent, checked but for what the queue itself asks.
    struct Draft: Sendable {
        var body: String
        var attributes: [String: MessageAttribute] = [:]
        var systemAttributes: [String: MessageAttribute] = [:]
        var delay: Int?
        var groupID: String?
        var deduplicationID: String?

        var size: Int { body.utf8.count + attributes.reduce(0) { $0 + $1.value.size($1.key) } }
    }

    /// What was sent.
    struct Sent: Sendable {
        var messageID: String
        var sequenceNumber: String?
    }

    func send(_ name: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let draft = try draft(input)
        let (sent, commit) = try enqueue(draft, name)
        try await commit.wait()
        return Self.answer(draft, sent)
    }

    /// Puts a message into the queue of an ARN, for another service. False when there is none or it takes no such message.
    @discardableResult
    package func send(
        toARN arn: String, body: String, attributes: [String: MessageAttribute] = [:], groupID: String? = nil,
        deduplicationID: String? = nil
    ) -> Bool {
        let name = String(arn.split(separator: ":").last ?? "")
        guard arn == self.arn(ofQueue: name) else { return false }
        let draft = Draft(
            body: body, attributes: attributes, groupID: groupID, deduplicationID: deduplicationID)
        return (try? enqueue(draft, name)) != nil
    }

    /// Whether a queue's policy lets a service send to it for a resource.
    package func allows(_ service: String, sourceARN: String, toSendTo arn: String) -> Bool {
        let name = String(arn.split(separator: ":").last ?? "")
        guard arn == self.arn(ofQueue: name), let queue = state.withLock({ $0.queues[name] }),
            let policy = queue.settings.policy
        else { return false }
        return ResourcePolicy(document: policy).allows(
            ResourcePolicy.Request(
                service: service, action: "sqs:SendMessage", resource: arn, sourceARN: sourceARN,
                sourceAccount: account.id))
    }

    private func draft(_ input: JSONValue) throws(AWSServiceError) -> Draft {
        guard let body = input.text("MessageBody") else {
            throw AWSServiceError("MissingParameter", "The request must contain the parameter MessageBody.")
        }
        guard !body.isEmpty else {
            throw AWSServiceError("InvalidParameterValue", "The request must contain the parameter MessageBody.")
        }
        guard body.unicodeScalars.allSatisfy(Self.isAllowed) else {
            throw AWSServiceError(
                "InvalidMessageContents",
                "Invalid binary character was found in the message body, the set of allowed characters is #x9 | #xA | "
                    + "#xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF")
        }
        let attributes = try MessageAttribute.read(input["MessageAttributes"])
        guard attributes.count <= 10 else {
            throw AWSServiceError(
                "InvalidParameterValue",
                "Number of message attributes [\(attributes.count)] exceeds the allowed maximum [10].")
        }
        let delay = input.whole("DelaySeconds")
        if let delay, !(0...900).contains(delay) {
            throw AWSServiceError(
                "InvalidParameterValue",
                "Value \(delay) for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.")
        }
        return Draft(
            body: body, attributes: attributes,
            systemAttributes: try MessageAttribute.read(input["MessageSystemAttributes"]), delay: delay,
            groupID: input.text("MessageGroupId"), deduplicationID: input.text("MessageDeduplicationId"))
    }

    /// The characters of XML 1.0.
    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && scalar.value != 0xFFFE && scalar.value != 0xFFFF
            || [0x9, 0xA, 0xD].contains(scalar.value)
    }

    private static func answer(_ draft: Draft, _ sent: Sent) -> JSONValue {
        .compact([
            "MessageId": .string(sent.messageID), "MD5OfMessageBody": .string(MessageDigest.text(of: draft.body)),
            "MD5OfMessageAttributes": draft.attributes.isEmpty
                ? .null : .string(MessageAttribute.digest(draft.attributes)),
            "MD5OfMessageSystemAttributes": draft.systemAttributes.isEmpty
                ? .null : .string(MessageAttribute.digest(draft.systemAttributes)),
            "SequenceNumber": .text(sent.sequenceNumber),
        ])
    }

    /// Puts a message in line and wakes who waits for one.
    private func enqueue(_ draft: Draft, _ name: String) throws(AWSServiceError) -> (Sent, DocumentStore.Commit) {
        let now = clock.now
        let sender = account.id
        let result = try changeNow(name) {
            queue, sequence throws(AWSServiceError) -> (Sent, [DocumentStore.Change]) in
            var message = try Self.message(draft, for: queue, sender: sender, now: now)
            if queue.isFIFO, let earlier = queue.earlier(message.deduplicationID, now: now) {
                message.number = earlier.number
                return (Sent(messageID: earlier.id, sequenceNumber: message.sequenceNumber), [])
            }
            sequence += 1
            message.number = sequence
            queue.add(message, now: now)
            queue.traffic.sent += 1
            let shown = queue.isFIFO ? message.sequenceNumber : nil
            return (Sent(messageID: message.id, sequenceNumber: shown), [Self.record(message, in: name)])
        }
        wake(name)
        return result
    }

    private static func message(
        _ draft: Draft, for queue: Queue, sender: String, now: Timestamp
    ) throws(AWSServiceError) -> QueueMessage {
        let most = queue.settings.number("MaximumMessageSize")
        guard draft.size <= most else {
            throw AWSServiceError(
                "InvalidParameterValue",
                "One or more parameters are invalid. Reason: Message must be shorter than \(most) bytes.")
        }
        var message = QueueMessage(
            number: 0, id: UUID().uuidString.lowercased(), body: draft.body, sender: sender, sentAt: now,
            visibleAt: now + (draft.delay.map { Duration.seconds($0) } ?? queue.settings.delay))
        message.attributes = draft.attributes
        message.systemAttributes = draft.systemAttributes
        message.groupID = draft.groupID
        message.deduplicationID = draft.deduplicationID
        guard queue.isFIFO else {
            if draft.deduplicationID != nil {
                throw AWSServiceError(
                    "InvalidParameterValue",
                    "The request includes a parameter that is not valid for this queue type")
            }
            return message
        }
        if let delay = draft.delay, delay != 0 {
            throw AWSServiceError(
                "InvalidParameterValue",
                "Value \(delay) for parameter DelaySeconds is invalid. Reason: The request include parameter that is not "
                    + "valid for this queue type.")
        }
        guard draft.groupID?.isEmpty == false else {
            throw AWSServiceError("MissingParameter", "The request must contain the parameter MessageGroupId.")
        }
        if message.deduplicationID == nil {
            guard queue.settings.values["ContentBasedDeduplication"] == "true" else {
                throw AWSServiceError(
                    "InvalidParameterValue",
                    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                        + "explicitly")
            }
            message.deduplicationID = ContentDigest.text(of: draft.body)
        }
        return message
    }

    /// Wakes all receives that wait at a queue.
    func wake(_ name: String) {
        let signals = state.withLock { Array(($0.waiting[name] ?? [:]).values) }
        for signal in signals { signal.raise() }
    }

    // MARK: Batches

    func sendBatch(_ name: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let entries = try QueueBatch.entries(input, of: "Send")
        let size = entries.reduce(0) { $0 + ($1.text("MessageBody")?.utf8.count ?? 0) }
        guard size <= 1_048_576 else {
            throw AWSServiceError(
                "BatchRequestTooLong",
                "Batch requests cannot be longer than 1048576 bytes. You have sent \(size) bytes.")
        }
        return try await QueueBatch.run(entries) { entry throws(AWSServiceError) in try await self.send(name, entry) }
    }
}
