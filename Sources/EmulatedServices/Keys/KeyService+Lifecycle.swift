import DurableDocuments
import EmulatorCore
import ExactJSON
import Timekeeping

extension KeyService {
    func createKey(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let spec = input.text("KeySpec") ?? input.text("CustomerMasterKeySpec") ?? "SYMMETRIC_DEFAULT"
        guard spec == "SYMMETRIC_DEFAULT" else {
            throw AWSServiceError("UnsupportedOperationException", "Keys of the spec \(spec) are not emulated.")
        }
        let usage = input.text("KeyUsage") ?? "ENCRYPT_DECRYPT"
        guard usage == "ENCRYPT_DECRYPT" else {
            throw .validation("KeyUsage \(usage) is not compatible with KeySpec SYMMETRIC_DEFAULT")
        }
        if let origin = input.text("Origin"), origin != "AWS_KMS" {
            throw AWSServiceError("UnsupportedOperationException", "Keys of the origin \(origin) are not emulated.")
        }
        if input.truth("MultiRegion") == true {
            throw AWSServiceError("UnsupportedOperationException", "Multi-Region keys are not emulated.")
        }
        let policy = try input.text("Policy").map { text throws(AWSServiceError) in try Self.policy(text) }
        let tags = ResourceTags(input.list("Tags"), key: "TagKey", value: "TagValue")
        let made = create(description: input.text("Description") ?? "", policy: policy, tags: tags.values)
        let key = try key(made.id)
        // `create` has put the key in line; what is put behind it is kept after it.
        try await documents.record([.init(Self.keyCollection, key.id, key.json)]).wait()
        return ["KeyMetadata": key.metadata(account)]
    }

    func listKeys(_ input: JSONValue) -> JSONValue {
        let keys = state.withLock { $0.keys.values.sorted { $0.id < $1.id } }
        let page = ListPage(keys, token: input.text("Marker"), size: input.whole("Limit") ?? 100)
        return .compact([
            "Keys": .array(page.elements.map { ["KeyId": .string($0.id), "KeyArn": .string($0.arn)] }),
            "Truncated": .bool(page.nextToken != nil), "NextMarker": .text(page.nextToken),
        ])
    }

    func scheduleDeletion(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let days = input.whole("PendingWindowInDays") ?? 30
        guard (7...30).contains(days) else {
            throw .validation(
                "1 validation error detected: Value '\(days)' at 'pendingWindowInDays' failed to satisfy constraint: "
                    + "Member must have value \(days < 7 ? "greater than or equal to 7" : "less than or equal to 30")")
        }
        let moment = clock.now + .seconds(days * 86_400)
        try await changeKey(input) { key throws(AWSServiceError) in key.status = .pendingDeletion(at: moment) }
        return [
            "KeyId": .string(try key(input).arn), "DeletionDate": .double(moment.secondsSinceEpoch),
            "KeyState": "PendingDeletion", "PendingWindowInDays": .integer(days),
        ]
    }

    func cancelDeletion(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        try await changeKey(input, evenPending: true) { key throws(AWSServiceError) in
            guard case .pendingDeletion = key.status else {
                throw AWSServiceError("KMSInvalidStateException", "\(key.arn) is not pending deletion.")
            }
            // It comes back disabled, as on AWS.
            key.status = .disabled
        }
        return ["KeyId": .string(try key(input).arn)]
    }

    func rotationStatus(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let key = try key(input)
        var answer: [String: JSONValue] = [
            "KeyId": .string(key.arn), "KeyRotationEnabled": .bool(key.rotationPeriod != nil),
        ]
        if let days = key.rotationPeriod { answer["RotationPeriodInDays"] = .integer(days) }
        return .object(answer)
    }

    func enableRotation(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let days = input.whole("RotationPeriodInDays") ?? 365
        guard (90...2560).contains(days) else {
            throw .validation(
                "1 validation error detected: Value '\(days)' at 'rotationPeriodInDays' failed to satisfy constraint: "
                    + "Member must have value \(days < 90 ? "greater than or equal to 90" : "less than or equal to 2560")"
            )
        }
        return try await changeKey(input) { key throws(AWSServiceError) in
            try key.checkUsable()
            key.rotationPeriod = days
        }
    }

    // MARK: Aliases

    func changeAlias(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let name = try input.required("AliasName")
        try Self.checkAlias(name)
        let now = clock.now
        let target = operation == "DeleteAlias" ? nil : try key(try input.required("TargetKeyId"))
        if operation == "CreateAlias" { try target?.checkChangeable() }
        let arn = account.arn("kms", name)
        let result: Result<DocumentStore.Commit, AWSServiceError> = state.withLock { state in
            let existing = state.aliases[name]
            if operation == "CreateAlias", existing != nil {
                return .failure(
                    AWSServiceError("AlreadyExistsException", "An alias with the name \(arn) already exists"))
            }
            if operation != "CreateAlias", existing == nil {
                return .failure(AWSServiceError("NotFoundException", "Alias \(arn) is not found."))
            }
            let alias = target.map { Alias(keyID: $0.id, created: existing?.created ?? now, updated: now) }
            state.aliases[name] = alias
            return .success(documents.record([.init(Self.aliasCollection, name, alias.map(Self.json))]))
        }
        try await result.get().wait()
        return [:]
    }

    static func checkAlias(_ name: String) throws(AWSServiceError) {
        guard name.hasPrefix("alias/"), name.utf8.count > "alias/".utf8.count else {
            throw .validation("Invalid identifier")
        }
        guard !name.hasPrefix("alias/aws/") else {
            throw AWSServiceError("NotAuthorizedException", "")
        }
        let symbols = Set("/_-".utf8)
        guard
            name.utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || symbols.contains(byte)
            }), name.utf8.count <= 256
        else {
            throw .validation(
                "1 validation error detected: Value '\(name)' at 'aliasName' failed to satisfy constraint: Member must "
                    + "satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$")
        }
    }

    func listAliases(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let wanted = try input.text("KeyId").map { name throws(AWSServiceError) in try key(name).id }
        let aliases = state.withLock { $0.aliases }.filter { wanted == nil || $0.value.keyID == wanted }
            .sorted { $0.key < $1.key }
        let page = ListPage(aliases, token: input.text("Marker"), size: input.whole("Limit") ?? 50)
        return .compact([
            "Aliases": .array(
                page.elements.map { name, alias in
                    [
                        "AliasName": .string(name), "TargetKeyId": .string(alias.keyID),
                        "AliasArn": .string(account.arn("kms", name)),
                        "CreationDate": .double(alias.created.secondsSinceEpoch),
                        "LastUpdatedDate": .double(alias.updated.secondsSinceEpoch),
                    ]
                }), "Truncated": .bool(page.nextToken != nil),
            "NextMarker": .text(page.nextToken),
        ])
    }

    /// Forgets an alias; one that is gone already is no error.
    package func deleteAlias(_ name: String) {
        state.withLock { state in
            guard state.aliases.removeValue(forKey: name) != nil else { return }
            documents.record([.init(Self.aliasCollection, name, nil)])
        }
    }
}
