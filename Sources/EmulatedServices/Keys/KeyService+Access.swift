package import EmulatorCore
package import ExactJSON
import Timekeeping

/// Policies, tags and grants.
extension KeyService {
    /// Reads a key's policy.
    ///
    /// - Throws: `MalformedPolicyDocumentException` for one without statements.
    package static func policy(_ text: String) throws(AWSServiceError) -> JSONValue {
        guard let policy = try? JSONValue(parsing: Array(text.utf8)), policy.objectValue != nil,
            policy["Statement"] != nil
        else { throw AWSServiceError("MalformedPolicyDocumentException", "The new key policy is not valid.") }
        return policy
    }

    func keyPolicy(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        try checkPolicyName(input)
        return ["Policy": .string(try key(input).policy), "PolicyName": "default"]
    }

    func putKeyPolicy(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        try checkPolicyName(input)
        let text = try input.required("Policy")
        _ = try Self.policy(text)
        return try await changeKey(input) { key throws(AWSServiceError) in key.policy = text }
    }

    private func checkPolicyName(_ input: JSONValue) throws(AWSServiceError) {
        guard input.text("PolicyName") ?? "default" == "default" else {
            throw AWSServiceError("NotFoundException", "No such policy exists")
        }
    }

    func changeTags(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let added = ResourceTags(input.list("Tags"), key: "TagKey", value: "TagValue")
        let removed = input.texts("TagKeys")
        if added.values.keys.contains(where: { $0.lowercased().hasPrefix("aws:") }) {
            throw AWSServiceError("TagException", "aws: prefixed tag key names are not allowed for external use.")
        }
        return try await changeKey(input) { key throws(AWSServiceError) in
            key.tags.add(added)
            key.tags.remove(removed)
        }
    }

    // MARK: Grants

    func createGrant(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let grantee = try input.required("GranteePrincipal")
        guard !input.texts("Operations").isEmpty else { throw .validation("Operations is required.") }
        let id = RandomNames.hex(64)
        var members = input.objectValue ?? [:]
        members["KeyId"] = nil
        members["GrantTokens"] = nil
        members["GranteePrincipal"] = .string(grantee)
        members["CreationDate"] = .double(clock.now.secondsSinceEpoch)
        let grant = KeyGrant(id: id, token: RandomNames.hex(64), members: .object(members))
        try await changeKey(input) { key throws(AWSServiceError) in
            try key.checkUsable()
            key.grants.append(grant)
        }
        return ["GrantId": .string(id), "GrantToken": .string(grant.token)]
    }

    func listGrants(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let key = try key(input)
        let grants = key.grants.filter { grant in
            (input.text("GrantId") ?? grant.id) == grant.id
                && (input["GranteePrincipal"] ?? grant.members["GranteePrincipal"]) == grant.members["GranteePrincipal"]
        }
        let page = ListPage(grants, token: input.text("Marker"), size: input.whole("Limit") ?? 50)
        return .compact([
            "Grants": .array(
                page.elements.map { grant in
                    var members = grant.members.objectValue ?? [:]
                    members["GrantId"] = .string(grant.id)
                    members["KeyId"] = .string(key.arn)
                    members["IssuingAccount"] = .string("arn:aws:iam::\(account.id):root")
                    return .object(members)
                }), "Truncated": .bool(page.nextToken != nil),
            "NextMarker": .text(page.nextToken),
        ])
    }

    /// RevokeGrant by its id, RetireGrant by its id or token.
    func revokeGrant(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        var input = input
        if input.text("KeyId") == nil, let token = input.text("GrantToken") {
            let owner = state.withLock { state in
                state.keys.values.first { $0.grants.contains { $0.token == token } }?.id
            }
            guard let owner else { throw AWSServiceError("InvalidGrantTokenException", "") }
            input = ["KeyId": .string(owner), "GrantToken": .string(token)]
        }
        let id = input.text("GrantId")
        let token = input.text("GrantToken")
        return try await changeKey(input) { key throws(AWSServiceError) in
            guard let index = key.grants.firstIndex(where: { $0.id == id || $0.token == token }) else {
                throw AWSServiceError("NotFoundException", "Grant ID \(id ?? "") not found")
            }
            key.grants.remove(at: index)
        }
    }
}
