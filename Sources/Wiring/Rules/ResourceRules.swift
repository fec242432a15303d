import ExactJSON
import StackTemplate

/// Is each resource one that CloudFormation can make?
enum ResourceRules {
    static let all = [required]

    static let required = WiringRule(
        "resource.required", .error, "each resource has the properties that its type requires",
        because: "CloudFormation refuses a resource without them: the deployment ends there, or is rolled back."
    ) { subject, _ in
        subject.resources.flatMap { resource -> [WiringRule.Sighting] in
            let missing = (RequiredProperties.byType[resource.type] ?? []).filter { resource.properties[$0] == nil }
            let unnamed = (resource.type == "AWS::IAM::Role" ? resource.properties["Policies"]?.arrayValue ?? [] : [])
                .enumerated().flatMap { index, policy in
                    ["PolicyName", "PolicyDocument"].filter { policy[$0] == nil }.map { "Policies.\(index).\($0)" }
                }
            return (missing + unnamed).map { property in
                WiringRule.Sighting(
                    WiringPlace(resource.logicalID), "\(resource.logicalID), an \(resource.type), has no \(property)",
                    remedy: "give it one")
            }
        }
    }
}
