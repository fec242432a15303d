/// Are there logs when somebody needs them, and do they end some day?
enum LogRules {
    static let all = [retention, group, shared, permission]

    static let retention = WiringRule(
        "logs.retention", .advice, "a log group's events expire",
        because: "Without a retention logs are kept, and paid for, for ever."
    ) { subject, _ in
        subject.logGroups.filter { $0.retentionDays == nil }.map { group in
            WiringRule.Sighting(
                WiringPlace(group.logicalID, "RetentionInDays"), "log group \(group.name) keeps its events for ever",
                remedy: "set RetentionInDays, for instance 14")
        }
    }

    static let group = WiringRule(
        "logs.group", .advice, "a function's log group is one of the stack",
        because: "The group that Lambda makes by itself never expires and stays when the stack goes."
    ) { subject, _ in
        let names = Set(subject.logGroups.map(\.name))
        return subject.servingFunctions.filter { !names.contains($0.logGroup) }.map { function in
            WiringRule.Sighting(
                WiringPlace(function.logicalID, "LoggingConfig"),
                "\(function.name) logs into \(function.logGroup), which is no log group of this stack",
                remedy:
                    "add an AWS::Logs::LogGroup of that name with RetentionInDays, or name one in LoggingConfig.LogGroup"
            )
        }
    }

    static let shared = WiringRule(
        "logs.shared", .advice, "each writer has a log group of its own",
        because:
            "Where two write into one group, a search for the one's failures finds the other's, and a pattern counts both."
    ) { subject, _ in
        subject.logGroups.compactMap { group in
            let functions = subject.functions.filter { $0.logGroup == group.name }.map(\.name)
            let stages = subject.stages.filter { $0.accessLogARN?.contains(":log-group:\(group.name)") == true }
            let writers = functions + stages.map { "stage \($0.name)" }
            guard writers.count > 1 else { return nil }
            return WiringRule.Sighting(
                WiringPlace(group.logicalID),
                "\(writers.joined(separator: " and ")) write into one log group, \(group.name)",
                remedy: "give each a log group")
        }
    }

    static let permission = WiringRule(
        "logs.permission", .error, "a function's role may write into its log group",
        because: "Without the permission the function runs and leaves no trace; nobody finds out why it failed."
    ) { subject, _ in
        subject.functions.flatMap { function -> [WiringRule.Sighting] in
            guard let role = subject.role(of: function) else { return [] }
            let known = subject.logGroups.first { $0.name == function.logGroup }?.arn
            let arn = known ?? "arn:aws:logs:\(subject.region):\(subject.account):log-group:\(function.logGroup)"
            return ["logs:CreateLogStream", "logs:PutLogEvents"]
                .filter { role.permits($0, on: "\(arn):log-stream:x") == false }
                .map { action in
                    WiringRule.Sighting(
                        WiringPlace(role.logicalID),
                        "the role of \(function.name) does not allow \(action) on \(function.logGroup)",
                        remedy: "allow logs:CreateLogStream and logs:PutLogEvents on the log group's ARN with :*")
                }
        }
    }
}
