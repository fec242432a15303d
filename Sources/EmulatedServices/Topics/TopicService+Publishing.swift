import Crypto
package import EmulatorCore
import ExactJSON
import Foundation
import Timekeeping

/// Publishing, by callers and by other services.
extension TopicService {
    /// Publishes for an AWS service that acts for a resource, an alarm for instance.
    ///
    /// A topic without a policy of its own lets its account's resources publish, as the default policy does.
    /// - Throws: `AWSServiceError` when the topic does not exist or its policy does not allow it.
    package func publish(
        topicARN: String, subject: String?, message: String, service: String, sourceARN: String
    ) throws(AWSServiceError) {
        guard let topic = state.withLock({ $0.topics[topicARN] }) else { throw Self.missing }
        let request = ResourcePolicy.Request(
            service: service, action: "sns:Publish", resource: topicARN, sourceARN: sourceARN, sourceAccount: account.id
        )
        if let policy = topic.policy, !ResourcePolicy(document: policy).allows(request) {
            throw AWSServiceError(
                "AuthorizationError",
                "Resource: \(sourceARN) is not authorized to perform: SNS:Publish on resource: \(topicARN)", status: 403
            )
        }
        _ = try take(TopicDraft(subject: subject, message: message), topic)
    }

    func publish(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        if input.text("PhoneNumber") != nil { throw Self.invalid("PhoneNumber Reason: SMS is not emulated") }
        guard let arn = input.text("TopicArn") ?? input.text("TargetArn") else {
            throw Self.invalid("TopicArn or TargetArn Reason: no value for required parameter")
        }
        return Self.answer(try take(try TopicDraft(input), try topic(arn)))
    }

    func publishBatch(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let topic = try topic(try required(input, "TopicArn"))
        let entries = input.list("PublishBatchRequestEntries")
        guard !entries.isEmpty else {
            throw AWSServiceError("EmptyBatchRequest", "The batch request doesn't contain any entries.")
        }
        guard entries.count <= 10 else {
            throw AWSServiceError(
                "TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")
        }
        guard Set(entries.map { $0.text("Id") ?? "" }).count == entries.count else {
            throw AWSServiceError(
                "BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")
        }
        let size = entries.reduce(0) { $0 + ($1.text("Message")?.utf8.count ?? 0) }
        guard size <= TopicDraft.maximumBytes else {
            throw AWSServiceError(
                "BatchRequestTooLong", "The length of all the messages put together is more than the limit.")
        }
        var successful: [JSONValue] = []
        var failed: [JSONValue] = []
        for entry in entries {
            let id = JSONValue.string(entry.text("Id") ?? "")
            do throws(AWSServiceError) {
                var members = Self.answer(try take(try TopicDraft(entry), topic)).objectValue ?? [:]
                members["Id"] = id
                successful.append(.object(members))
            } catch {
                failed.append([
                    "Id": id, "Code": .string(error.code), "Message": .string(error.message), "SenderFault": true,
                ])
            }
        }
        return ["Successful": .array(successful), "Failed": .array(failed)]
    }

    private static func answer(_ notification: TopicNotification) -> JSONValue {
        .compact(["MessageId": .string(notification.id), "SequenceNumber": .text(notification.sequenceNumber)])
    }

    /// Takes a message into a topic and starts its deliveries.
    private func take(_ draft: TopicDraft, _ topic: Topic) throws(AWSServiceError) -> TopicNotification {
        var notification = TopicNotification(
            id: UUID().uuidString.lowercased(), topicARN: topic.arn, subject: draft.subject, message: draft.message,
            messages: draft.messages, attributes: draft.attributes, groupID: draft.groupID, at: clock.now)
        if topic.isFIFO {
            guard draft.groupID?.isEmpty == false else {
                throw Self.invalid("The MessageGroupId parameter is required for FIFO topics")
            }
            let isByContent = topic.attributes["ContentBasedDeduplication"] == "true"
            guard let id = draft.deduplicationID ?? (isByContent ? ContentDigest.text(of: draft.message) : nil) else {
                throw Self.invalid(
                    "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                        + "explicitly")
            }
            notification.deduplicationID = id
        } else if draft.deduplicationID != nil {
            throw Self.invalid(
                "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type"
            )
        }
        let isNew = record(&notification, isFIFO: topic.isFIFO)
        if isNew { deliver(notification) }
        return notification
    }

    /// Counts the message in; false when a FIFO topic has had it already, whose ids it then gets.
    private func record(_ notification: inout TopicNotification, isFIFO: Bool) -> Bool {
        let now = notification.at
        var copy = notification
        let isNew = state.withLock { state in
            state.sequence += 1
            if isFIFO, let id = copy.deduplicationID {
                let seen = state.topics[copy.topicARN]?.seen[id]
                if let seen, now - seen.at < .seconds(300) {
                    copy.id = seen.messageID
                    copy.sequenceNumber = Self.sequenceNumber(seen.number)
                    return false
                }
                copy.sequenceNumber = Self.sequenceNumber(state.sequence)
                state.topics[copy.topicARN]?.seen[id] = .init(at: now, messageID: copy.id, number: state.sequence)
            }
            state.published.append(
                Published(
                    topicARN: copy.topicARN, messageID: copy.id, subject: copy.subject, message: copy.message, at: now))
            if state.published.count > 1000 { state.published.removeFirst() }
            return true
        }
        notification = copy
        return isNew
    }

    private static func sequenceNumber(_ number: Int) -> String {
        let digits = String(number)
        return "1" + String(repeating: "0", count: max(0, 19 - digits.count)) + digits
    }
}

/// A message as a publisher states it, checked.
struct TopicDraft: Sendable {
    static let maximumBytes = 262_144

    var subject: String?
    var message: String
    /// By protocol, where the publisher gave each its own text.
    var messages: [String: String] = [:]
    var attributes: [String: MessageAttribute] = [:]
    var groupID: String?
    var deduplicationID: String?

    init(subject: String?, message: String) {
        self.subject = subject
        self.message = message
    }

    /// - Throws: `InvalidParameter` in SNS's words.
    init(_ input: JSONValue) throws(AWSServiceError) {
        guard let text = input.text("Message"), !text.isEmpty else { throw TopicService.invalid("Empty message") }
        message = text
        subject = input.text("Subject")
        if let subject {
            guard !subject.isEmpty, subject.unicodeScalars.count <= 100,
                subject.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
            else { throw TopicService.invalid("Subject") }
        }
        groupID = input.text("MessageGroupId")
        deduplicationID = input.text("MessageDeduplicationId")
        do throws(AWSServiceError) {
            attributes = try MessageAttribute.read(input["MessageAttributes"])
        } catch {
            throw AWSServiceError("ParameterValueInvalid", error.message)
        }
        let size = text.utf8.count + attributes.reduce(0) { $0 + $1.value.size($1.key) }
        guard size <= Self.maximumBytes else { throw TopicService.invalid("Message too long") }
        if let structure = input.text("MessageStructure") {
            guard structure == "json" else { throw TopicService.invalid("MessageStructure") }
            guard let json = try? JSONValue(parsing: Array(text.utf8)), let members = json.objectValue else {
                throw TopicService.invalid("Message Structure - JSON message body failed to parse")
            }
            guard let standard = members["default"]?.stringValue else {
                throw TopicService.invalid("Message Structure - No default entry in JSON message body")
            }
            message = standard
            messages = members.compactMapValues(\.stringValue)
        }
    }
}
