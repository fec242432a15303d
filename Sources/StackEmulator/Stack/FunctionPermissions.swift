import EmulatedServices
import EmulatorCore
import ExactJSON
import StackTemplate
import Wildcards

/// Who may invoke the functions of a stack: its resources `AWS::Lambda::Permission`.
struct FunctionPermissions: Sendable {
    private struct Permission: Sendable {
        var function: String
        var action: String
        var principal: String
        var sourceARN: String?
        var sourceAccount: String?
    }

    private var permissions: [Permission]

    init(stack: ResolvedStack) {
        permissions = stack.resources.filter { $0.type == "AWS::Lambda::Permission" }.map { resource in
            let properties = resource.properties
            return Permission(
                function: LambdaService.name(in: properties["FunctionName"]?.stringValue ?? ""),
                action: properties["Action"]?.stringValue ?? "", principal: properties["Principal"]?.stringValue ?? "",
                sourceARN: properties["SourceArn"]?.stringValue, sourceAccount: properties["SourceAccount"]?.stringValue
            )
        }
    }

    /// Whether a service may invoke a function on behalf of a resource.
    func allow(function: String, service: String, sourceARN: String, account: EmulatedAccount) -> Bool {
        let name = LambdaService.name(in: function)
        return permissions.contains { permission in
            guard permission.function == name,
                permission.action == "lambda:InvokeFunction" || permission.action == "lambda:*",
                permission.principal == service, permission.sourceAccount.map({ $0 == account.id }) ?? true
            else { return false }
            guard let pattern = permission.sourceARN else { return true }
            return WildcardPattern(pattern).matches(sourceARN)
        }
    }
}
