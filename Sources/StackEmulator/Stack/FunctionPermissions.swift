import EmulatorCore
import ExactJSON
import Synchronization
import Wildcards

/// Who may invoke which function.
final class FunctionPermissions: Sendable {
    private struct Permission: Sendable {
        var function: String
        var action: String
        var principal: String
        var sourceARN: String?
        var sourceAccount: String?
    }

    private let permissions = Mutex<[String: Permission]>([:])

    /// - Parameter properties: those of a resource `AWS::Lambda::Permission`.
    func add(_ properties: JSONValue, id: String) {
        let permission = Permission(
            function: LambdaService.name(in: properties["FunctionName"]?.stringValue ?? ""),
            action: properties["Action"]?.stringValue ?? "", principal: properties["Principal"]?.stringValue ?? "",
            sourceARN: properties["SourceArn"]?.stringValue, sourceAccount: properties["SourceAccount"]?.stringValue)
        permissions.withLock { $0[id] = permission }
    }

    func remove(_ id: String) { permissions.withLock { $0[id] = nil } }

    /// Whether a service may invoke a function on behalf of a resource.
    func allow(function: String, service: String, sourceARN: String, account: EmulatedAccount) -> Bool {
        let name = LambdaService.name(in: function)
        let all = permissions.withLock { Array($0.values) }
        return all.contains { permission in
            guard permission.function == name,
                permission.action == "lambda:InvokeFunction" || permission.action == "lambda:*",
                permission.principal == service, permission.sourceAccount.map({ $0 == account.id }) ?? true
            else { return false }
            guard let pattern = permission.sourceARN else { return true }
            return WildcardPattern(pattern).matches(sourceARN)
        }
    }
}
