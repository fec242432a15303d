import DurableDocuments
package import EmulatorCore
import ExactJSON
import Timekeeping

/// Managed policies with up to five versions.
extension AccessService {
    func policy(_ input: JSONValue) throws(AWSServiceError) -> AccessPolicy {
        let arn = try required(input, "PolicyArn")
        guard let policy = state.withLock({ $0.policies[arn] }) else { throw Self.noPolicy(arn) }
        return policy
    }

    private static func noPolicy(_ arn: String) -> AWSServiceError {
        missing("Policy \(arn) does not exist or is not attachable.")
    }

    func createPolicy(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let name = try required(input, "PolicyName")
        let document = try Self.document(try required(input, "PolicyDocument"))
        let path = input.text("Path") ?? "/"
        let now = clock.now
        var policy = AccessPolicy(
            arn: "arn:aws:iam::\(account.id):policy\(path)\(name)", path: path, id: "ANPA\(RandomNames.text(17))",
            description: input.text("Description"), created: now,
            versions: [.init(number: 1, document: document, created: now)])
        policy.tags = ResourceTags(input.list("Tags"))
        let made = policy
        let commit = state.withLock { state -> DocumentStore.Commit? in
            guard state.policies[made.arn] == nil else { return nil }
            state.policies[made.arn] = made
            return documents.record([.init(Self.policyCollection, made.arn, made.json)])
        }
        guard let commit else {
            throw Self.exists("A policy called \(name) already exists. Duplicate names are not allowed.")
        }
        try await commit.wait()
        return ["Policy": describe(policy)]
    }

    func listPolicies(_ input: JSONValue) -> JSONValue {
        let prefix = input.text("PathPrefix") ?? "/"
        // AWS's own policies are not among them: they are documents that nothing here reads.
        let isLocal = input.text("Scope") != "AWS"
        let policies = state.withLock { Array($0.policies.values) }.filter { isLocal && $0.path.hasPrefix(prefix) }
            .sorted { $0.arn < $1.arn }
        return answer("Policies", page(policies, input), describe)
    }

