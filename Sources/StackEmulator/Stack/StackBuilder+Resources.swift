import EmulatedServices
import EmulatorCore
import ExactJSON
import StackTemplate
import Timekeeping

extension StackBuilder {
    static func refusal(of resource: ResolvedResource, _ error: AWSServiceError) -> EmulatorError {
        EmulatorError(
            code: .resource, message: "\(resource.logicalID) (\(resource.type)): \(error.message)",
            location: "\(resource.location)")
    }

    /// Makes one resource in its service; the answer is an event source mapping, if it was one.
    func create(_ resource: ResolvedResource) async throws(AWSServiceError) -> EventSourceMapping? {
        let properties = resource.properties
        switch resource.type {
        case "AWS::KMS::Alias":
            keys.createAlias(resource.ref, keyID: properties["TargetKeyId"]?.stringValue ?? "")
        case "AWS::Logs::LogGroup":
            _ = try await logs.call("CreateLogGroup", ["logGroupName": .string(resource.ref)])
            if let days = properties.integer("RetentionInDays") {
                _ = try await logs.call(
                    "PutRetentionPolicy", ["logGroupName": .string(resource.ref), "retentionInDays": .integer(days)])
            }
        case "AWS::SQS::Queue":
            var attributes: [String: String] = [:]
            for name in ["MessageRetentionPeriod", "VisibilityTimeout"] {
                if let value = properties.integer(name) { attributes[name] = String(value) }
            }
            if let flag = properties.flag("SqsManagedSseEnabled") { attributes["SqsManagedSseEnabled"] = String(flag) }
            queues.create(name: resource.attributes["QueueName"] ?? "", attributes: attributes)
        case "AWS::SNS::Topic":
            topics.create(
                name: resource.attributes["TopicName"] ?? "", displayName: properties["DisplayName"]?.stringValue ?? "")
            for subscription in properties["Subscription"]?.arrayValue ?? [] { subscribe(subscription, resource.ref) }
        case "AWS::SNS::Subscription": subscribe(properties, properties["TopicArn"]?.stringValue ?? "")
        case "AWS::SNS::TopicPolicy":
            for topic in properties["Topics"]?.arrayValue ?? [] {
                topics.setPolicy(properties["PolicyDocument"] ?? [:], ofTopic: topic.stringValue ?? "")
            }
        case "AWS::CloudWatch::Alarm":
            _ = try await metrics.call("PutMetricAlarm", Self.alarm(properties, name: resource.ref))
        case "AWS::Lambda::EventSourceMapping": return try await mapping(resource)
        default: break
        }
        return nil
    }

    private func subscribe(_ properties: JSONValue, _ topic: String) {
        topics.subscribe(
            topic: topic, protocol: properties["Protocol"]?.stringValue ?? "",
            endpoint: properties["Endpoint"]?.stringValue ?? "")
    }

    private func mapping(_ resource: ResolvedResource) async throws(AWSServiceError) -> EventSourceMapping {
        let function = try lambda.function(resource.properties["FunctionName"]?.stringValue ?? "")
        let mapping = EventSourceMapping(
            settings: EventSourceSettings(id: resource.ref, functionARN: function.arn, properties: resource.properties),
            streams: tables.streams, functions: lambda,
            failures: FailureDestination(queues: queues, topics: topics, clock: clock), clock: clock,
            switches: configuration.switches)
        try await mapping.prepare()
        tables.onStreamRecords(streamARN: mapping.settings.streamARN) { [weak mapping] in mapping?.poke() }
        return mapping
    }

    /// An alarm's properties as PutMetricAlarm takes them: the names are the same, numbers and flags may be text.
    private static func alarm(_ properties: JSONValue, name: String) -> JSONValue {
        var members = properties.objectValue ?? [:]
        members["AlarmName"] = .string(name)
        members["Tags"] = nil
        for number in ["Period", "EvaluationPeriods", "DatapointsToAlarm"] {
            if let value = properties.integer(number) { members[number] = .integer(value) }
        }
        if let text = properties["Threshold"]?.stringValue, let value = Double(text) {
            members["Threshold"] = .double(value)
        }
        if let flag = properties.flag("ActionsEnabled") { members["ActionsEnabled"] = .bool(flag) }
        return .object(members)
    }

    // MARK: Tables

