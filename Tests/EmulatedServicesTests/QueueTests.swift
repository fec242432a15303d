import DurableDocuments
import EmulatorCore
import ExactJSON
import Foundation
import Testing
import Timekeeping

@testable import EmulatedServices

@Suite("A queue as a function of time")
struct QueueTests {
    private let start = Timestamp(secondsSinceEpoch: 1_800_000_000)

    private func queue(_ attributes: [String: String] = [:], name: String = "q") throws -> Queue {
        var settings = QueueSettings(isFIFO: name.hasSuffix(".fifo"))
        try settings.set(attributes)
        return Queue(name: name, arn: "arn:aws:sqs:us-west-2:1:\(name)", settings: settings, now: start)
    }

    private func message(_ number: UInt64, group: String? = nil, delay: Duration = .zero) -> QueueMessage {
        var message = QueueMessage(
            number: number, id: "m\(number)", body: "\(number)", sender: "1", sentAt: start, visibleAt: start + delay)
        message.groupID = group
        return message
    }

    private func take(_ queue: inout Queue, _ most: Int = 10, at seconds: Int, hidden: Int = 30) -> [String] {
        queue.receive(most, hiddenFor: .seconds(hidden), now: start + .seconds(seconds)).messages.map(\.body)
    }

    @Test("messages are hidden while in flight and come back in order") func hides() throws {
        var queue = try queue()
        for number in 1...3 { queue.add(message(UInt64(number)), now: start) }
        #expect(take(&queue, 2, at: 0) == ["1", "2"])
        #expect(take(&queue, at: 1) == ["3"])
        #expect(take(&queue, at: 29) == [])
        #expect(take(&queue, at: 30) == ["1", "2"])
        #expect(queue.counts(start + .seconds(30)) == (visible: 0, inFlight: 3, delayed: 0))
    }

    @Test("a queue tells each minute what was done and what lies in it, until nobody has used it for six hours")
    func tells() throws {
        func told(_ queue: inout Queue, at seconds: Int) -> [String: Double] {
            let figures = queue.figures(start + .seconds(seconds)).map { ($0.metric, $0.value) }
            return Dictionary(uniqueKeysWithValues: figures)
        }
        var queue = try queue()
        queue.traffic.sent = 3
        for number in 1...3 {
            queue.add(message(UInt64(number), delay: number == 3 ? .seconds(900) : .zero), now: start)
        }
        _ = take(&queue, 1, at: 50)
        let first = told(&queue, at: 60)
        #expect(first["NumberOfMessagesSent"] == 3)
        #expect(first["ApproximateNumberOfMessagesVisible"] == 1)
        #expect(first["ApproximateNumberOfMessagesNotVisible"] == 1)
        #expect(first["ApproximateNumberOfMessagesDelayed"] == 1)
        #expect(first["ApproximateAgeOfOldestMessage"] == 60)
        #expect(told(&queue, at: 120)["NumberOfMessagesSent"] == 0)
        _ = queue.removeAll()
        #expect(told(&queue, at: 120 + 6 * 3600 - 1)["ApproximateNumberOfMessagesVisible"] == 0)
        #expect(told(&queue, at: 120 + 6 * 3600).isEmpty)
    }

    @Test("only the receipt of the latest delivery deletes") func deletes() throws {
        var queue = try queue()
        queue.add(message(1), now: start)
        let first = queue.receive(1, hiddenFor: .zero, now: start).messages[0]
        let second = queue.receive(1, hiddenFor: .seconds(9), now: start + .seconds(1)).messages[0]
        #expect(queue.delete(try Receipt(first.receipt ?? "")) == nil)
        #expect(queue.delete(try Receipt(second.receipt ?? ""))?.body == "1")
        #expect(queue.messages.isEmpty)
    }

    @Test("a FIFO group waits for its first message, others go on") func keepsOrder() throws {
        var queue = try queue(name: "q.fifo")
        for (number, group) in [(1, "a"), (2, "a"), (3, "b"), (4, "a")] {
            queue.add(message(UInt64(number), group: group), now: start)
        }
        #expect(take(&queue, 1, at: 0) == ["1"])
        #expect(take(&queue, at: 1) == ["3"])
        #expect(take(&queue, at: 31) == ["1", "2", "3", "4"])
    }

