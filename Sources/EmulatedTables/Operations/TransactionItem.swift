import EmulatorCore
import ExactJSON

/// One element of TransactItems in TransactWriteItems.
struct TransactionItem {
    var kind: String
    var input: TableInput

    private static let kinds = ["ConditionCheck", "Put", "Delete", "Update"]

    init(_ json: JSONValue) throws(AWSServiceError) {
        let element = TableInput(json)
        var found: (kind: String, input: TableInput)?
        for kind in Self.kinds {
            guard let members = try element.object(kind) else { continue }
            guard found == nil else {
                throw .validation(
                    "TransactItems can only contain one of Check, Put, Update or Delete")
            }
            found = (kind, TableInput(.object(members)))
        }
        guard let found else {
            throw .validation("Invalid Request: TransactWriteRequest should contain Delete or Put or Update request")
        }
        (kind, input) = found
    }
}

/// Why one item made a transaction fail, or that it did not.
enum CancellationReason {
    case none
    case failed(AWSServiceError)

    var code: String {
        switch self {
        case .none: "None"
        case .failed(let error):
            switch error.code {
            case "ConditionalCheckFailedException": "ConditionalCheckFailed"
            case "ValidationException": "ValidationError"
            default: error.code
            }
        }
    }

    var json: JSONValue {
        guard case .failed(let error) = self else { return ["Code": "None"] }
        var members: [String: JSONValue] = ["Code": .string(code), "Message": .string(error.message)]
        if let item = error.members["Item"] { members["Item"] = item }
        return .object(members)
    }

    /// The error of a transaction that was cancelled for these reasons, one for each of its items.
    static func cancelled(_ reasons: [CancellationReason]) -> AWSServiceError {
        let codes = reasons.map(\.code).joined(separator: ", ")
        return .init(
            "TransactionCanceledException",
            "Transaction cancelled, please refer cancellation reasons for specific reasons [\(codes)]",
            members: ["CancellationReasons": .array(reasons.map(\.json))])
    }
}
