import EmulatorCore
import ExactJSON

extension APIGatewayService {
    /// The account's settings, as `GetAccount` shows them.
    var accountDocument: JSONValue {
        let throttle = surroundings.switches.accountThrottle ?? ThrottleLimit(rate: 10_000, burst: 5_000)
        var members: [String: JSONValue] = [
            "throttleSettings": ["rateLimit": .double(throttle.rate), "burstLimit": .integer(throttle.burst)],
            "features": ["UsagePlans"], "apiKeyVersion": "4",
        ]
        if let role = loggingRole { members["cloudwatchRoleArn"] = .string(role) }
        return .object(members)
    }

    func updateAccount(_ operations: [PatchOperation]) throws(AWSServiceError) -> JSONValue {
        for operation in operations {
            guard operation.path == "/cloudwatchRoleArn", [.replace, .add, .remove].contains(operation.kind) else {
                throw operation.refusal(supported: ["/cloudwatchRoleArn", "/features"])
            }
            let role = operation.kind == .remove ? "" : operation.value ?? ""
            guard role.isEmpty || role.hasPrefix("arn:") else {
                throw GatewayFault.badRequest("Invalid ARN specified in the request")
            }
            loggingRole = role.isEmpty ? nil : role
        }
        return accountDocument
    }
}
