import Crypto
package import EmulatorCore
package import ExactJSON
import Timekeeping
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// KMS keys with real cryptography: AES-256-GCM under key material that never leaves this type.
package final class KeyService: EmulatedService {
    private struct Key {
        var id: String
        var arn: String
        var description: String
        var enabled: Bool
        var rotates: Bool
        var created: Timestamp
        var material: SymmetricKey
    }

    private struct State {
        var keys: [String: Key] = [:]
        /// `alias/name` to key id.
        var aliases: [String: String] = [:]
    }

    private let account: EmulatedAccount
    private let clock: VirtualClock
    private let state = Mutex(State())

    package init(account: EmulatedAccount, clock: VirtualClock) {
        self.account = account
        self.clock = clock
    }

    /// Makes a key; returns its id and ARN.
    package func create(description: String, enabled: Bool = true, rotates: Bool = false) -> (id: String, arn: String) {
        let id = UUID().uuidString.lowercased()
        let key = Key(
            id: id, arn: account.arn("kms", "key/\(id)"), description: description, enabled: enabled, rotates: rotates,
            created: clock.now, material: SymmetricKey(size: .bits256))
        state.withLock { $0.keys[id] = key }
        return (id, key.arn)
    }

    /// - Parameter name: with its prefix `alias/`.
    package func createAlias(_ name: String, keyID: String) {
        let id = keyID.split(separator: "/").last.map(String.init) ?? keyID
        state.withLock { $0.aliases[name] = id }
    }

    /// Encrypts under a key, given by id, ARN or alias.
    ///
    /// - Throws: `DisabledException` or `NotFoundException`.
    package func seal(
        _ plaintext: [UInt8], keyID: String, context: JSONValue = [:]
    ) throws(AWSServiceError) -> [UInt8] {
        let key = try usableKey(keyID)
        do {
            let box = try AES.GCM.seal(plaintext, using: key.material, authenticating: context.serialized())
            // The blob names its key, so that Decrypt need not be told.
            return Array(key.id.utf8) + Array(box.combined ?? Data())
        } catch {
            throw AWSServiceError("KMSInternalException", "encryption failed", status: 500)
        }
    }

    /// Decrypts what `seal` made; the key's ARN comes with it.
    package func open(
        _ blob: [UInt8], context: JSONValue = [:]
    ) throws(AWSServiceError) -> (plaintext: [UInt8], keyARN: String) {
        let invalid = AWSServiceError("InvalidCiphertextException", "")
        guard blob.count > 36, let id = String(validating: blob[..<36], as: UTF8.self) else { throw invalid }
        guard state.withLock({ $0.keys[id] != nil }) else { throw invalid }
        let key = try usableKey(id)
        do {
            let box = try AES.GCM.SealedBox(combined: blob[36...])
            return (Array(try AES.GCM.open(box, using: key.material, authenticating: context.serialized())), key.arn)
        } catch {
            throw invalid
        }
    }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "CreateKey":
            let (id, _) = create(description: input["Description"]?.stringValue ?? "")
            return ["KeyMetadata": metadata(try key(id))]
        case "ListKeys":
            let keys = state.withLock { $0.keys.values.sorted { $0.id < $1.id } }
            return [
                "Keys": .array(keys.map { ["KeyId": .string($0.id), "KeyArn": .string($0.arn)] }), "Truncated": false,
            ]
        case "ListAliases":
            let aliases = state.withLock { $0.aliases }.sorted { $0.key < $1.key }
            return [
                "Aliases": .array(
                    aliases.map { alias in
                        [
                            "AliasName": .string(alias.key), "TargetKeyId": .string(alias.value),
                            "AliasArn": .string(account.arn("kms", alias.key)),
                        ]
                    }), "Truncated": false,
            ]
        case "DescribeKey": return ["KeyMetadata": metadata(try key(keyID(input)))]
        case "GetKeyRotationStatus": return ["KeyRotationEnabled": .bool(try key(keyID(input)).rotates)]
        case "EnableKey", "DisableKey":
            let id = try key(keyID(input)).id
            state.withLock { $0.keys[id]?.enabled = operation == "EnableKey" }
            return [:]
        case "Encrypt":
            let plaintext = try bytes(input["Plaintext"], "Plaintext")
            guard plaintext.count <= 4096 else {
                throw .validation(
                    "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: "
                        + "Member must have length less than or equal to 4096")
            }
            let key = try key(keyID(input))
            let blob = try seal(plaintext, keyID: key.id, context: input["EncryptionContext"] ?? [:])
            return [
                "CiphertextBlob": .string(Data(blob).base64EncodedString()), "KeyId": .string(key.arn),
                "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            ]
        case "Decrypt":
            let blob = try bytes(input["CiphertextBlob"], "CiphertextBlob")
            let (plaintext, arn) = try open(blob, context: input["EncryptionContext"] ?? [:])
            return [
                "Plaintext": .string(Data(plaintext).base64EncodedString()), "KeyId": .string(arn),
                "EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
            ]
        case "GenerateDataKey":
            let size = input["NumberOfBytes"]?.intValue ?? (input["KeySpec"] == "AES_128" ? 16 : 32)
            guard (1...1024).contains(size) else { throw .validation("NumberOfBytes must be 1 to 1024") }
            let plaintext = (0..<size).map { _ in UInt8.random(in: 0...255) }
            let key = try key(keyID(input))
            let blob = try seal(plaintext, keyID: key.id, context: input["EncryptionContext"] ?? [:])
            return [
                "Plaintext": .string(Data(plaintext).base64EncodedString()),
                "CiphertextBlob": .string(Data(blob).base64EncodedString()), "KeyId": .string(key.arn),
            ]
        default: throw .unknownOperation(operation)
        }
    }

    private func keyID(_ input: JSONValue) -> String { input["KeyId"]?.stringValue ?? "" }

    private func bytes(_ value: JSONValue?, _ name: String) throws(AWSServiceError) -> [UInt8] {
        guard let text = value?.stringValue, let data = Data(base64Encoded: text), !data.isEmpty else {
            throw .validation("\(name) must be base64 and not empty")
        }
        return Array(data)
    }

    /// The key of an id, an ARN, an alias or an alias's ARN.
    private func key(_ name: String) throws(AWSServiceError) -> Key {
        let found = state.withLock { state -> Key? in
            var id = name
            if let alias = name.range(ofAlias: "alias/") {
                id = state.aliases[alias] ?? ""
            } else if let last = name.split(separator: "/").last {
                id = String(last)
            }
            return state.keys[id]
        }
        guard let found else {
            let arn = name.hasPrefix("arn:") ? name : account.arn("kms", "key/\(name)")
            throw AWSServiceError("NotFoundException", "Key '\(arn)' does not exist")
        }
        return found
    }

    private func usableKey(_ name: String) throws(AWSServiceError) -> Key {
        let key = try key(name)
        guard key.enabled else { throw AWSServiceError("DisabledException", "\(key.arn) is disabled.") }
        return key
    }

    private func metadata(_ key: Key) -> JSONValue {
        [
            "AWSAccountId": .string(account.id), "KeyId": .string(key.id), "Arn": .string(key.arn),
            "CreationDate": .double(Double(key.created.wholeSecondsSinceEpoch)), "Enabled": .bool(key.enabled),
            "Description": .string(key.description), "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": .string(key.enabled ? "Enabled" : "Disabled"), "Origin": "AWS_KMS", "KeyManager": "CUSTOMER",
            "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "KeySpec": "SYMMETRIC_DEFAULT",
            "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": false,
        ]
    }
}

extension String {
    /// `alias/name` of an alias or an alias's ARN.
    fileprivate func range(ofAlias prefix: String) -> String? {
        let local = hasPrefix("arn:") ? String(split(separator: ":", maxSplits: 5).last ?? "") : self
        return local.hasPrefix(prefix) ? local : nil
    }
}
