import EmulatorCore
import ExactJSON
import StackTemplate

/// Which acknowledgements a template needs before a stack is made of it
/// (https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html, Capabilities).
enum CapabilityCheck {
    private static let types: [String: String] = [
        "AWS::IAM::AccessKey": "", "AWS::IAM::Group": "GroupName", "AWS::IAM::InstanceProfile": "InstanceProfileName",
        "AWS::IAM::ManagedPolicy": "ManagedPolicyName", "AWS::IAM::Policy": "", "AWS::IAM::Role": "RoleName",
        "AWS::IAM::User": "UserName", "AWS::IAM::UserToGroupAddition": "",
    ]

    /// Nil when the template makes no identities.
    static func needed(by template: StackTemplate) -> String? {
        let found = template.resources.filter { types[$0.type] != nil }
        if found.isEmpty { return nil }
        let isNamed = found.contains { resource in
            resource.properties.contains { $0.name == types[resource.type] }
        }
        return isNamed ? "CAPABILITY_NAMED_IAM" : "CAPABILITY_IAM"
    }

    /// The types that need the acknowledgement, for the reason that CloudFormation gives.
    static func reason(of template: StackTemplate) -> String? {
        let found = Set(template.resources.map(\.type)).filter { types[$0] != nil }.sorted()
        return found.isEmpty
            ? nil : "The following resource(s) require capabilities: [\(found.joined(separator: ", "))]"
    }

    static func check(_ template: StackTemplate, given: [String]) throws(AWSServiceError) {
        guard let needed = needed(by: template) else { return }
        let isGiven = given.contains("CAPABILITY_NAMED_IAM") || (needed == "CAPABILITY_IAM" && given.contains(needed))
        guard isGiven else {
            throw AWSServiceError("InsufficientCapabilitiesException", "Requires capabilities : [\(needed)]")
        }
    }
}
