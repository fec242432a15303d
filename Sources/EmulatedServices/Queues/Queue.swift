import EmulatorCore
import ExactJSON
import Timekeeping

/// One queue: what is sent, received and deleted, as a function of time.
struct Queue: Sendable {
    var name: String
    var arn: String
    var settings: QueueSettings
    var tags = ResourceTags()
    var created: Timestamp
    var modified: Timestamp
    var purgedAt: Timestamp?
    /// When somebody last did something here, and what was done since metrics were last read.
    var usedAt: Timestamp
    var traffic = QueueTraffic()
    private(set) var messages: [UInt64: QueueMessage] = [:]
    /// The messages' numbers in the order of arrival.
    private var order: [UInt64] = []
    /// What FIFO queues remember of the last five minutes, by deduplication id.
    private var seen: [String: Sent] = [:]

    /// What was sent under a deduplication id.
    struct Sent: Sendable {
        var at: Timestamp
        var id: String
        var number: UInt64
    }

    /// How long a FIFO queue takes a second message with the same id for the first one.
    private static let deduplicationWindow: Duration = .seconds(300)

    init(name: String, arn: String, settings: QueueSettings, now: Timestamp) {
        self.name = name
        self.arn = arn
        self.settings = settings
        created = now
        modified = now
        usedAt = now
    }

    var isFIFO: Bool { settings.isFIFO }

    // MARK: Sending

    /// The message that was sent before under this deduplication id; nil when there is none.
    func earlier(_ deduplicationID: String?, now: Timestamp) -> Sent? {
        guard let deduplicationID, let sent = seen[deduplicationID], now - sent.at < Self.deduplicationWindow else {
            return nil
        }
        return sent
    }

    mutating func add(_ message: QueueMessage, now: Timestamp) {
        messages[message.number] = message
        if let last = order.last, last > message.number {
            order.insert(message.number, at: order.firstIndex { $0 > message.number } ?? order.endIndex)
        } else {
            order.append(message.number)
        }
        guard isFIFO, let id = message.deduplicationID else { return }
        if seen.count > 1000 { seen = seen.filter { now - $0.value.at < Self.deduplicationWindow } }
        seen[id] = Sent(at: now, id: message.id, number: message.number)
    }

    // MARK: Receiving

    /// What a receive took: messages for the caller, and those that were received too often.
    struct Taken: Sendable {
        var messages: [QueueMessage] = []
        var dead: [QueueMessage] = []
        var expired: [QueueMessage] = []
    }

    /// Takes up to `most` visible messages and hides them.
    mutating func receive(_ most: Int, hiddenFor hidden: Duration, now: Timestamp) -> Taken {
        var taken = Taken()
        taken.expired = dropExpired(now)
        let limit = settings.redrive?.maxReceiveCount ?? .max
        // A group of which something is in flight gives nothing out: its order would be lost.
        var locked: Set<String> = []
        var dead: [UInt64] = []
        for number in order where taken.messages.count < most {
            guard let message = messages[number] else { continue }
            if message.visibleAt > now {
                if isFIFO, let group = message.groupID { locked.insert(group) }
                continue
            }
            if isFIFO, let group = message.groupID, locked.contains(group) { continue }
            if message.receives >= limit {
                dead.append(number)
                continue
            }
            taken.messages.append(hide(number, message, hidden, now))
        }
        taken.dead = dead.compactMap { remove($0) }
        return taken
    }

    private mutating func hide(
        _ number: UInt64, _ message: QueueMessage, _ hidden: Duration, _ now: Timestamp
    ) -> QueueMessage {
        var message = message
        message.visibleAt = now + hidden
        message.receives += 1
        message.firstReceivedAt = message.firstReceivedAt ?? now
        message.receipt = Receipt(number: number).text
        messages[number] = message
        return message
    }

    /// When the next message becomes visible that is not now; nil when there is none.
    func nextVisible(after now: Timestamp) -> Timestamp? {
        messages.values.lazy.map(\.visibleAt).filter { $0 > now }.min()
    }

    /// The messages that have been kept for too long, which are dropped.
    private mutating func dropExpired(_ now: Timestamp) -> [QueueMessage] {
        var expired: [UInt64] = []
        for number in order {
            guard let message = messages[number], now - message.sentAt >= settings.retention else { break }
            expired.append(number)
        }
        return expired.compactMap { remove($0) }
    }

    // MARK: Deleting and hiding

    mutating func remove(_ number: UInt64) -> QueueMessage? {
        guard let message = messages.removeValue(forKey: number) else { return nil }
        if let index = order.firstIndex(of: number) { order.remove(at: index) }
        return message
    }

    mutating func removeAll() -> [QueueMessage] {
        let all = order.compactMap { messages[$0] }
        messages = [:]
        order = []
        return all
    }

    /// Deletes the message of a receipt; an older receipt of a message that was received again deletes nothing.
    mutating func delete(_ receipt: Receipt) -> QueueMessage? {
        guard messages[receipt.number]?.receipt == receipt.text else { return nil }
        return remove(receipt.number)
    }

    /// Hides a message in flight for another while, counted from now.
    ///
    /// - Throws: `InvalidParameterValue` when the message is gone, `MessageNotInflight` when it is visible.
    mutating func hide(_ receipt: Receipt, for duration: Duration, now: Timestamp) throws(AWSServiceError) {
        guard let message = messages[receipt.number], message.receipt == receipt.text else {
            throw AWSServiceError(
                "InvalidParameterValue",
                "Value \(receipt.text) for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not "
                    + "available for visibility timeout change.")
        }
        guard message.isInFlight(now) else {
            throw AWSServiceError("MessageNotInflight", "The message referred to isn't in flight.")
        }
        messages[receipt.number]?.visibleAt = now + duration
    }

    // MARK: Counting

    /// Visible, in flight, and delayed messages.
    func counts(_ now: Timestamp) -> (visible: Int, inFlight: Int, delayed: Int) {
        var counts = (visible: 0, inFlight: 0, delayed: 0)
        for message in messages.values where now - message.sentAt < settings.retention {
            if message.visibleAt <= now {
                counts.visible += 1
            } else if message.receipt != nil {
                counts.inFlight += 1
            } else {
                counts.delayed += 1
            }
        }
        return counts
    }
}

/// What a delivered message is deleted by.
struct Receipt: Sendable, Equatable {
    var number: UInt64
    var text: String

    /// A new receipt for a delivery.
    init(number: UInt64) {
        self.number = number
        text = "AQEB\(String(number, radix: 16))-\(RandomNames.hex(32))"
    }

    /// - Throws: `ReceiptHandleIsInvalid` for a text that no receipt has.
    init(_ text: String) throws(AWSServiceError) {
        let digits = text.dropFirst(4).prefix { $0 != "-" }
        guard text.hasPrefix("AQEB"), let number = UInt64(digits, radix: 16) else {
            throw AWSServiceError(
                "ReceiptHandleIsInvalid", "The input receipt handle \"\(text)\" is not a valid receipt handle.")
        }
        self.number = number
        self.text = text
    }
}
