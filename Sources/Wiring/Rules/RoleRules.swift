/// Is a role given to the right one, with no more than it needs?
enum RoleRules {
    static let all = [trust, managed, wildcard]

    static let trust = WiringRule(
        "role.trust", .error, "Lambda may take on the role of each function",
        because: "A function whose role Lambda may not assume is not created, or never runs."
    ) { subject, _ in
        subject.functions.compactMap { function in
            guard let role = subject.role(of: function) else { return nil }
            guard !role.trusts("lambda.amazonaws.com") else { return nil }
            return WiringRule.Sighting(
                WiringPlace(role.logicalID, "AssumeRolePolicyDocument"),
                "the role \(role.logicalID) of \(function.name) does not let lambda.amazonaws.com take it on",
                remedy: "allow sts:AssumeRole to the service lambda.amazonaws.com")
        }
    }

    static let managed = WiringRule(
        "role.policy", .error, "a role's managed policies are named by ARN",
        because: "IAM refuses a role with a policy that is no ARN: the deployment ends there."
    ) { subject, _ in
        subject.roles.flatMap { role in
            role.unknownPolicies.filter(WiringSubject.isKnownNotToBeARN).map { policy in
                WiringRule.Sighting(
                    WiringPlace(role.logicalID, "ManagedPolicyArns"),
                    "the role \(role.logicalID) has the managed policy \(policy), which is no ARN",
                    remedy: "use arn:aws:iam::aws:policy/NAME or the Ref of an AWS::IAM::ManagedPolicy")
            }
        }
    }

    /// Services whose resources hold what users wrote.
    private static let data = ["dynamodb", "s3", "sqs", "sns", "kms", "secretsmanager", "ssm"]
    /// Actions that take no resource (https://docs.aws.amazon.com/service-authorization/latest/reference/).
    private static let unscoped: Set = [
        "dynamodb:liststreams", "dynamodb:listtables", "dynamodb:describelimits", "s3:listallmybuckets",
        "sqs:listqueues", "sns:listtopics", "kms:listkeys", "kms:listaliases", "kms:createkey",
        "ssm:describeparameters", "secretsmanager:listsecrets",
    ]

    static let wildcard = WiringRule(
        "role.wildcard", .advice, "a role names the actions and resources of the data that it may touch",
        because: "A wildcard gives a function, and whoever breaks into it, everything of its kind in the account."
    ) { subject, _ in
        subject.roles.flatMap { role in
            role.statements.filter(\.allows).flatMap { statement -> [WiringRule.Sighting] in
                let touching = statement.actions.filter { action in
                    let service = action.prefix { $0 != ":" }.lowercased()
                    return (action == "*" || data.contains(service)) && !unscoped.contains(action.lowercased())
                }
                guard !touching.isEmpty else { return [] }
                var sightings: [WiringRule.Sighting] = []
                if let broad = touching.first(where: { $0 == "*" || $0.hasSuffix(":*") }) {
                    sightings.append(
                        WiringRule.Sighting(
                            WiringPlace(statement.place.logicalID, path: statement.place.path + ["Action"]),
                            "the role \(role.logicalID) allows \(broad)",
                            remedy: "name the actions that the function calls"))
                }
                if statement.resources.contains("*") {
                    sightings.append(
                        WiringRule.Sighting(
                            WiringPlace(statement.place.logicalID, path: statement.place.path + ["Resource"]),
                            "the role \(role.logicalID) allows \(touching.joined(separator: ", ")) on everything",
                            remedy: "name the ARN of what the function uses"))
                }
                return sightings
            }
        }
    }
}

extension RoleDefinition {
    /// Whether a service may take the role on.
    func trusts(_ service: String) -> Bool {
        trust.contains { statement in
            statement.allows && statement.principals.contains { $0 == service || $0 == "*" }
                && statement.actions.contains { ["sts:AssumeRole", "sts:*", "*"].contains($0) }
        }
    }
}
