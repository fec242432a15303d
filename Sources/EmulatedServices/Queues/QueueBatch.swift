import Crypto
import EmulatorCore
import ExactJSON

/// The batch calls of SQS: up to ten entries, each of which succeeds or fails by itself.
enum QueueBatch {
    /// The entries of a call, checked as a whole.
    ///
    /// - Parameter kind: `Send`, `Delete` or `ChangeVisibility`, for the error's words.
    static func entries(_ input: JSONValue, of kind: String) throws(AWSServiceError) -> [JSONValue] {
        let entries = input.list("Entries")
        guard !entries.isEmpty else {
            throw AWSServiceError(
                "EmptyBatchRequest",
                "There should be at least one \(kind)MessageBatchRequestEntry in the request.")
        }
        guard entries.count <= 10 else {
            throw AWSServiceError(
                "TooManyEntriesInBatchRequest",
                "Maximum number of entries per request are 10. You have sent \(entries.count).")
        }
        var seen: Set<String> = []
        for entry in entries {
            let id = entry.text("Id") ?? ""
            let isAllowed = id.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
            guard isAllowed, (1...80).contains(id.utf8.count) else {
                throw AWSServiceError(
                    "InvalidBatchEntryId",
                    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at "
                        + "most 80 letters long.")
            }
            guard seen.insert(id).inserted else {
                throw AWSServiceError("BatchEntryIdsNotDistinct", "Id \(id) repeated.")
            }
        }
        return entries
    }

    /// Carries out the entries one after another and gathers what became of each.
    static func run(
        _ entries: [JSONValue], _ body: (JSONValue) async throws(AWSServiceError) -> JSONValue
    ) async throws(AWSServiceError) -> JSONValue {
        var successful: [JSONValue] = []
        var failed: [JSONValue] = []
        for entry in entries {
            let id = JSONValue.string(entry.text("Id") ?? "")
            do throws(AWSServiceError) {
                var members = try await body(entry).objectValue ?? [:]
                members["Id"] = id
                successful.append(.object(members))
            } catch {
                failed.append([
                    "Id": id, "Code": .string(error.code), "Message": .string(error.message),
                    "SenderFault": .bool(error.status < 500),
                ])
            }
        }
        var answer: [String: JSONValue] = ["Successful": .array(successful)]
        if !failed.isEmpty { answer["Failed"] = .array(failed) }
        return .object(answer)
    }
}

/// The deduplication id of a message that has none: its body's SHA-256.
enum ContentDigest {
    static func text(of body: String) -> String { MessageDigest.text(SHA256.hash(data: Array(body.utf8))) }
}
