import EmulatedServices
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// KMS keys and their aliases.
struct KeyResources: ResourceProvider {
    var keys: KeyService

    let types = [
        "AWS::KMS::Key": ResourceType(
            properties: [
                "BypassPolicyLockoutSafetyCheck", "Description", "EnableKeyRotation", "Enabled", "KeyPolicy", "KeySpec",
                "KeyUsage", "MultiRegion", "Origin", "PendingWindowInDays", "RotationPeriodInDays", "Tags",
            ], replacing: ["KeySpec", "KeyUsage", "MultiRegion", "Origin"],
            problems: { properties in
                var problems: [String] = []
                for (name, emulated) in [
                    ("KeySpec", "SYMMETRIC_DEFAULT"), ("KeyUsage", "ENCRYPT_DECRYPT"), ("Origin", "AWS_KMS"),
                ] {
                    if let value = properties[name]?.stringValue, value != emulated {
                        problems.append("the \(name) \(value) is not emulated; the key is a symmetric one")
                    }
                }
                if properties.flag("MultiRegion") == true { problems.append("the key is in one region only") }
                return problems
            }),
        "AWS::KMS::Alias": ResourceType(properties: ["AliasName", "TargetKeyId"], replacing: ["AliasName"]),
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        if resource.type == "AWS::KMS::Alias" { return try createAlias(properties, names) }
        if let policy = properties["KeyPolicy"] { _ = try KeyService.policy(policy.text) }
        // The tags that CloudFormation gives what it makes: by them a restart finds the key again.
        let marks = ["aws:cloudformation:stack-id": names.stackID, "aws:cloudformation:logical-id": names.logicalID]
        if names.adoptsExisting, let key = keys.find(tagged: marks) {
            // A key that was disabled since stays so.
            if names.kept(as: resource) == nil { try await configure(key.id, properties, names) }
            return Self.identity(key)
        }
        let key = keys.create(
            description: properties["Description"]?.stringValue ?? "", enabled: properties.flag("Enabled") ?? true,
            rotates: properties.flag("EnableKeyRotation") ?? false, policy: properties["KeyPolicy"],
            tags: names.tags(properties["Tags"]).merging(marks) { _, mark in mark })
        return Self.identity(key)
    }

    private func createAlias(
        _ properties: JSONValue, _ names: ResourceNames
    ) throws(AWSServiceError) -> ResourceIdentity {
        let name = properties["AliasName"]?.stringValue ?? "alias/\(names.generated)"
        if !names.adoptsExisting, keys.hasAlias(name) {
            throw AWSServiceError(
                "AlreadyExistsException",
                "An alias with the name \(names.account.arn("kms", name)) already exists")
        }
        keys.createAlias(name, keyID: properties["TargetKeyId"]?.stringValue ?? "")
        return ResourceIdentity(ref: name)
    }

    private static func identity(_ key: (id: String, arn: String)) -> ResourceIdentity {
        ResourceIdentity(ref: key.id, attributes: ["KeyId": key.id, "Arn": key.arn])
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        if resource.type == "AWS::KMS::Alias" {
            keys.createAlias(old.ref, keyID: resource.properties["TargetKeyId"]?.stringValue ?? "")
        } else {
            try await configure(old.ref, resource.properties, names)
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    /// A deleted key can be brought back for a while, as on AWS.
    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        if resource.type == "AWS::KMS::Alias" { return keys.deleteAlias(resource.ref) }
        do throws(AWSServiceError) {
            _ = try await keys.call(
                "ScheduleKeyDeletion",
                [
                    "KeyId": .string(resource.ref),
                    "PendingWindowInDays": .integer(resource.properties.integer("PendingWindowInDays") ?? 30),
                ])
        } catch {
            // Gone, or about to go.
            if error.code != "NotFoundException", error.code != "KMSInvalidStateException" { throw error }
        }
    }

    private func configure(
        _ id: String, _ properties: JSONValue, _ names: ResourceNames
    ) async throws(AWSServiceError) {
        let key: (String, JSONValue) = ("KeyId", .string(id))
        func call(_ operation: String, _ more: [String: JSONValue] = [:]) async throws(AWSServiceError) {
            var input = more
            input[key.0] = key.1
            _ = try await keys.call(operation, .object(input))
        }
        // Rotation can be changed while a key is enabled, so that comes first.
        try await call("EnableKey")
        if properties.flag("EnableKeyRotation") == true {
            try await call(
                "EnableKeyRotation",
                ["RotationPeriodInDays": .integer(properties.integer("RotationPeriodInDays") ?? 365)])
        } else {
            try await call("DisableKeyRotation")
        }
        try await call("UpdateKeyDescription", ["Description": properties["Description"] ?? ""])
        if let policy = properties["KeyPolicy"] {
            try await call("PutKeyPolicy", ["PolicyName": "default", "Policy": .string(policy.documentText)])
        }
        var tags = names.tags(properties["Tags"])
        tags["aws:cloudformation:stack-id"] = names.stackID
        tags["aws:cloudformation:logical-id"] = names.logicalID
        try await keys.replaceTags(tags, ofKey: id)
        if properties.flag("Enabled") == false { try await call("DisableKey") }
    }
}
