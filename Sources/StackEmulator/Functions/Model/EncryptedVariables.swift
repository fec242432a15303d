import EmulatedServices
import EmulatorCore
import ExactJSON
import FoundationEssentials

/// A function's environment variables at rest: sealed by the stack's key, or by Lambda's own when the function names none.
/// The plaintext exists only in the call that asks for it.
struct EncryptedVariables: Sendable {
    /// The key that Lambda uses for functions that name none.
    static let defaultKeyAlias = "alias/aws/lambda"

    private let blob: [UInt8]
    private let functionARN: String

    /// Seals the variables.
    ///
    /// - Parameter key: id, ARN or alias of the key.
    /// - Throws: the key service's error when the key does not exist or is disabled.
    init(
        _ variables: [String: String], functionARN: String, key: String, keys: KeyService
    ) throws(AWSServiceError) {
        self.functionARN = functionARN
        let plaintext = JSONValue.object(variables.mapValues(JSONValue.string)).serialized()
        blob = try keys.seal(plaintext, keyID: key, context: Self.context(functionARN))
    }

    /// What was sealed before, as `sealedText` gives it; nil for a text that is none.
    init?(sealedText: String, functionARN: String) {
        guard let data = Data(base64Encoded: sealedText) else { return nil }
        blob = Array(data)
        self.functionARN = functionARN
    }

    /// The sealed variables in base64.
    var sealedText: String { Data(blob).base64EncodedString() }

    /// Opens them; fails while the key is disabled.
    func decrypted(by keys: KeyService) throws(AWSServiceError) -> [String: String] {
        let (plaintext, _) = try keys.open(blob, context: Self.context(functionARN))
        let members = (try? JSONValue(parsing: plaintext))?.objectValue ?? [:]
        return members.compactMapValues(\.stringValue)
    }

    /// Asks whether they could be opened now, without opening them.
    func requireKey(in keys: KeyService) throws(AWSServiceError) { try keys.requireUsable(keyOf: blob) }

    // Lambda binds the variables to their function in the same way.
    private static func context(_ functionARN: String) -> JSONValue { ["aws:lambda:FunctionArn": .string(functionARN)] }
}
