/// Can a function run, read its environment, and fail where somebody sees it?
enum FunctionRules {
    static let all = [idle, invoke, open, role, reserved, timeout, key, encryption, data, table]

    static let idle = WiringRule(
        "function.idle", .advice, "something invokes each function",
        because: "A function that nothing invokes makes no errors: whatever it was for is not done, and no alarm tells."
    ) { subject, _ in
        let served = Set(subject.servingFunctions.map(\.name))
        return subject.functions.filter { function in
            !served.contains(function.name)
                && !subject.permissions.contains { function.answers(to: $0.function) && !$0.isGateway }
                && !subject.isMentioned(function)
        }.map { function in
            WiringRule.Sighting(
                WiringPlace(function.logicalID),
                "nothing in this stack invokes \(function.name): no method, no event source mapping, no permission",
                remedy: "point a method's integration or an event source mapping at it, or take it out")
        }
    }

    static let invoke = WiringRule(
        "function.permission", .error, "an API may invoke the function behind each method",
        because:
            "Without the permission every request of the method answers 500, and the function, never invoked, has no "
            + "errors."
    ) { subject, _ in
        subject.methods.compactMap { method in
            guard method.integrationType.hasPrefix("AWS"), let function = subject.function(behind: method),
                let stage = subject.stages(of: method).first,
                subject.resource(method.logicalID)?.properties["Integration"]?["Credentials"] == nil
            else { return nil }
            let path =
                method.pathParameters.isEmpty
                ? method.path
                : method.path.split(separator: "/").map {
                    $0.hasPrefix("{") ? "x" : String($0)
                }.reduce("") { "\($0)/\($1)" }
            let source =
                "arn:aws:execute-api:\(subject.region):\(subject.account):\(method.api)/\(stage.name)/\(method.verb)\(path)"
            let permitted = subject.permissions.contains { permission in
                function.answers(to: permission.function) && permission.isGateway && permission.invokes
                    && permission.admits(source)
            }
            guard !permitted else { return nil }
            return WiringRule.Sighting(
                WiringPlace(method.logicalID, "Integration"),
                "\(method.text) invokes \(function.name), which does not let this API's method in",
                remedy:
                    "add an AWS::Lambda::Permission for apigateway.amazonaws.com with lambda:InvokeFunction and a SourceArn that fits \(source)"
            )
        }
    }

    static let open = WiringRule(
        "function.openPermission", .advice, "a permission names what may invoke",
        because: "Without a SourceArn every API of every account may invoke the function."
    ) { subject, _ in
        subject.permissions.filter { $0.principal.hasSuffix(".amazonaws.com") && $0.sourceARN == nil }.map {
            permission in
            WiringRule.Sighting(
                WiringPlace(permission.logicalID, "SourceArn"),
                "\(permission.logicalID) lets anything of \(permission.principal) invoke \(permission.function)",
                remedy: "set SourceArn to the ARN of what invokes it")
        }
    }

    static let role = WiringRule(
        "function.role", .error, "each function runs with a role",
        because: "Lambda makes no function without the ARN of a role."
    ) { subject, _ in
        subject.functions.filter { WiringSubject.isKnownNotToBeARN($0.role) }.map { function in
            WiringRule.Sighting(
                WiringPlace(function.logicalID, "Role"),
                "\(function.name) has the role \(function.role), which is no ARN",
                remedy: "use the role's Arn: !GetAtt Role.Arn")
        }
    }

    static let reserved = WiringRule(
        "function.reserved", .error, "a function may run at all",
        because: "With a reserved concurrency of 0 every invocation is throttled, which counts as no error."
    ) { subject, _ in
        subject.functions.filter { $0.reservedConcurrency == 0 }.map { function in
            WiringRule.Sighting(
                WiringPlace(function.logicalID, "ReservedConcurrentExecutions"),
                "\(function.name) has a reserved concurrency of 0: it is never run",
                remedy: "leave ReservedConcurrentExecutions out, or raise it")
        }
    }

