package import DurableDocuments
package import EmulatorCore
package import ExactJSON
import HTTPExchange
import Synchronization
import Timekeeping

/// IAM's roles and managed policies, as the tools that deploy make and read them. They are kept and given back; nobody is
/// refused anything for want of one.
package final class AccessService: EmulatedService {
    package static let namespace = "https://iam.amazonaws.com/doc/2010-05-08/"
    package static let memberTypes = MemberTypes(["CreateDate": .timestamp, "UpdateDate": .timestamp])
    static let roleCollection = "iam.role"
    static let policyCollection = "iam.policy"

    struct State {
        var roles: [String: AccessRole] = [:]
        /// By ARN.
        var policies: [String: AccessPolicy] = [:]
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
        let roles = try documents.documents(in: Self.roleCollection)
        let policies = try documents.documents(in: Self.policyCollection)
        state.withLock { state in
            for (name, json) in roles { state.roles[name] = AccessRole(name: name, json) }
            for (arn, json) in policies { state.policies[arn] = AccessPolicy(arn: arn, json) }
        }
    }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "CreateRole": return try await createRole(input)
        case "GetRole": return ["Role": describe(try role(input))]
        case "ListRoles": return listRoles(input)
        case "DeleteRole": return try await deleteRole(input)
        case "UpdateRole", "UpdateRoleDescription", "UpdateAssumeRolePolicy", "PutRolePolicy", "DeleteRolePolicy",
            "AttachRolePolicy", "DetachRolePolicy", "TagRole", "UntagRole":
            return try await changeRole(operation, input)
        case "GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies", "ListRoleTags",
            "ListInstanceProfilesForRole":
            return try readRole(operation, input)
        case "CreatePolicy": return try await createPolicy(input)
        case "GetPolicy": return ["Policy": describe(try policy(input))]
        case "ListPolicies": return listPolicies(input)
        case "DeletePolicy": return try await deletePolicy(input)
        case "GetPolicyVersion", "ListPolicyVersions", "ListEntitiesForPolicy", "ListPolicyTags":
            return try readPolicy(operation, input)
        case "CreatePolicyVersion", "DeletePolicyVersion", "SetDefaultPolicyVersion", "TagPolicy", "UntagPolicy":
            return try await changePolicy(operation, input)
        case "GetUser": return ["User": user]
        case "ListUsers": return ["Users": [user], "IsTruncated": false]
        case "ListAccountAliases": return ["AccountAliases": [], "IsTruncated": false]
        default: throw AWSServiceError("InvalidAction", "Could not find operation \(operation) for version 2010-05-08")
        }
    }

    /// Whoever calls.
    private var user: JSONValue {
        [
            "Path": "/", "UserName": "firedrill", "UserId": "AIDACKCEVSQ6C2EXAMPLE",
            "Arn": .string("arn:aws:iam::\(account.id):user/firedrill"), "CreateDate": 1_577_836_800,
        ]
    }

    // MARK: Pieces

    static func missing(_ message: String) -> AWSServiceError {
        AWSServiceError("NoSuchEntity", message, status: 404)
    }

    static func exists(_ message: String) -> AWSServiceError {
        AWSServiceError("EntityAlreadyExists", message, status: 409)
    }

    static func conflict(_ message: String) -> AWSServiceError {
        AWSServiceError("DeleteConflict", message, status: 409)
    }

    func required(_ input: JSONValue, _ name: String) throws(AWSServiceError) -> String {
        guard let text = input.text(name), !text.isEmpty else {
            let member = name.prefix(1).lowercased() + name.dropFirst()
            throw AWSServiceError(
                "ValidationError",
                "1 validation error detected: Value null at '\(member)' failed to satisfy constraint: Member must not be "
                    + "null")
        }
        return text
    }

    /// A policy document that must be JSON with statements.
    static func document(_ text: String) throws(AWSServiceError) -> String {
        guard let json = try? JSONValue(parsing: Array(text.utf8)), json["Statement"] != nil else {
            throw AWSServiceError("MalformedPolicyDocument", "Syntax errors in policy.")
        }
        return text
    }

    /// IAM gives documents back percent-encoded.
    static func encoded(_ document: String) -> String { PercentEncoding.encode(document) }

    func page<Element>(_ all: [Element], _ input: JSONValue) -> ListPage<Element> {
        ListPage(all, token: input.text("Marker"), size: input.whole("MaxItems") ?? 100)
    }

    func answer<Element>(_ name: String, _ page: ListPage<Element>, _ json: (Element) -> JSONValue) -> JSONValue {
        .compact([
            name: .array(page.elements.map(json)), "IsTruncated": .bool(page.nextToken != nil),
            "Marker": .text(page.nextToken),
        ])
    }
}
