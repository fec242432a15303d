import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// IAM roles and policies: named, but nobody is refused anything for want of them.
struct AccessResources: ResourceProvider {
    let types = [
        "AWS::IAM::Role": ResourceType(
            properties: [
                "AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path",
                "Policies", "RoleName", "Tags",
            ], replacing: ["RoleName", "Path"]),
        "AWS::IAM::Policy": ResourceType(properties: ["PolicyDocument", "PolicyName", "Roles"]),
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        guard resource.type == "AWS::IAM::Role" else {
            return ResourceIdentity(ref: names.generated, attributes: ["Id": names.generated])
        }
        let name = resource.properties["RoleName"]?.stringValue ?? names.generated
        return ResourceIdentity(
            ref: name,
            attributes: [
                "Arn": "arn:aws:iam::\(names.account.id):role/\(name)",
                "RoleId": "AROA" + names.stable(17, alphabet: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
            ])
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {}
}
