import EmulatorCore
import ExactJSON

/// One change of an update call.
///
/// https://docs.aws.amazon.com/apigateway/latest/api/API_PatchOperation.html
struct PatchOperation: Sendable, Equatable {
    enum Kind: String, Sendable { case add, remove, replace, move, copy, test }

    var kind: Kind
    /// As sent.
    var path: String
    /// Between the slashes, as sent: `~1` stands for a slash.
    var segments: [String]
    var value: String?
    var from: String?

    /// Reads the operations of an update call's body.
    static func all(in input: JSONValue) throws(AWSServiceError) -> [PatchOperation] {
        var operations: [PatchOperation] = []
        for element in input["patchOperations"]?.arrayValue ?? [] {
            guard let kind = element["op"]?.stringValue.flatMap({ Kind(rawValue: $0) }) else {
                throw GatewayFault.badRequest(
                    "Invalid patch operation specified. Must be 'add'|'remove'|'replace'|'move'|'copy'|'test'")
            }
            let path = element["path"]?.stringValue ?? ""
            operations.append(
                PatchOperation(
                    kind: kind, path: path,
                    segments: path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map(String.init),
                    value: element["value"]?.scalarText, from: element["from"]?.stringValue))
        }
        return operations
    }

    /// `application~1json` is `application/json`.
    static func unescaped(_ segment: String) -> String {
        segment.replacing("~1", with: "/").replacing("~0", with: "~")
    }

    func refusal(supported: [String]) -> AWSServiceError {
        GatewayFault.badRequest(
            "Invalid patch path  '\(path)' specified for op '\(kind.rawValue)'. Must be one of: "
                + "[\(supported.joined(separator: ", "))]")
    }

    /// The value, for an operation that needs one.
    func text() throws(AWSServiceError) -> String {
        guard let value else {
            throw GatewayFault.badRequest("Invalid null or empty value in /\(segments.joined(separator: "/"))")
        }
        return value
    }
}

extension JSONValue {
    /// Members over those of this object; null takes a member away.
    func merging(_ members: [String: JSONValue]) -> JSONValue {
        var merged = objectValue ?? [:]
        for (name, value) in members { merged[name] = value == .null ? nil : value }
        return .object(merged)
    }
}