    /// Makes the tables of a stack; a table that a data directory has already stays.
    ///
    /// - Returns: The stream ARNs by table name.
    func createTables(of stack: ResolvedStack) async throws(EmulatorError) -> [String: String] {
        var streams: [String: String] = [:]
        for resource in stack.resources where resource.type == "AWS::DynamoDB::Table" {
            do throws(AWSServiceError) {
                let description = try await table(resource)
                if let arn = description["LatestStreamArn"]?.stringValue { streams[resource.ref] = arn }
            } catch {
                throw Self.refusal(of: resource, error)
            }
        }
        return streams
    }

    private func table(_ resource: ResolvedResource) async throws(AWSServiceError) -> JSONValue {
        let name: JSONValue = ["TableName": .string(resource.ref)]
        if let existing = try? await tables.call("DescribeTable", name) { return existing["Table"] ?? [:] }
        let properties = resource.properties
        var input: [String: JSONValue] = ["TableName": .string(resource.ref)]
        for member in [
            "AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled",
            "TableClass", "Tags",
        ] {
            input[member] = properties[member]
        }
        if let view = properties["StreamSpecification"]?["StreamViewType"] {
            input["StreamSpecification"] = ["StreamEnabled": true, "StreamViewType": view]
        }
        if let encryption = properties["SSESpecification"] {
            input["SSESpecification"] = ["Enabled": encryption["SSEEnabled"] ?? true]
        }
        let created = try await tables.call("CreateTable", .object(input))
        if properties["PointInTimeRecoverySpecification"]?.flag("PointInTimeRecoveryEnabled") == true {
            _ = try await tables.call(
                "UpdateContinuousBackups",
                [
                    "TableName": .string(resource.ref),
                    "PointInTimeRecoverySpecification": ["PointInTimeRecoveryEnabled": true],
                ])
        }
        if let expiry = properties["TimeToLiveSpecification"] {
            _ = try await tables.call(
                "UpdateTimeToLive", ["TableName": .string(resource.ref), "TimeToLiveSpecification": expiry])
        }
        return created["TableDescription"] ?? [:]
    }

    // MARK: Functions

    func function(_ resource: ResolvedResource) throws(EmulatorError) -> LambdaFunction {
        let properties = resource.properties
        let name = resource.ref
        guard let line = configuration.functions[name] ?? configuration.functions[resource.logicalID] else {
            throw EmulatorError(
                code: .command,
                message: "the function \(resource.logicalID) (\(name)) has no command: "
                    + "say which program serves it with --function \(resource.logicalID)=COMMAND",
                location: "\(resource.location)")
        }
        let command = try FunctionCommand(
            line: line, function: resource.logicalID, searchPath: configuration.baseEnvironment["PATH"] ?? "")
        let arn = resource.attributes["Arn"] ?? ""
        let key = properties["KmsKeyArn"]?.stringValue
        let variables = (properties["Environment"]?["Variables"]?.objectValue ?? [:]).compactMapValues {
            $0.stringValue ?? $0.numberLiteral ?? $0.boolValue.map { String($0) }
        }
        var environment: EncryptedVariables?
        if !variables.isEmpty {
            do throws(AWSServiceError) {
                environment = try EncryptedVariables(
                    variables, functionARN: arn, key: key ?? Self.defaultKeyAlias, keys: keys)
            } catch {
                throw Self.refusal(of: resource, error)
            }
        }
        return LambdaFunction(
            logicalID: resource.logicalID, name: name, arn: arn,
            description: properties["Description"]?.stringValue ?? "", role: properties["Role"]?.stringValue ?? "",
            runtime: properties["Runtime"]?.stringValue ?? "provided.al2023",
            handler: properties["Handler"]?.stringValue ?? "bootstrap",
            timeoutSeconds: min(max(1, properties.integer("Timeout") ?? 3), 900),
            memorySize: properties.integer("MemorySize") ?? 128,
            architectures: (properties["Architectures"]?.arrayValue ?? ["x86_64"]).compactMap(\.stringValue),
            kmsKeyARN: key, logGroup: properties["LoggingConfig"]?["LogGroup"]?.stringValue ?? "/aws/lambda/\(name)",
            reservedConcurrency: properties.integer("ReservedConcurrentExecutions"), environment: environment,
            command: command, lastModified: clock.now)
    }

    /// The key that Lambda uses for functions that name none.
    static let defaultKeyAlias = "alias/aws/lambda"
}

extension JSONValue {
    /// A flag that may be written as text, as CloudFormation allows.
    func flag(_ name: String) -> Bool? {
        self[name]?.boolValue ?? self[name]?.stringValue.map { $0.lowercased() == "true" }
    }

    /// A whole number that may be written as text, as CloudFormation allows.
    func integer(_ name: String) -> Int? {
        self[name]?.intValue ?? self[name]?.stringValue.flatMap { Int($0) }
    }
}
