/// Does a stage leave a trace of what it did, and not too much of it?
enum StageRules {
    static let all = [accessLogs, loggingRole, trace]

    static let accessLogs = WiringRule(
        "stage.accessLogs", .advice, "a stage writes access logs that can be searched by request",
        because: "Metrics say that something failed; the access log says what, for whom, and after how long."
    ) { subject, _ in
        subject.stages.compactMap { stage in
            guard let destination = stage.accessLogARN else {
                return WiringRule.Sighting(
                    WiringPlace(stage.logicalID, "AccessLogSetting"), "stage \(stage.name) writes no access log",
                    remedy: "set AccessLogSetting with a log group's ARN and a format")
            }
            let format = stage.accessLogFormat ?? ""
            if !format.contains("$context.requestId"), !format.contains("$context.extendedRequestId") {
                return WiringRule.Sighting(
                    WiringPlace(stage.logicalID, "AccessLogSetting", "Format"),
                    "the access log of stage \(stage.name) names no request: API Gateway refuses a format without $context.requestId",
                    remedy: "add $context.requestId to the format", severity: .error)
            }
            if !format.contains("$context.status") {
                return WiringRule.Sighting(
                    WiringPlace(stage.logicalID, "AccessLogSetting", "Format"),
                    "the access log of stage \(stage.name) does not tell what was answered",
                    remedy: "add $context.status to the format")
            }
            let parts = destination.split(separator: ":", omittingEmptySubsequences: false)
            let group = parts.count > 6 ? String(parts[6]) : ""
            guard destination.hasPrefix("arn:") else {
                return WiringRule.Sighting(
                    WiringPlace(stage.logicalID, "AccessLogSetting", "DestinationArn"),
                    "stage \(stage.name) logs to \(destination), which is no ARN",
                    remedy: "use the ARN of a log group of the stack", severity: .error)
            }
            guard destination.contains(":logs:"), !subject.logGroups.contains(where: { $0.name == group }) else {
                return nil
            }
            return WiringRule.Sighting(
                WiringPlace(stage.logicalID, "AccessLogSetting", "DestinationArn"),
                "stage \(stage.name) logs into \(group.isEmpty ? destination : group), which is no log group of this stack"
                    + NearestName.hint(group, among: subject.logGroups.map(\.name)),
                remedy: "use the ARN of a log group of the stack")
        }
    }

    static let loggingRole = WiringRule(
        "stage.loggingRole", .advice, "API Gateway may write the logs that its stages ask for",
        because:
            "One role, set for the account, lets API Gateway write into CloudWatch Logs. Where it cannot be taken on, a "
            + "stage that logs is refused."
    ) { subject, _ in
        subject.resources.filter { $0.type == "AWS::ApiGateway::Account" }.compactMap { account in
            guard let arn = account.properties.text("CloudWatchRoleArn"),
                let role = subject.roles.first(where: { $0.arn == arn })
            else { return nil }
            if !role.trusts("apigateway.amazonaws.com") {
                return WiringRule.Sighting(
                    WiringPlace(role.logicalID, "AssumeRolePolicyDocument"),
                    "the role \(role.logicalID) of the account's API logs does not let apigateway.amazonaws.com take it on",
                    remedy: "allow sts:AssumeRole to the service apigateway.amazonaws.com")
            }
            guard
                role.permits("logs:PutLogEvents", on: "arn:aws:logs:\(subject.region):\(subject.account):log-group:x")
                    == false
            else { return nil }
            return WiringRule.Sighting(
                WiringPlace(role.logicalID),
                "the role \(role.logicalID) of the account's API logs does not allow logs:PutLogEvents",
                remedy: "attach service-role/AmazonAPIGatewayPushToCloudWatchLogs")
        }
    }

    static let trace = WiringRule(
        "stage.trace", .advice, "a stage does not write request bodies into its log",
        because: "Data trace copies all that users send and get into the execution log, secrets too."
    ) { subject, _ in
        subject.stages.flatMap { stage in
            stage.settings.filter(\.dataTrace).map { setting in
                WiringRule.Sighting(
                    WiringPlace(stage.logicalID, "MethodSettings", String(setting.index), "DataTraceEnabled"),
                    "stage \(stage.name) logs bodies of \(setting.verb) \(setting.path)",
                    remedy: "set DataTraceEnabled: false")
            }
        }
    }
}
