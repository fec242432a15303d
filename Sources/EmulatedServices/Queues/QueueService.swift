import Crypto
package import EmulatorCore
package import ExactJSON
import Timekeeping
import Synchronization

/// SQS queues in memory: what takes in failed stream batches and alarm messages, and gives them out again.
package final class QueueService: EmulatedService {
    private struct Message {
        var id: String
        var body: String
        var sentAt: Timestamp
        var visibleAt: Timestamp
        var receipt: String?
        var receives = 0
    }

    private struct Queue {
        var attributes: [String: String]
        var messages: [Message] = []
        var created: Timestamp
    }

    private struct State {
        var queues: [String: Queue] = [:]
        var sequence: UInt64 = 0
    }

    /// The oldest messages make room for new ones beyond this many in one queue.
    private static let capacity = 10_000

    private let account: EmulatedAccount
    private let clock: VirtualClock
    private let endpointURL: @Sendable () -> String
    private let state = Mutex(State())

    /// - Parameter endpointURL: of the emulator, for queue URLs; asked when it is needed, since the port may not be known yet.
    package init(account: EmulatedAccount, clock: VirtualClock, endpointURL: @escaping @Sendable () -> String) {
        self.account = account
        self.clock = clock
        self.endpointURL = endpointURL
    }

    package func arn(ofQueue name: String) -> String { account.arn("sqs", name) }
    package func url(ofQueue name: String) -> String { "\(endpointURL())/\(account.id)/\(name)" }

    /// Makes a queue; an existing one keeps its messages.
    package func create(name: String, attributes: [String: String]) {
        let now = clock.now
        state.withLock { $0.queues[name, default: Queue(attributes: [:], created: now)].attributes = attributes }
    }

    /// Puts a message into the queue of an ARN. False when there is none.
    package func send(toARN arn: String, body: String) -> Bool {
        let name = String(arn.split(separator: ":").last ?? "")
        return arn == self.arn(ofQueue: name) && enqueue(name, body) != nil
    }

    private func enqueue(_ name: String, _ body: String) -> Message? {
        let now = clock.now
        return state.withLock { state in
            guard state.queues[name] != nil else { return nil }
            let message = Message(id: Self.nextID(&state), body: body, sentAt: now, visibleAt: now)
            state.queues[name]?.messages.append(message)
            let excess = (state.queues[name]?.messages.count ?? 0) - Self.capacity
            if excess > 0 { state.queues[name]?.messages.removeFirst(excess) }
            return message
        }
    }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        if operation == "ListQueues" {
            let names = state.withLock { $0.queues.keys.sorted() }
            let prefix = input["QueueNamePrefix"]?.stringValue ?? ""
            return ["QueueUrls": .array(names.filter { $0.hasPrefix(prefix) }.map { .string(url(ofQueue: $0)) })]
        }
        let name = try queueName(input, operation)
        switch operation {
        case "GetQueueUrl": return ["QueueUrl": .string(url(ofQueue: name))]
        case "SendMessage":
            let body = input["MessageBody"]?.stringValue ?? ""
            guard !body.isEmpty else {
                throw AWSServiceError("MissingParameter", "The request must contain the parameter MessageBody.")
            }
            guard body.utf8.count <= 1_048_576 else {
                throw AWSServiceError(
                    "InvalidParameterValue",
                    "One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.")
            }
            guard let message = enqueue(name, body) else { throw Self.missing() }
            return ["MessageId": .string(message.id), "MD5OfMessageBody": .string(Self.md5(body))]
        case "ReceiveMessage": return receive(name, input)
        case "DeleteMessage":
            let receipt = input["ReceiptHandle"]?.stringValue
            state.withLock { $0.queues[name]?.messages.removeAll { $0.receipt == receipt && receipt != nil } }
            return [:]
        case "PurgeQueue":
            state.withLock { $0.queues[name]?.messages.removeAll() }
            return [:]
        case "GetQueueAttributes": return attributes(name)
        default: throw .unknownOperation(operation)
        }
    }

    private func receive(_ name: String, _ input: JSONValue) -> JSONValue {
        let now = clock.now
        let most = min(10, max(1, input["MaxNumberOfMessages"]?.intValue ?? 1))
        let messages = state.withLock { state -> [Message] in
            guard var queue = state.queues[name] else { return [] }
            let stated =
                input["VisibilityTimeout"]?.intValue ?? queue.attributes["VisibilityTimeout"].flatMap { Int($0) }
            let hidden = Duration.seconds(min(43_200, max(0, stated ?? 30)))
            var taken: [Message] = []
            for index in queue.messages.indices where taken.count < most && queue.messages[index].visibleAt <= now {
                queue.messages[index].visibleAt = now + hidden
                queue.messages[index].receipt = Self.nextID(&state)
                queue.messages[index].receives += 1
                taken.append(queue.messages[index])
            }
            state.queues[name] = queue
            return taken
        }
        guard !messages.isEmpty else { return [:] }
        return [
            "Messages": .array(
                messages.map { message in
                    [
                        "MessageId": .string(message.id), "ReceiptHandle": .string(message.receipt ?? ""),
                        "Body": .string(message.body), "MD5OfBody": .string(Self.md5(message.body)),
                        "Attributes": [
                            "SentTimestamp": .string(String(message.sentAt.millisecondsSinceEpoch)),
                            "ApproximateReceiveCount": .string(String(message.receives)),
                        ],
                    ]
                })
        ]
    }

    private func attributes(_ name: String) -> JSONValue {
        let now = clock.now
        guard let queue = state.withLock({ $0.queues[name] }) else { return [:] }
        let visible = queue.messages.count { $0.visibleAt <= now }
        var attributes = queue.attributes
        attributes["QueueArn"] = arn(ofQueue: name)
        attributes["ApproximateNumberOfMessages"] = String(visible)
        attributes["ApproximateNumberOfMessagesNotVisible"] = String(queue.messages.count - visible)
        attributes["CreatedTimestamp"] = String(queue.created.wholeSecondsSinceEpoch)
        return ["Attributes": .object(attributes.mapValues { .string($0) })]
    }

    /// The queue that a call means, by URL or by name.
    private func queueName(_ input: JSONValue, _ operation: String) throws(AWSServiceError) -> String {
        let name: String
        if operation == "GetQueueUrl" {
            name = input["QueueName"]?.stringValue ?? ""
        } else {
            name = String(input["QueueUrl"]?.stringValue?.split(separator: "/").last ?? "")
        }
        guard state.withLock({ $0.queues[name] != nil }) else { throw Self.missing() }
        return name
    }

    private static func missing() -> AWSServiceError {
        AWSServiceError("QueueDoesNotExist", "The specified queue does not exist.")
    }

    private static func nextID(_ state: inout State) -> String {
        state.sequence += 1
        let digits = String(state.sequence, radix: 16)
        return "00000000-0000-4000-8000-\(String(repeating: "0", count: 12 - min(12, digits.count)))\(digits)"
    }

    private static func md5(_ text: String) -> String {
        Insecure.MD5.hash(data: Array(text.utf8)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0\(digits)" : digits
        }.joined()
    }
}
