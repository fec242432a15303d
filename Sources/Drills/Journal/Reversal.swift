package import AWSClients
import AWSQueryClients
import ExactJSON

/// How one change that a drill made to a stack is taken back. Each may be done twice: what is gone already is no error.
package enum Reversal: Sendable, Equatable {
    /// Gives a function the reserved concurrency that it had; nil for none.
    case reservedConcurrency(function: String, Int?)
    /// Removes an alarm that the drill made.
    case deleteAlarm(String)
    /// Removes a queue that the drill made.
    case deleteQueue(String)
    /// Takes a queue off a topic again.
    case unsubscribe(topic: String, queueARN: String)

    /// For people.
    package var description: String {
        switch self {
        case .reservedConcurrency(let function, let count):
            "give \(function) back \(count.map { "its reserved concurrency of \($0)" } ?? "its unreserved concurrency")"
        case .deleteAlarm(let name): "remove the temporary alarm \(name)"
        case .deleteQueue(let name): "remove the temporary queue \(name)"
        case .unsubscribe(let topic, _): "remove the temporary subscription to \(topic)"
        }
    }

    var json: JSONValue {
        switch self {
        case .reservedConcurrency(let function, let count):
            [
                "undo": "reservedConcurrency", "function": .string(function),
                "count": count.map { .integer($0) } ?? .null,
            ]
        case .deleteAlarm(let name): ["undo": "deleteAlarm", "name": .string(name)]
        case .deleteQueue(let name): ["undo": "deleteQueue", "name": .string(name)]
        case .unsubscribe(let topic, let queue):
            ["undo": "unsubscribe", "topic": .string(topic), "queue": .string(queue)]
        }
    }

    init?(_ json: JSONValue) {
        func text(_ key: String) -> String? { json[key]?.stringValue }
        switch text("undo") {
        case "reservedConcurrency":
            guard let function = text("function") else { return nil }
            self = .reservedConcurrency(function: function, json["count"]?.intValue)
        case "deleteAlarm":
            guard let name = text("name") else { return nil }
            self = .deleteAlarm(name)
        case "deleteQueue":
            guard let name = text("name") else { return nil }
            self = .deleteQueue(name)
        case "unsubscribe":
            guard let topic = text("topic"), let queue = text("queue") else { return nil }
            self = .unsubscribe(topic: topic, queueARN: queue)
        default: return nil
        }
    }

    /// Takes the change back.
    package func apply(_ connection: AWSConnection) async throws(AWSCallError) {
        do throws(AWSCallError) {
            switch self {
            case .reservedConcurrency(let function, let count):
                try await FunctionFaultClient(connection: connection).reserveConcurrency(count, for: function)
            case .deleteAlarm(let name): try await CloudWatchClient(connection: connection).deleteAlarm(name)
            case .deleteQueue(let name):
                let queues = QueueClient(connection: connection)
                try await queues.delete(try await queues.url(of: name))
            case .unsubscribe(let topic, let queue):
                let topics = NotificationClient(connection: connection)
                for subscription in try await topics.subscriptions(ofTopic: topic) where subscription.endpoint == queue
                {
                    try await topics.unsubscribe(subscription.arn)
                }
            }
        } catch {
            let gone = [
                "ResourceNotFoundException", "QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue", "NotFound",
                "ResourceNotFound",
            ]
            guard gone.contains(error.code) else { throw error }
        }
    }
}
