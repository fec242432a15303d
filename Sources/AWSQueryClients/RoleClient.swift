package import AWSClients
import HTTPExchange

/// What a role may do.
package struct RoleDescription: Sendable, Equatable {
    /// A policy's name, or its ARN where it is a managed one, with its JSON text.
    package struct Policy: Sendable, Equatable {
        package var name: String
        package var document: String
    }

    package var name: String
    package var policies: [Policy]
}

/// The IAM calls that a wiring check needs.
package struct RoleClient: Sendable {
    private let client: QueryServiceClient

    package init(connection: AWSConnection) { client = QueryServiceClient(service: .iam, connection: connection) }

    private struct InlineNames: Decodable {
        struct Result: Decodable {
            var PolicyNames: MemberList<String>?
            var Marker: String?
        }
        var ListRolePoliciesResult: Result
    }

    private struct InlinePolicy: Decodable {
        struct Result: Decodable { var PolicyDocument: String }
        var GetRolePolicyResult: Result
    }

    private struct Attached: Decodable {
        struct Result: Decodable {
            var AttachedPolicies: MemberList<Policy>?
            var Marker: String?
        }
        struct Policy: Decodable { var PolicyArn: String }
        var ListAttachedRolePoliciesResult: Result
    }

    private struct ManagedPolicy: Decodable {
        struct Result: Decodable { var Policy: Detail }
        struct Detail: Decodable { var DefaultVersionId: String }
        var GetPolicyResult: Result
    }

    private struct Version: Decodable {
        struct Result: Decodable { var PolicyVersion: Detail }
        struct Detail: Decodable { var Document: String }
        var GetPolicyVersionResult: Result
    }

    /// A role with its inline and attached policies.
    package func role(named name: String) async throws(AWSCallError) -> RoleDescription {
        let inline = try await client.pages(
            .listRolePolicies, [("RoleName", name)], token: "Marker", as: InlineNames.self
        ) { ($0.ListRolePoliciesResult.PolicyNames.elements(), $0.ListRolePoliciesResult.Marker) }
        var policies: [RoleDescription.Policy] = []
        for policy in inline {
            let answer = try await client.call(
                .getRolePolicy, [("RoleName", name), ("PolicyName", policy)], as: InlinePolicy.self)
            policies.append(
                .init(name: policy, document: Self.decoded(answer.GetRolePolicyResult.PolicyDocument)))
        }
        let attached = try await client.pages(
            .listAttachedRolePolicies, [("RoleName", name)], token: "Marker", as: Attached.self
        ) { answer in
            let page = answer.ListAttachedRolePoliciesResult
            return (page.AttachedPolicies.elements().map(\.PolicyArn), page.Marker)
        }
        for arn in attached {
            let version = try await client.call(.getPolicy, [("PolicyArn", arn)], as: ManagedPolicy.self)
                .GetPolicyResult.Policy.DefaultVersionId
            let answer = try await client.call(
                .getPolicyVersion, [("PolicyArn", arn), ("VersionId", version)], as: Version.self)
            policies.append(
                .init(name: arn, document: Self.decoded(answer.GetPolicyVersionResult.PolicyVersion.Document)))
        }
        return RoleDescription(name: name, policies: policies)
    }

    /// IAM percent-encodes documents (RFC 3986).
    private static func decoded(_ document: String) -> String { PercentEncoding.decode(document) ?? document }
}
