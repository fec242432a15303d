import EmulatedServices
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// IAM roles and policies: kept and given back, but nobody is refused anything for want of them.
struct AccessResources: ResourceProvider {
    var access: AccessService

    let types = [
        "AWS::IAM::Role": ResourceType(
            properties: [
                "AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path",
                "PermissionsBoundary", "Policies", "RoleName", "Tags",
            ], replacing: ["RoleName", "Path"]),
        "AWS::IAM::Policy": ResourceType(
            properties: ["Groups", "PolicyDocument", "PolicyName", "Roles", "Users"], replacing: []),
        "AWS::IAM::RolePolicy": ResourceType(
            properties: ["PolicyDocument", "PolicyName", "RoleName"], replacing: ["PolicyName", "RoleName"]),
        "AWS::IAM::ManagedPolicy": ResourceType(
            properties: ["Description", "Groups", "ManagedPolicyName", "Path", "PolicyDocument", "Roles", "Users"],
            replacing: ["Description", "ManagedPolicyName", "Path"]),
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::IAM::Role": return try await createRole(properties, names)
        case "AWS::IAM::ManagedPolicy": return try await createManagedPolicy(properties, names)
        default:
            try await putInline(properties)
            return ResourceIdentity(ref: names.generated, attributes: ["Id": names.generated])
        }
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::IAM::Role": try await configure(role: old.ref, properties, from: old.properties, names)
        case "AWS::IAM::ManagedPolicy":
            let document = properties["PolicyDocument"]?.documentText ?? "{}"
            try await detach(old.properties, policy: old.ref)
            try await access.replace(policy: old.ref, document: document)
            try await attach(properties, policy: old.ref)
        default:
            try await deleteInline(old.properties)
            try await putInline(properties)
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        switch resource.type {
        case "AWS::IAM::Role": try await access.remove(role: resource.ref)
        case "AWS::IAM::ManagedPolicy":
            try await detach(resource.properties, policy: resource.ref)
            try await access.remove(policy: resource.ref)
        default: try await deleteInline(resource.properties)
        }
    }

    // MARK: Roles

    private func createRole(
        _ properties: JSONValue, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let name = properties["RoleName"]?.stringValue ?? names.generated(atMost: 64)
        if names.adoptsExisting { try await access.remove(role: name) }
        let tags = names.tags(properties["Tags"])
        let created = try await access.call(
            "CreateRole",
            [
                "RoleName": .string(name), "Path": properties["Path"] ?? "/",
                "AssumeRolePolicyDocument": .string(properties["AssumeRolePolicyDocument"]?.documentText ?? ""),
                "Description": properties["Description"] ?? .null,
                "MaxSessionDuration": .integer(properties.integer("MaxSessionDuration") ?? 3600),
                "Tags": .array(tags.map { ["Key": .string($0.key), "Value": .string($0.value)] }),
            ])["Role"]
        try await configure(role: name, properties, from: [:], names)
        return ResourceIdentity(
            ref: name,
            attributes: ["Arn": created?["Arn"]?.stringValue ?? "", "RoleId": created?["RoleId"]?.stringValue ?? ""])
    }

    private func configure(
        role name: String, _ properties: JSONValue, from old: JSONValue, _ names: ResourceNames
    ) async throws(AWSServiceError) {
        let role: JSONValue = .string(name)
        if old != [:] {
            _ = try await access.call(
                "UpdateAssumeRolePolicy",
                [
                    "RoleName": role,
                    "PolicyDocument": .string(properties["AssumeRolePolicyDocument"]?.documentText ?? ""),
                ])
            _ = try await access.call(
                "UpdateRole",
                [
                    "RoleName": role, "Description": properties["Description"] ?? "",
                    "MaxSessionDuration": .integer(properties.integer("MaxSessionDuration") ?? 3600),
                ])
        }
        let inline = properties["Policies"]?.arrayValue ?? []
        let kept = Set(inline.compactMap { $0["PolicyName"]?.stringValue })
        for policy in old["Policies"]?.arrayValue ?? [] {
            guard let name = policy["PolicyName"]?.stringValue, !kept.contains(name) else { continue }
            try await quietly("DeleteRolePolicy", ["RoleName": role, "PolicyName": .string(name)])
        }
        for policy in inline {
            _ = try await access.call(
                "PutRolePolicy",
                [
                    "RoleName": role, "PolicyName": policy["PolicyName"] ?? "",
                    "PolicyDocument": .string(policy["PolicyDocument"]?.documentText ?? ""),
                ])
        }
        let attached = (properties["ManagedPolicyArns"]?.arrayValue ?? []).compactMap(\.stringValue)
        for arn in (old["ManagedPolicyArns"]?.arrayValue ?? []).compactMap(\.stringValue) where !attached.contains(arn)
        {
            try await quietly("DetachRolePolicy", ["RoleName": role, "PolicyArn": .string(arn)])
        }
        for arn in attached {
            _ = try await access.call("AttachRolePolicy", ["RoleName": role, "PolicyArn": .string(arn)])
        }
    }

    // MARK: Policies

    private func createManagedPolicy(
        _ properties: JSONValue, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let name = properties["ManagedPolicyName"]?.stringValue ?? names.generated(atMost: 128)
        let path = properties["Path"]?.stringValue ?? "/"
        let arn = "arn:aws:iam::\(names.account.id):policy\(path)\(name)"
        if names.adoptsExisting { try await access.remove(policy: arn) }
        _ = try await access.call(
            "CreatePolicy",
            [
                "PolicyName": .string(name), "Path": .string(path), "Description": properties["Description"] ?? .null,
                "PolicyDocument": .string(properties["PolicyDocument"]?.documentText ?? ""),
            ])
        try await attach(properties, policy: arn)
        return ResourceIdentity(ref: arn, attributes: ["PolicyArn": arn])
    }

    private static func roles(_ properties: JSONValue) -> [JSONValue] {
        properties["Roles"]?.arrayValue ?? properties["RoleName"].map { [$0] } ?? []
    }

    private func attach(_ properties: JSONValue, policy arn: String) async throws(AWSServiceError) {
        for role in Self.roles(properties) {
            _ = try await access.call("AttachRolePolicy", ["RoleName": role, "PolicyArn": .string(arn)])
        }
    }

    private func detach(_ properties: JSONValue, policy arn: String) async throws(AWSServiceError) {
        for role in Self.roles(properties) {
            try await quietly("DetachRolePolicy", ["RoleName": role, "PolicyArn": .string(arn)])
        }
    }

    private func putInline(_ properties: JSONValue) async throws(AWSServiceError) {
        for role in Self.roles(properties) {
            _ = try await access.call(
                "PutRolePolicy",
                [
                    "RoleName": role, "PolicyName": properties["PolicyName"] ?? "",
                    "PolicyDocument": .string(properties["PolicyDocument"]?.documentText ?? ""),
                ])
        }
    }

    private func deleteInline(_ properties: JSONValue) async throws(AWSServiceError) {
        for role in Self.roles(properties) {
            try await quietly(
                "DeleteRolePolicy", ["RoleName": role, "PolicyName": properties["PolicyName"] ?? ""])
        }
    }

    /// Carries out a call; what is gone already is no error.
    private func quietly(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) {
        do throws(AWSServiceError) {
            _ = try await access.call(operation, input)
        } catch {
            if error.code != "NoSuchEntity" { throw error }
        }
    }
}