    func deletePolicy(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let policy = try policy(input)
        guard attachments(of: policy.arn).isEmpty else {
            throw Self.conflict("Cannot delete a policy attached to entities.")
        }
        guard policy.versions.count == 1 else {
            throw Self.conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                    + "The default version is deleted with the policy.")
        }
        try await remove(policy: policy.arn)
        return [:]
    }

    /// Gives a policy one new document, as its only version.
    package func replace(policy arn: String, document: String) async throws(AWSServiceError) {
        let document = try Self.document(document)
        let now = clock.now
        let commit = state.withLock { state -> DocumentStore.Commit? in
            guard var policy = state.policies[arn] else { return nil }
            policy.latest += 1
            policy.standard = policy.latest
            policy.versions = [.init(number: policy.latest, document: document, created: now)]
            state.policies[arn] = policy
            return documents.record([.init(Self.policyCollection, arn, policy.json)])
        }
        guard let commit else { throw Self.noPolicy(arn) }
        try await commit.wait()
    }

    /// Forgets a policy; one that is gone already is no error.
    package func remove(policy arn: String) async throws(AWSServiceError) {
        let commit = state.withLock { state in
            guard state.policies.removeValue(forKey: arn) != nil else { return documents.record([]) }
            return documents.record([.init(Self.policyCollection, arn, nil)])
        }
        try await commit.wait()
    }

    func changePolicy(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let arn = try required(input, "PolicyArn")
        let now = clock.now
        let result: Result<(AccessPolicy, DocumentStore.Commit), AWSServiceError> = state.withLock { state in
            guard var policy = state.policies[arn] else { return .failure(Self.noPolicy(arn)) }
            do throws(AWSServiceError) {
                try change(&policy, operation, input, now)
                state.policies[arn] = policy
                return .success((policy, documents.record([.init(Self.policyCollection, arn, policy.json)])))
            } catch { return .failure(error) }
        }
        let (policy, commit) = try result.get()
        try await commit.wait()
        guard operation == "CreatePolicyVersion", let newest = policy.versions.last else { return [:] }
        return ["PolicyVersion": describe(newest, of: policy)]
    }

    private func change(
        _ policy: inout AccessPolicy, _ operation: String, _ input: JSONValue, _ now: Timestamp
    ) throws(AWSServiceError) {
        switch operation {
        case "CreatePolicyVersion":
            let document = try Self.document(try required(input, "PolicyDocument"))
            guard policy.versions.count < 5 else {
                throw AWSServiceError(
                    "LimitExceeded",
                    "A managed policy can have up to 5 versions. Before you create a new version, you must delete an "
                        + "existing version.", status: 409)
            }
            policy.latest += 1
            policy.versions.append(.init(number: policy.latest, document: document, created: now))
            if input.truth("SetAsDefault") == true { policy.standard = policy.latest }
        case "DeletePolicyVersion":
            let number = try version(input, of: policy).number
            guard number != policy.standard else {
                throw Self.conflict("Cannot delete the default version of a policy.")
            }
            policy.versions.removeAll { $0.number == number }
        case "SetDefaultPolicyVersion": policy.standard = try version(input, of: policy).number
        case "TagPolicy": policy.tags.add(ResourceTags(input.list("Tags")))
        default: policy.tags.remove(input.texts("TagKeys"))
        }
    }

    private func version(
        _ input: JSONValue, of policy: AccessPolicy
    ) throws(AWSServiceError) -> AccessPolicy.Version {
        let id = try required(input, "VersionId")
        guard let version = policy.versions.first(where: { "v\($0.number)" == id }) else {
            throw Self.missing("Policy \(policy.arn) version \(id) does not exist or is not attachable.")
        }
        return version
    }

    func readPolicy(_ operation: String, _ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let policy = try policy(input)
        switch operation {
        case "GetPolicyVersion": return ["PolicyVersion": describe(try version(input, of: policy), of: policy)]
        case "ListPolicyVersions":
            return answer("Versions", page(Array(policy.versions.reversed()), input)) { describe($0, of: policy) }
        case "ListPolicyTags": return ["Tags": policy.tags.json(), "IsTruncated": false]
        default:
            let roles = attachments(of: policy.arn).map { role -> JSONValue in
                ["RoleName": .string(role.name), "RoleId": .string(role.id)]
            }
            return ["PolicyRoles": .array(roles), "PolicyUsers": [], "PolicyGroups": [], "IsTruncated": false]
        }
    }

    private func attachments(of arn: String) -> [AccessRole] {
        state.withLock { $0.roles.values.filter { $0.attached.contains(arn) } }.sorted { $0.name < $1.name }
    }

    func describe(_ policy: AccessPolicy) -> JSONValue {
        .compact([
            "PolicyName": .string(policy.name), "PolicyId": .string(policy.id), "Arn": .string(policy.arn),
            "Path": .string(policy.path), "DefaultVersionId": .string("v\(policy.standard)"),
            "AttachmentCount": .integer(attachments(of: policy.arn).count), "IsAttachable": true,
            "PermissionsBoundaryUsageCount": 0, "Description": .text(policy.description),
            "CreateDate": .integer(policy.created.wholeSecondsSinceEpoch),
            "UpdateDate": .integer((policy.versions.last?.created ?? policy.created).wholeSecondsSinceEpoch),
            "Tags": policy.tags.values.isEmpty ? .null : policy.tags.json(),
        ])
    }

    private func describe(_ version: AccessPolicy.Version, of policy: AccessPolicy) -> JSONValue {
        [
            "VersionId": .string("v\(version.number)"), "Document": .string(Self.encoded(version.document)),
            "IsDefaultVersion": .bool(version.number == policy.standard),
            "CreateDate": .integer(version.created.wholeSecondsSinceEpoch),
        ]
    }
}
