import ExactJSON
import StackTemplate

/// A role with all that its policies say.
package struct RoleDefinition: Sendable, Equatable {
    package var logicalID: String
    package var name: String
    package var arn: String
    package var statements: [PolicyStatement]
    package var trust: [PolicyStatement]
    /// Managed policies whose text is not known: what they permit cannot be told.
    package var unknownPolicies: [String]

    init(_ role: WiringResource, policies: [WiringResource], managed: [WiringResource]) {
        logicalID = role.logicalID
        name = role.properties.text("RoleName") ?? role.ref
        arn = role.arn
        trust = PolicyStatement.all(
            in: role.properties["AssumeRolePolicyDocument"], of: WiringPlace(role.logicalID, "AssumeRolePolicyDocument")
        )
        var statements: [PolicyStatement] = []
        for (index, policy) in (role.properties["Policies"]?.arrayValue ?? []).enumerated() {
            let place = WiringPlace(role.logicalID, "Policies", String(index), "PolicyDocument")
            statements += PolicyStatement.all(in: policy["PolicyDocument"], of: place)
        }
        let attached = role.properties.texts("ManagedPolicyArns")
        let beside =
            policies.filter { ($0.properties.texts("Roles") + $0.properties.texts("RoleName")).contains(role.ref) }
            + managed.filter { attached.contains($0.ref) || $0.properties.texts("Roles").contains(role.ref) }
        for policy in beside {
            statements += PolicyStatement.all(
                in: policy.properties["PolicyDocument"], of: WiringPlace(policy.logicalID, "PolicyDocument"))
        }
        var unknown: [String] = []
        for arn in attached where !managed.contains(where: { $0.ref == arn }) {
            guard
                let known = ManagedPolicyFacts.statements(
                    of: arn, place: WiringPlace(role.logicalID, "ManagedPolicyArns"))
            else {
                unknown.append(arn)
                continue
            }
            statements += known
        }
        self.statements = statements
        unknownPolicies = unknown
    }

    /// Whether the role may do something; nil when a policy that is not known might permit it.
    func permits(_ action: String, on resource: String) -> Bool? {
        if statements.permit(action, on: resource) { return true }
        let denied = statements.contains { !$0.allows && $0.covers(action, on: resource) }
        return denied || unknownPolicies.isEmpty ? false : nil
    }
}