    static let timeout = WiringRule(
        "function.timeout", .advice, "a function behind an API ends before the API gives up on it",
        because:
            "API Gateway answers 504 after 29 seconds while the function goes on: the caller sees a failure, and the "
            + "function's own metrics do not."
    ) { subject, _ in
        let behind = Set(subject.methods.compactMap { subject.function(behind: $0)?.name })
        return subject.functions.filter { behind.contains($0.name) && $0.timeoutSeconds > 29 }.map { function in
            WiringRule.Sighting(
                WiringPlace(function.logicalID, "Timeout"),
                "\(function.name) may run for \(function.timeoutSeconds) s, the API in front of it waits 29 s",
                remedy: "set Timeout below 29 seconds")
        }
    }

    static let key = WiringRule(
        "function.key", .advice, "a function's role may use the key of its environment",
        because:
            "Lambda reads the environment with that key at every cold start. It makes a grant when somebody who may "
            + "sets the key; a permission of the role's own does not depend on who deploys."
    ) { subject, _ in
        subject.functions.compactMap { function in
            guard let keyARN = function.keyARN else { return nil }
            let place = WiringPlace(function.logicalID, "KmsKeyArn")
            guard let key = subject.keys.first(where: { $0.arn == keyARN || $0.id == keyARN }) else {
                guard WiringSubject.isKnownNotToBeARN(keyARN) else { return nil }
                return WiringRule.Sighting(
                    place, "\(function.name) has the key \(keyARN), which is no ARN", remedy: "use the key's Arn",
                    severity: .error)
            }
            guard key.isEnabled else {
                return WiringRule.Sighting(
                    WiringPlace(key.logicalID, "Enabled"),
                    "the key of \(function.name)'s environment is disabled: the function cannot start",
                    remedy: "set Enabled: true on \(key.logicalID)", severity: .error)
            }
            guard let role = subject.role(of: function), let permitted = role.permits("kms:Decrypt", on: key.arn),
                !key.statements.permit("kms:Decrypt", on: key.arn, by: role.arn)
            else { return nil }
            let root = "arn:aws:iam::\(subject.account):root"
            // A policy of the role counts only where the key's policy leaves the decision to the account.
            let delegates =
                !key.hasPolicy
                || key.statements.permit("kms:Decrypt", on: key.arn, by: root, account: subject.account)
            guard delegates else {
                return WiringRule.Sighting(
                    WiringPlace(key.logicalID, "KeyPolicy"),
                    "the policy of \(key.logicalID) lets neither the account nor the role of \(function.name) use it",
                    remedy: "allow kms:* on it to \(root), so that roles' policies decide", severity: .error)
            }
            guard !permitted else { return nil }
            let denied = role.statements.contains { !$0.allows && $0.covers("kms:Decrypt", on: key.arn) }
            return WiringRule.Sighting(
                place,
                "the role of \(function.name) \(denied ? "is denied" : "does not allow") kms:Decrypt on "
                    + "\(key.logicalID), the key of its environment",
                remedy: "allow kms:Decrypt on the key in a policy of \(role.logicalID)",
                severity: denied ? .error : nil)
        }
    }

    static let encryption = WiringRule(
        "function.encryption", .advice, "a function's environment is encrypted with a key of the stack's own",
        because:
            "With the key that AWS manages, whoever may read the configuration reads the variables; with one of your "
            + "own, kms:Decrypt decides."
    ) { subject, _ in
        let serving = Set(subject.servingFunctions.map(\.name))
        return subject.functions.filter { $0.keyARN == nil && !$0.variables.isEmpty && serving.contains($0.name) }
            .map { function in
                WiringRule.Sighting(
                    WiringPlace(function.logicalID, "KmsKeyArn"),
                    "the environment of \(function.name) is not encrypted with a key of its own",
                    remedy: "set KmsKeyArn, and allow kms:Decrypt on it to the function's role")
            }
    }

