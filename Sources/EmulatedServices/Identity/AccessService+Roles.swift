import DurableDocuments
package import EmulatorCore
import ExactJSON
import Timekeeping

extension AccessService {
    package func arn(ofRole name: String, path: String = "/") -> String {
        "arn:aws:iam::\(account.id):role\(path)\(name)"
    }

    func role(_ input: JSONValue) throws(AWSServiceError) -> AccessRole {
        let name = try required(input, "RoleName")
        guard let role = state.withLock({ $0.roles[name] }) else { throw Self.noRole(name) }
        return role
    }

    private static func noRole(_ name: String) -> AWSServiceError {
        missing("The role with name \(name) cannot be found.")
    }

    func createRole(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let name = try required(input, "RoleName")
        let trust = try Self.document(try required(input, "AssumeRolePolicyDocument"))
        let symbols = Set("+=,.@-_".utf8)
        let isName = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || symbols.contains(byte)
        }
        guard isName, name.utf8.count <= 64 else {
            throw AWSServiceError(
                "ValidationError",
                isName
                    ? "1 validation error detected: Value '\(name)' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"
                    : "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
            )
        }
        var role = AccessRole(
            name: name, path: input.text("Path") ?? "/", id: "AROA\(RandomNames.text(17))", trust: trust,
            description: input.text("Description"), created: clock.now)
        role.longestSession = input.whole("MaxSessionDuration") ?? 3600
        role.tags = ResourceTags(input.list("Tags"))
        let made = role
        let commit = state.withLock { state -> DocumentStore.Commit? in
            guard state.roles[name] == nil else { return nil }
            state.roles[name] = made
            return documents.record([.init(Self.roleCollection, name, made.json)])
        }
        guard let commit else { throw Self.exists("Role with name \(name) already exists.") }
        try await commit.wait()
        return ["Role": describe(role)]
    }

    func listRoles(_ input: JSONValue) -> JSONValue {
        let prefix = input.text("PathPrefix") ?? "/"
        let roles = state.withLock { Array($0.roles.values) }.filter { $0.path.hasPrefix(prefix) }
            .sorted { $0.name < $1.name }
        return answer("Roles", page(roles, input), describe)
    }

    func deleteRole(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let role = try role(input)
        guard role.attached.isEmpty else {
            throw Self.conflict("Cannot delete entity, must detach all policies first.")
        }
        guard role.inline.isEmpty else { throw Self.conflict("Cannot delete entity, must delete policies first.") }
        try await remove(role: role.name)
        return [:]
    }

    /// Forgets a role with its policies; one that is gone already is no error.
    package func remove(role name: String) async throws(AWSServiceError) {
        let commit = state.withLock { state in
            guard state.roles.removeValue(forKey: name) != nil else { return documents.record([]) }
            return documents.record([.init(Self.roleCollection, name, nil)])
        }
        try await commit.wait()
    }

    private func change(
        role name: String, _ body: (inout AccessRole) throws(AWSServiceError) -> Void
    ) async throws(AWSServiceError) {
        let result: Result<DocumentStore.Commit, AWSServiceError> = state.withLock { state in
            guard var role = state.roles[name] else { return .failure(Self.noRole(name)) }
            do throws(AWSServiceError) {
                try body(&role)
                state.roles[name] = role
                return .success(documents.record([.init(Self.roleCollection, name, role.json)]))
            } catch { return .failure(error) }
        }
        try await result.get().wait()
    }

    func changeRole(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        try await change(role: try required(input, "RoleName")) { role throws(AWSServiceError) in
            switch operation {
            case "UpdateRole", "UpdateRoleDescription":
                role.description = input.text("Description") ?? role.description
                role.longestSession = input.whole("MaxSessionDuration") ?? role.longestSession
            case "UpdateAssumeRolePolicy": role.trust = try Self.document(try required(input, "PolicyDocument"))
            case "PutRolePolicy":
                role.inline[try required(input, "PolicyName")] = try Self.document(
                    try required(input, "PolicyDocument"))
            case "DeleteRolePolicy":
                let name = try required(input, "PolicyName")
                guard role.inline.removeValue(forKey: name) != nil else {
                    throw Self.missing("The role policy with name \(name) cannot be found.")
                }
            case "AttachRolePolicy":
                let arn = try required(input, "PolicyArn")
                if !role.attached.contains(arn) { role.attached.append(arn) }
            case "DetachRolePolicy":
                let arn = try required(input, "PolicyArn")
                guard let index = role.attached.firstIndex(of: arn) else {
                    throw Self.missing("Policy \(arn) was not found.")
                }
                role.attached.remove(at: index)
            case "TagRole": role.tags.add(ResourceTags(input.list("Tags")))
            default: role.tags.remove(input.texts("TagKeys"))
            }
        }
        return operation == "UpdateRoleDescription" ? ["Role": describe(try role(input))] : [:]
    }

    func readRole(_ operation: String, _ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let role = try role(input)
        switch operation {
        case "GetRolePolicy":
            let name = try required(input, "PolicyName")
            guard let document = role.inline[name] else {
                throw Self.missing("The role policy with name \(name) cannot be found.")
            }
            return [
                "RoleName": .string(role.name), "PolicyName": .string(name),
                "PolicyDocument": .string(Self.encoded(document)),
            ]
        case "ListRolePolicies": return answer("PolicyNames", page(role.inline.keys.sorted(), input), JSONValue.string)
        case "ListAttachedRolePolicies":
            return answer("AttachedPolicies", page(role.attached, input)) { arn in
                ["PolicyName": .string(String(arn.split(separator: "/").last ?? "")), "PolicyArn": .string(arn)]
            }
        case "ListRoleTags": return ["Tags": role.tags.json(), "IsTruncated": false]
        default: return ["InstanceProfiles": [], "IsTruncated": false]
        }
    }

    func describe(_ role: AccessRole) -> JSONValue {
        .compact([
            "Path": .string(role.path), "RoleName": .string(role.name), "RoleId": .string(role.id),
            "Arn": .string(arn(ofRole: role.name, path: role.path)),
            "CreateDate": .integer(role.created.wholeSecondsSinceEpoch),
            "AssumeRolePolicyDocument": .string(Self.encoded(role.trust)), "Description": .text(role.description),
            "MaxSessionDuration": .integer(role.longestSession),
            "Tags": role.tags.values.isEmpty ? .null : role.tags.json(),
        ])
    }
}