    @Test("the limit of receives is exact") func buries() throws {
        let policy = #"{"deadLetterTargetArn":"arn:aws:sqs:us-west-2:1:d","maxReceiveCount":"2"}"#
        var queue = try queue(["RedrivePolicy": policy])
        queue.add(message(1), now: start)
        for second in 0..<2 { #expect(take(&queue, at: second, hidden: 0) == ["1"]) }
        let taken = queue.receive(1, hiddenFor: .zero, now: start + .seconds(2))
        #expect(taken.messages.isEmpty)
        #expect(taken.dead.map(\.body) == ["1"])
    }

    @Test("messages that were kept for too long are dropped") func expires() throws {
        var queue = try queue(["MessageRetentionPeriod": "60"])
        queue.add(message(1), now: start)
        #expect(queue.counts(start + .seconds(59)).visible == 1)
        #expect(queue.counts(start + .seconds(60)).visible == 0)
        #expect(queue.receive(1, hiddenFor: .zero, now: start + .seconds(60)).expired.count == 1)
        #expect(queue.messages.isEmpty)
    }

    @Test("the digest of message attributes is the one that clients compute") func digests() {
        // Computed in Python from the description in the developer guide.
        let attributes = [
            "n": MessageAttribute(dataType: "Number", value: "42"),
            "b": MessageAttribute(dataType: "Binary", value: "AAE="),
        ]
        #expect(MessageAttribute.digest(attributes) == "6b0e57f941e8d0f7d661adde182a4d82")
    }

    @Test("what was sent, and what was deleted, is so after a restart") func survives() async throws {
        let directory = NSTemporaryDirectory() + "queues-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let account = EmulatedAccount()
        func service() throws -> QueueService {
            try QueueService(
                account: account, clock: VirtualClock(), documents: DocumentStore(directory: directory),
                endpointURL: { "http://127.0.0.1:1" })
        }
        let before = try service()
        let url = JSONValue.string(try await before.create(name: "q", attributes: ["VisibilityTimeout": "77"]))
        for body in ["one", "two"] {
            _ = try await before.call("SendMessage", ["QueueUrl": url, "MessageBody": .string(body)])
        }
        let taken = try await before.call("ReceiveMessage", ["QueueUrl": url])
        let receipt = taken["Messages"]?[0]?["ReceiptHandle"] ?? .null
        _ = try await before.call("DeleteMessage", ["QueueUrl": url, "ReceiptHandle": receipt])
        let after = try service()
        let messages = try await after.call("ReceiveMessage", ["QueueUrl": url, "MaxNumberOfMessages": 10])
        #expect(messages["Messages"]?.arrayValue?.map { $0["Body"] } == ["two"])
        let settings = try await after.call(
            "GetQueueAttributes", ["QueueUrl": url, "AttributeNames": ["VisibilityTimeout"]])
        #expect(settings["Attributes"]?["VisibilityTimeout"] == "77")
    }

    @Test("many senders and receivers at once lose nothing and give nothing twice") func isSafe() async throws {
        let service = try QueueService(
            account: EmulatedAccount(), clock: VirtualClock(), documents: DocumentStore(directory: nil),
            endpointURL: { "http://127.0.0.1:1" })
        let url = JSONValue.string(try await service.create(name: "q", attributes: [:]))
        let bodies = try await withThrowingTaskGroup(of: [String].self) { group in
            for sender in 0..<4 {
                group.addTask {
                    for number in 0..<50 {
                        _ = try await service.call(
                            "SendMessage", ["QueueUrl": url, "MessageBody": .string("\(sender)-\(number)")])
                    }
                    return []
                }
                group.addTask {
                    var seen: [String] = []
                    for _ in 0..<25 {
                        let page = try await service.call(
                            "ReceiveMessage", ["QueueUrl": url, "MaxNumberOfMessages": 10])
                        seen += (page["Messages"]?.arrayValue ?? []).compactMap { $0["Body"]?.stringValue }
                    }
                    return seen
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(bodies).count == bodies.count)
        var rest: [String] = []
        while true {
            let page = try await service.call("ReceiveMessage", ["QueueUrl": url, "MaxNumberOfMessages": 10])
            guard let messages = page["Messages"]?.arrayValue else { break }
            rest += messages.compactMap { $0["Body"]?.stringValue }
        }
        #expect(Set(bodies + rest).count == 200)
        #expect(bodies.count + rest.count == 200)
    }
}
