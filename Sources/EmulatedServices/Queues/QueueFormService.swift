package import EmulatorCore
package import ExactJSON

/// SQS over the query protocol that it spoke before JSON, and that older SDKs still speak: lists have other names there, and
/// maps are lists of names and values.
package struct QueueFormService: EmulatedService {
    package static let namespace = "http://queue.amazonaws.com/doc/2012-11-05/"
    package static let version = "2012-11-05"
    package static let memberTypes = MemberTypes([
        "AttributeName": .flattened, "Attribute": .flattened, "MessageAttributeName": .flattened,
        "MessageSystemAttributeName": .flattened, "MessageAttribute": .flattened, "MessageSystemAttribute": .flattened,
        "Tag": .flattened, "TagKey": .flattened, "Message": .flattened,
        "SendMessageBatchRequestEntry": .flattened, "DeleteMessageBatchRequestEntry": .flattened,
        "ChangeMessageVisibilityBatchRequestEntry": .flattened, "SendMessageBatchResultEntry": .flattened,
        "DeleteMessageBatchResultEntry": .flattened, "ChangeMessageVisibilityBatchResultEntry": .flattened,
        "BatchResultErrorEntry": .flattened, "QueueUrl": .flattened,
    ])

    private static let inputNames = [
        "AttributeName": "AttributeNames", "Attribute": "Attributes", "MessageAttributeName": "MessageAttributeNames",
        "MessageSystemAttributeName": "MessageSystemAttributeNames", "MessageAttribute": "MessageAttributes",
        "MessageSystemAttribute": "MessageSystemAttributes", "Tag": "Tags", "TagKey": "TagKeys",
        "SendMessageBatchRequestEntry": "Entries", "DeleteMessageBatchRequestEntry": "Entries",
        "ChangeMessageVisibilityBatchRequestEntry": "Entries",
    ]

    private let queues: QueueService

    package init(queues: QueueService) { self.queues = queues }

    /// The codes that errors have in this protocol, and in the header `x-amzn-query-error` of the other.
    @Sendable package static func errorCode(_ error: AWSServiceError) -> String {
        switch error.code {
        case "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue"
        case "QueueNameExists": "QueueAlreadyExists"
        case "BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest", "InvalidBatchEntryId",
            "MessageNotInflight", "PurgeQueueInProgress", "QueueDeletedRecently", "TooManyEntriesInBatchRequest",
            "UnsupportedOperation":
            "AWS.SimpleQueueService.\(error.code)"
        default: error.code
        }
    }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let answer = try await queues.call(operation, Self.read(input))
        return Self.written(answer, operation)
    }

    private static func read(_ input: JSONValue) -> JSONValue {
        guard case .object(let members) = input else { return input }
        var result: [String: JSONValue] = [:]
        for (name, value) in members {
            let plain = inputNames[name] ?? name
            result[plain] = plain == "Entries" ? .array((value.arrayValue ?? []).map(read)) : value
        }
        return .object(result)
    }

    private static func written(_ answer: JSONValue, _ operation: String) -> JSONValue {
        guard case .object(let members) = answer else { return answer }
        var result: [String: JSONValue] = [:]
        for (name, value) in members {
            switch name {
            case "Messages": result["Message"] = .array((value.arrayValue ?? []).map { written($0, operation) })
            case "Attributes": result["Attribute"] = pairs(value, "Name")
            case "MessageAttributes": result["MessageAttribute"] = pairs(value, "Name")
            case "Tags": result["Tag"] = pairs(value, "Key")
            case "QueueUrls", "queueUrls": result["QueueUrl"] = value
            case "Successful": result["\(operation)ResultEntry"] = value
            case "Failed": result["BatchResultErrorEntry"] = value
            default: result[name] = value
            }
        }
        return .object(result)
    }

    private static func pairs(_ map: JSONValue, _ key: String) -> JSONValue {
        let members = (map.objectValue ?? [:]).sorted { $0.key < $1.key }
        return .array(members.map { .object([key: .string($0.key), "Value": $0.value]) })
    }
}
