package import DurableDocuments
package import EmulatorCore
package import ExactJSON
import Foundation
import Synchronization
import Timekeeping

/// SQS: standard and FIFO queues with visibility, delays, long polling and dead-letter queues.
package final class QueueService: EmulatedService {
    static let queueCollection = "sqs.queue"
    static let messageCollection = "sqs.message"

    struct State {
        var queues: [String: Queue] = [:]
        /// The number of the latest message.
        var sequence: UInt64 = 0
        /// Receives that wait for a message, by queue.
        var waiting: [String: [ObjectIdentifier: WakeSignal]] = [:]
    }

    let account: EmulatedAccount
    let clock: VirtualClock
    let documents: DocumentStore
    let state = Mutex(State())
    private let endpointURL: @Sendable () -> String

    /// - Parameter endpointURL: of the emulator, for queue URLs; asked when it is needed, since the port may not be known yet.
    package init(
        account: EmulatedAccount, clock: VirtualClock, documents: DocumentStore,
        endpointURL: @escaping @Sendable () -> String
    ) throws(DocumentStoreError) {
        self.account = account
        self.clock = clock
        self.documents = documents
        self.endpointURL = endpointURL
        let queues = try documents.documents(in: Self.queueCollection)
        let messages = try documents.documents(in: Self.messageCollection).values
            .map { (queue: $0.text("queue") ?? "", message: QueueMessage($0)) }
            .sorted { $0.message.number < $1.message.number }
        let now = clock.now
        state.withLock { state in
            for (name, json) in queues { state.queues[name] = restored(name, json) }
            for (queue, message) in messages { state.queues[queue]?.add(message, now: now) }
            state.sequence = messages.last?.message.number ?? 0
        }
    }

    package func arn(ofQueue name: String) -> String { account.arn("sqs", name) }
    package func url(ofQueue name: String) -> String { "\(endpointURL())/\(account.id)/\(name)" }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "CreateQueue": return try await createQueue(input)
        case "ListQueues": return listQueues(input)
        case "GetQueueUrl":
            let name = try required(input, "QueueName")
            _ = try queue(name)
            return ["QueueUrl": .string(url(ofQueue: name))]
        default: break
        }
        let name = try queueName(input)
        switch operation {
        case "DeleteQueue":
            try await delete(name: name)
            return [:]
        case "GetQueueAttributes": return try attributes(name, input)
        case "SetQueueAttributes":
            try await set(input.textMap("Attributes"), ofQueue: name)
            return [:]
        case "SendMessage": return try await send(name, input)
        case "SendMessageBatch": return try await sendBatch(name, input)
        case "ReceiveMessage": return try await receive(name, input)
        case "DeleteMessage":
            try await delete(try required(input, "ReceiptHandle"), from: name)
            return [:]
        case "DeleteMessageBatch": return try await deleteBatch(name, input)
        case "ChangeMessageVisibility":
            try changeVisibility(name, input)
            return [:]
        case "ChangeMessageVisibilityBatch": return try await changeVisibilityBatch(name, input)
        case "PurgeQueue": return try await purge(name)
        case "ListDeadLetterSourceQueues": return deadLetterSources(name)
        case "TagQueue", "UntagQueue": return try await changeTags(name, input)
        case "ListQueueTags": return ["Tags": try queue(name).tags.mapJSON]
        case "AddPermission", "RemovePermission", "StartMessageMoveTask", "CancelMessageMoveTask",
            "ListMessageMoveTasks":
            throw AWSServiceError("UnsupportedOperation", "The operation \(operation) is not emulated.")
        default: throw .unknownOperation(operation)
        }
    }

    // MARK: Pieces

    static let missing = AWSServiceError("QueueDoesNotExist", "The specified queue does not exist.")

    func required(_ input: JSONValue, _ name: String) throws(AWSServiceError) -> String {
        guard let text = input.text(name), !text.isEmpty else {
            throw AWSServiceError("MissingParameter", "The request must contain the parameter \(name).")
        }
        return text
    }

    func queue(_ name: String) throws(AWSServiceError) -> Queue {
        guard let queue = state.withLock({ $0.queues[name] }) else { throw Self.missing }
        return queue
    }

    /// The queue that a call means, by its URL.
    private func queueName(_ input: JSONValue) throws(AWSServiceError) -> String {
        let url = try required(input, "QueueUrl")
        let name = String(url.split(separator: "/").last ?? "")
        guard state.withLock({ $0.queues[name] != nil }) else { throw Self.missing }
        return name
    }

    /// Changes a queue and waits until the change is kept.
    ///
    /// - Parameter body: returns what is to be kept; when it throws it must not have changed anything.
    func change<R: Sendable>(
        _ name: String,
        _ body: (inout Queue, inout UInt64) throws(AWSServiceError) -> (R, [DocumentStore.Change])
    ) async throws(AWSServiceError) -> R {
        let (value, commit) = try changeNow(name, body)
        try await commit.wait()
        return value
    }

    /// Changes a queue; the commit may still be on its way.
    func changeNow<R: Sendable>(
        _ name: String,
        _ body: (inout Queue, inout UInt64) throws(AWSServiceError) -> (R, [DocumentStore.Change])
    ) throws(AWSServiceError) -> (R, DocumentStore.Commit) {
        let result: Result<(R, DocumentStore.Commit), AWSServiceError> = state.withLock { state in
            // Taken out while it is changed: a copy would copy all messages.
            guard var queue = state.queues.removeValue(forKey: name) else { return .failure(Self.missing) }
            defer { state.queues[name] = queue }
            do throws(AWSServiceError) {
                let (value, changes) = try body(&queue, &state.sequence)
                return .success((value, documents.record(changes)))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    // MARK: Documents

    static func record(_ queue: Queue) -> DocumentStore.Change {
        let json: JSONValue = [
            "attributes": .object(queue.settings.values.mapValues(JSONValue.string)), "tags": queue.tags.mapJSON,
            "created": .integer(queue.created.nanosecondsSinceEpoch),
            "modified": .integer(queue.modified.nanosecondsSinceEpoch),
        ]
        return .init(queueCollection, queue.name, json)
    }

    static func record(_ message: QueueMessage, in queue: String) -> DocumentStore.Change {
        .init(messageCollection, "\(queue)/\(message.number)", message.json(queue: queue))
    }

    static func removal(of message: QueueMessage, from queue: String) -> DocumentStore.Change {
        .init(messageCollection, "\(queue)/\(message.number)", nil)
    }

    private func restored(_ name: String, _ json: JSONValue) -> Queue {
        var queue = Queue(
            name: name, arn: arn(ofQueue: name),
            settings: QueueSettings(stored: json.textMap("attributes"), isFIFO: name.hasSuffix(".fifo")),
            now: Timestamp(nanosecondsSinceEpoch: Int64(json.whole("created") ?? 0)))
        queue.usedAt = clock.now
        queue.modified = Timestamp(nanosecondsSinceEpoch: Int64(json.whole("modified") ?? 0))
        queue.tags = ResourceTags(map: json.textMap("tags"))
        return queue
    }
}