    static let data = WiringRule(
        "function.data", .error, "a function's role may use the table that its environment names",
        because: "A function that is told a table's name asks for it; without the permission every call fails."
    ) { subject, _ in
        subject.functions.flatMap { function -> [WiringRule.Sighting] in
            guard let role = subject.role(of: function), role.unknownPolicies.isEmpty else { return [] }
            return subject.tables.compactMap { table in
                guard
                    let variable = function.variables.first(where: { $0.value == table.name || $0.value == table.arn })
                else { return nil }
                let usable = itemCalls.contains { role.statements.permit($0, on: table.arn) }
                guard !usable else { return nil }
                return WiringRule.Sighting(
                    WiringPlace(role.logicalID),
                    "\(function.name) is told of table \(table.name) (\(variable.key)), and its role allows nothing on it",
                    remedy: "allow the calls that the function makes, such as dynamodb:GetItem, on the table's ARN")
            }
        }
    }
}

extension FunctionRules {
    /// Calls on a table's items, one of which whoever uses the table must be allowed.
    fileprivate static let itemCalls = [
        "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PartiQLSelect", "PutItem", "Query", "Scan",
        "UpdateItem",
    ].map { "dynamodb:\($0)" }

    static let table = WiringRule(
        "function.table", .advice, "a function is told the name of the table that it may use",
        because:
            "A permission without the name is one of two halves: the handler asks for another table, or nobody needs the "
            + "permission."
    ) { subject, _ in
        subject.servingFunctions.flatMap { function -> [WiringRule.Sighting] in
            guard let role = subject.role(of: function) else { return [] }
            return subject.tables.compactMap { table in
                guard itemCalls.contains(where: { role.statements.permit($0, on: table.arn) }),
                    !function.variables.values.contains(where: { $0 == table.name || $0 == table.arn })
                else { return nil }
                return WiringRule.Sighting(
                    WiringPlace(function.logicalID, "Environment"),
                    "\(function.name) may use table \(table.name), and no variable of its environment names it",
                    remedy: "put the table's name into the environment, or take the permission away")
            }
        }
    }
}

extension WiringSubject {
    /// Whether a text is no ARN, and none that only a deployment tells either.
    static func isKnownNotToBeARN(_ text: String) -> Bool {
        !text.isEmpty && !text.contains("arn:") && !text.hasPrefix(TemplateUnknown.export)
            && !text.hasPrefix(TemplateUnknown.parameter) && !text.contains(".")
    }
}

extension InvokePermission {
    /// Whether it lets API Gateway in.
    var isGateway: Bool { principal == "apigateway.amazonaws.com" }

    var invokes: Bool { ["lambda:invokefunction", "lambda:*"].contains(action.lowercased()) }

    /// Whether it lets a call from this ARN in.
    func admits(_ source: String) -> Bool {
        guard let sourceARN else { return true }
        let statement = PolicyStatement(
            ["Effect": "Allow", "Condition": ["ArnLike": ["AWS:SourceArn": .string(sourceARN)]]],
            place: WiringPlace(logicalID))
        return statement.holds(for: ["aws:sourcearn": source])
    }
}

extension WiringSubject {
    /// Whether another resource names the function: a custom resource, a rule, a state machine.
    fileprivate func isMentioned(_ function: FunctionDefinition) -> Bool {
        let own: Set = [
            "AWS::Lambda::Permission", "AWS::Lambda::Version", "AWS::Lambda::Alias", "AWS::CloudWatch::Alarm",
        ]
        return resources.contains { resource in
            guard resource.logicalID != function.logicalID, !own.contains(resource.type),
                !resource.type.hasPrefix("AWS::IAM::"),
                !resource.type.hasPrefix("AWS::Logs::")
            else { return false }
            return resource.properties.text.contains(function.arn)
        }
    }
}
