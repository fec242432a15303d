import ExactJSON
import Timekeeping

/// One message in a queue.
struct QueueMessage: Sendable {
    /// Its place in the order of arrival, unique in the whole service.
    var number: UInt64
    var id: String
    var body: String
    var attributes: [String: MessageAttribute] = [:]
    /// The trace header and the like.
    var systemAttributes: [String: MessageAttribute] = [:]
    var sender: String
    var sentAt: Timestamp
    var visibleAt: Timestamp
    var groupID: String?
    var deduplicationID: String?
    /// The queue that it came from when it was given up there.
    var deadLetterSource: String?
    var receives = 0
    var firstReceivedAt: Timestamp?
    /// The receipt of its latest delivery.
    var receipt: String?

    /// The number as FIFO queues show it.
    var sequenceNumber: String {
        "18" + String(repeating: "0", count: max(0, 18 - String(number).count)) + String(number)
    }

    /// Whether it was handed out and neither deleted nor given back.
    func isInFlight(_ now: Timestamp) -> Bool { receipt != nil && visibleAt > now }

    // MARK: As a document

    /// Receives are not kept: after a restart a message is there again, as when its time had run out.
    func json(queue: String) -> JSONValue {
        .compact([
            "queue": .string(queue), "number": .integer(number), "id": .string(id), "body": .string(body),
            "attributes": MessageAttribute.json(attributes), "system": MessageAttribute.json(systemAttributes),
            "sender": .string(sender), "sent": .integer(sentAt.nanosecondsSinceEpoch),
            "visible": .integer(visibleAt.nanosecondsSinceEpoch), "group": .text(groupID),
            "deduplication": .text(deduplicationID), "source": .text(deadLetterSource),
        ])
    }

    init(
        number: UInt64, id: String, body: String, sender: String, sentAt: Timestamp, visibleAt: Timestamp
    ) {
        self.number = number
        self.id = id
        self.body = body
        self.sender = sender
        self.sentAt = sentAt
        self.visibleAt = visibleAt
    }

    init(_ json: JSONValue) {
        func moment(_ name: String) -> Timestamp { Timestamp(nanosecondsSinceEpoch: Int64(json.whole(name) ?? 0)) }
        self.init(
            number: UInt64(max(0, json.whole("number") ?? 0)), id: json.text("id") ?? "", body: json.text("body") ?? "",
            sender: json.text("sender") ?? "", sentAt: moment("sent"), visibleAt: moment("visible"))
        attributes = MessageAttribute.stored(json["attributes"])
        systemAttributes = MessageAttribute.stored(json["system"])
        groupID = json.text("group")
        deduplicationID = json.text("deduplication")
        deadLetterSource = json.text("source")
    }

    // MARK: As an answer

    /// The message as ReceiveMessage gives it.
    ///
    /// - Parameters:
    ///   - system: the names of system attributes that are wanted.
    ///   - wanted: the names of message attributes that are wanted; `All`, and prefixes with `.*`.
    func answer(system: [String], attributes wanted: [String], isFIFO: Bool) -> JSONValue {
        var members: [String: JSONValue] = [
            "MessageId": .string(id), "ReceiptHandle": .string(receipt ?? ""), "Body": .string(body),
            "MD5OfBody": .string(MessageDigest.text(of: body)),
        ]
        let known = knownAttributes(isFIFO: isFIFO)
        let shown = system.contains("All") ? known : known.filter { system.contains($0.key) }
        if !shown.isEmpty { members["Attributes"] = .object(shown.mapValues(JSONValue.string)) }
        let chosen = attributes.filter { name, _ in
            wanted.contains { pattern in
                pattern == "All" || pattern == name || pattern.hasSuffix(".*") && name.hasPrefix(pattern.dropLast(2))
            }
        }
        if !chosen.isEmpty {
            members["MessageAttributes"] = MessageAttribute.json(chosen)
            members["MD5OfMessageAttributes"] = .string(MessageAttribute.digest(chosen))
        }
        return .object(members)
    }

    private func knownAttributes(isFIFO: Bool) -> [String: String] {
        var known = [
            "SenderId": sender, "SentTimestamp": String(sentAt.millisecondsSinceEpoch),
            "ApproximateReceiveCount": String(receives),
            "ApproximateFirstReceiveTimestamp": String((firstReceivedAt ?? sentAt).millisecondsSinceEpoch),
        ]
        known["AWSTraceHeader"] = systemAttributes["AWSTraceHeader"]?.value
        known["MessageGroupId"] = groupID
        known["DeadLetterQueueSourceArn"] = deadLetterSource
        if isFIFO {
            known["MessageDeduplicationId"] = deduplicationID
            known["SequenceNumber"] = sequenceNumber
        }
        return known
    }
}
