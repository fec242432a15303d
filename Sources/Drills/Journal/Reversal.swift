package import AWSClients
import AWSQueryClients
import ExactJSON

/// How one change that a drill made to a stack is taken back. Each may be done twice: what is gone already is no error.
package enum Reversal: Sendable, Equatable {
    /// Gives a function the reserved concurrency that it had; nil for none.
    case reservedConcurrency(function: String, Int?)
    /// Removes an alarm that the drill made.
    case deleteAlarm(String)
    /// Removes a queue that the drill made, by its URL.
    case deleteQueue(url: String)
    /// Removes a subscription that the drill made.
    case unsubscribe(arn: String)

    /// For people.
    package var description: String {
        switch self {
        case .reservedConcurrency(let function, let count):
            "give \(function) back \(count.map { "its reserved concurrency of \($0)" } ?? "its unreserved concurrency")"
        case .deleteAlarm(let name): "remove the temporary alarm \(name)"
        case .deleteQueue(let url): "remove the temporary queue \(url)"
        case .unsubscribe(let arn): "remove the temporary subscription \(arn)"
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
        case .deleteQueue(let url): ["undo": "deleteQueue", "url": .string(url)]
        case .unsubscribe(let arn): ["undo": "unsubscribe", "arn": .string(arn)]
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
            guard let url = text("url") else { return nil }
            self = .deleteQueue(url: url)
        case "unsubscribe":
            guard let arn = text("arn") else { return nil }
            self = .unsubscribe(arn: arn)
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
            case .deleteQueue(let url): try await QueueClient(connection: connection).delete(url)
            case .unsubscribe(let arn): try await NotificationClient(connection: connection).unsubscribe(arn)
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
