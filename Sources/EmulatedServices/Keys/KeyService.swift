import Crypto
package import DurableDocuments
package import EmulatorCore
package import ExactJSON
import Foundation
import Synchronization
import Timekeeping

/// KMS keys with real cryptography: AES-256-GCM under key material that never leaves this type.
///
/// Symmetric keys are emulated. Key policies and grants are kept and given back; nobody is refused for want of one.
package final class KeyService: EmulatedService {
    static let keyCollection = "kms.key"
    static let aliasCollection = "kms.alias"

    struct Alias: Sendable {
        var keyID: String
        var created: Timestamp
        var updated: Timestamp
    }

    struct State {
        var keys: [String: KeyRecord] = [:]
        /// By `alias/name`.
        var aliases: [String: Alias] = [:]
    }

    let account: EmulatedAccount
    let clock: VirtualClock
    let documents: DocumentStore
    let state = Mutex(State())

    package init(
        account: EmulatedAccount, clock: VirtualClock, documents: DocumentStore
    ) throws(DocumentStoreError) {
        self.account = account
        self.clock = clock
        self.documents = documents
        let keys = try documents.documents(in: Self.keyCollection)
        let aliases = try documents.documents(in: Self.aliasCollection)
        state.withLock { state in
            for (id, json) in keys { state.keys[id] = KeyRecord(id: id, json) }
            for (name, json) in aliases { state.aliases[name] = Self.alias(json) }
        }
    }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "CreateKey": return try await createKey(input)
        case "DescribeKey": return ["KeyMetadata": try key(input).metadata(account)]
        case "ListKeys": return listKeys(input)
        case "UpdateKeyDescription":
            let description = try input.required("Description")
            return try await changeKey(input) { key throws(AWSServiceError) in key.description = description }
        case "EnableKey": return try await changeKey(input) { key throws(AWSServiceError) in key.status = .enabled }
        case "DisableKey": return try await changeKey(input) { key throws(AWSServiceError) in key.status = .disabled }
        case "ScheduleKeyDeletion": return try await scheduleDeletion(input)
        case "CancelKeyDeletion": return try await cancelDeletion(input)
        case "GetKeyRotationStatus": return try rotationStatus(input)
        case "EnableKeyRotation": return try await enableRotation(input)
        case "DisableKeyRotation":
            return try await changeKey(input) { key throws(AWSServiceError) in key.rotationPeriod = nil }
        case "CreateAlias", "UpdateAlias", "DeleteAlias": return try await changeAlias(operation, input)
        case "ListAliases": return try listAliases(input)
        case "GetKeyPolicy": return try keyPolicy(input)
        case "PutKeyPolicy": return try await putKeyPolicy(input)
        case "ListKeyPolicies":
            _ = try key(input)
            return ["PolicyNames": ["default"], "Truncated": false]
        case "TagResource", "UntagResource": return try await changeTags(input)
        case "ListResourceTags":
            return ["Tags": try key(input).tags.json(key: "TagKey", value: "TagValue"), "Truncated": false]
        case "CreateGrant": return try await createGrant(input)
        case "ListGrants": return try listGrants(input)
        case "RevokeGrant", "RetireGrant": return try await revokeGrant(input)
        case "Encrypt": return try encrypt(input)
        case "Decrypt": return try decrypt(input)
        case "ReEncrypt": return try reEncrypt(input)
        case "GenerateDataKey", "GenerateDataKeyWithoutPlaintext": return try generateDataKey(operation, input)
        case "GenerateRandom": return try generateRandom(input)
        case "Sign", "Verify", "GetPublicKey", "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
            "GenerateMac", "VerifyMac", "DeriveSharedSecret":
            throw AWSServiceError(
                "UnsupportedOperationException",
                "\(operation) needs an asymmetric or HMAC key; the emulator has symmetric keys.")
        default: throw .unknownOperation(operation)
        }
    }

    // MARK: For other services

    /// Makes a key; returns its id and ARN.
    ///
    /// - Parameter id: of the key; one that exists already, from an earlier process, is taken as it is.
    @discardableResult
    package func create(
        description: String, enabled: Bool = true, rotates: Bool = false, id: String? = nil, policy: JSONValue? = nil,
        tags: [String: String] = [:]
    ) -> (id: String, arn: String) {
        let id = id ?? UUID().uuidString.lowercased()
        var key = KeyRecord(
            id: id, arn: account.arn("kms", "key/\(id)"), description: description,
            status: enabled ? .enabled : .disabled, rotationPeriod: rotates ? 365 : nil, created: clock.now,
            policy: policy?.text ?? KeyRecord.defaultPolicy(account), material: SymmetricKey(size: .bits256))
        key.tags = ResourceTags(map: tags)
        let made = key
        let kept = state.withLock { state in
            if let existing = state.keys[id] { return existing }
            state.keys[id] = made
            documents.record([.init(Self.keyCollection, id, made.json)])
            return made
        }
        return (kept.id, kept.arn)
    }

    /// The key with all these tags that is not about to be deleted; nil when there is none.
    package func find(tagged tags: [String: String]) -> (id: String, arn: String)? {
        let found = state.withLock { state in
            state.keys.values.first { key in
                if case .pendingDeletion = key.status { return false }
                return tags.allSatisfy { key.tags.values[$0.key] == $0.value }
            }
        }
        return found.map { ($0.id, $0.arn) }
    }

    /// Sets the tags of a key; those that it had are gone.
    package func replaceTags(_ tags: [String: String], ofKey id: String) async throws(AWSServiceError) {
        try await changeKey(["KeyId": .string(id)]) { key throws(AWSServiceError) in key.tags = ResourceTags(map: tags)
        }
    }

    /// Points an alias to a key, whether the alias exists or not.
    ///
    /// - Parameter name: with its prefix `alias/`.
    package func createAlias(_ name: String, keyID: String) {
        let id = keyID.split(separator: "/").last.map(String.init) ?? keyID
        let now = clock.now
        state.withLock { state in
            let alias = Alias(keyID: id, created: state.aliases[name]?.created ?? now, updated: now)
            state.aliases[name] = alias
            documents.record([.init(Self.aliasCollection, name, Self.json(alias))])
        }
    }

    /// Whether there is an alias of that name, its prefix `alias/` included.
    package func hasAlias(_ name: String) -> Bool { state.withLock { $0.aliases[name] != nil } }

    /// Makes the key that AWS owns for a service, unless it is there.
    ///
    /// - Parameter alias: `alias/aws/lambda`.
    package func provide(alias: String, description: String) {
        let isThere = state.withLock { state in
            state.aliases[alias].map { state.keys[$0.keyID] != nil } ?? false
        }
        guard !isThere else { return }
        let id = create(description: description, rotates: true).id
        state.withLock { state in
            state.keys[id]?.isManagedByAWS = true
            if let key = state.keys[id] { documents.record([.init(Self.keyCollection, id, key.json)]) }
        }
        createAlias(alias, keyID: id)
    }

    // MARK: Pieces

    static func json(_ alias: Alias) -> JSONValue {
        [
            "key": .string(alias.keyID), "created": .integer(alias.created.nanosecondsSinceEpoch),
            "updated": .integer(alias.updated.nanosecondsSinceEpoch),
        ]
    }

    private static func alias(_ json: JSONValue) -> Alias {
        Alias(
            keyID: json.text("key") ?? "",
            created: Timestamp(nanosecondsSinceEpoch: Int64(json.whole("created") ?? 0)),
            updated: Timestamp(nanosecondsSinceEpoch: Int64(json.whole("updated") ?? 0)))
    }

    func key(_ input: JSONValue) throws(AWSServiceError) -> KeyRecord { try key(try input.required("KeyId")) }

    /// The key of an id, an ARN, an alias or an alias's ARN.
    func key(_ name: String) throws(AWSServiceError) -> KeyRecord {
        let now = clock.now
        let local = KeyName(name, account: account)
        let found = state.withLock { state -> KeyRecord? in
            let id: String
            switch local {
            case .alias(let alias): id = state.aliases[alias]?.keyID ?? ""
            case .key(let key): id = key
            }
            guard let key = state.keys[id] else { return nil }
            if case .pendingDeletion(let moment) = key.status, moment <= now {
                state.keys[id] = nil
                documents.record([.init(Self.keyCollection, id, nil)])
                return nil
            }
            return key
        }
        if let found { return found }
        switch local {
        case .alias(let alias):
            throw AWSServiceError("NotFoundException", "Alias \(account.arn("kms", alias)) is not found.")
        case .key(let id):
            guard UUID(uuidString: id) != nil else {
                throw AWSServiceError("NotFoundException", "Invalid keyId '\(id)'")
            }
            throw AWSServiceError(
                "NotFoundException",
                "Key '\(name.hasPrefix("arn:") ? name : account.arn("kms", "key/\(id)"))' does not exist")
        }
    }

    /// Changes a key that is not about to be deleted.
    @discardableResult
    func changeKey(
        _ input: JSONValue, evenPending: Bool = false,
        _ body: (inout KeyRecord) throws(AWSServiceError) -> Void
    ) async throws(AWSServiceError) -> JSONValue {
        let id = try key(input).id
        let result: Result<DocumentStore.Commit, AWSServiceError> = state.withLock { state in
            guard var key = state.keys[id] else {
                return .failure(
                    AWSServiceError("NotFoundException", "Key '\(account.arn("kms", "key/\(id)"))' does not exist"))
            }
            do throws(AWSServiceError) {
                if !evenPending { try key.checkChangeable() }
                try body(&key)
                state.keys[id] = key
                return .success(documents.record([.init(Self.keyCollection, id, key.json)]))
            } catch { return .failure(error) }
        }
        try await result.get().wait()
        return [:]
    }
}

/// What a caller names a key by.
enum KeyName: Sendable, Equatable {
    /// A key's id.
    case key(String)
    /// `alias/name`.
    case alias(String)

    init(_ text: String, account: EmulatedAccount) {
        let local = text.hasPrefix("arn:") ? String(text.split(separator: ":", maxSplits: 5).last ?? "") : text
        if local.hasPrefix("alias/") {
            self = .alias(local)
        } else {
            self = .key(local.hasPrefix("key/") ? String(local.dropFirst("key/".count)) : local)
        }
    }
}
