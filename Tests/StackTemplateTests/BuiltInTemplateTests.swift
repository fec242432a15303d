import ExactJSON
import StackTemplate
import Testing

@Suite("The built-in template") struct BuiltInTemplateTests {
    private func stack(_ parameters: [String: String] = [:]) throws -> ResolvedStack {
        try FakeAccount.resolve(BuiltInTemplate.text, parameters)
    }

    private func alarms(_ stack: ResolvedStack) -> [ResolvedResource] {
        stack.resources.filter { $0.type == "AWS::CloudWatch::Alarm" }
    }

    @Test(
        "the alarms are those of the acceptance list",
        arguments: [
            ("api-lambda-errors-qa", "AWS/Lambda", "Errors", ["FunctionName": "api-handler-qa"], "1"),
            ("stream-lambda-errors-qa", "AWS/Lambda", "Errors", ["FunctionName": "stream-handler-qa"], "1"),
            ("api-4xx-errors-qa", "AWS/ApiGateway", "4XXError", ["ApiName": "serverless-api-qa", "Stage": "qa"], "10"),
            ("api-5xx-errors-qa", "AWS/ApiGateway", "5XXError", ["ApiName": "serverless-api-qa", "Stage": "qa"], "5"),
        ])
    func alarms(name: String, namespace: String, metric: String, dimensions: [String: String], threshold: String) throws
    {
        let stack = try stack(["Environment": "qa"])
        #expect(alarms(stack).count == 4)
        let found = alarms(stack).first { $0.properties["AlarmName"] == .string(name) }
        let properties = try #require(found).properties
        let named = (properties["Dimensions"]?.arrayValue ?? []).map {
            ($0["Name"]?.stringValue ?? "", $0["Value"]?.stringValue ?? "")
        }
        #expect(Dictionary(named) { first, _ in first } == dimensions)
        #expect(properties["Namespace"] == .string(namespace))
        #expect(properties["MetricName"] == .string(metric))
        #expect(properties["Threshold"] == .number(threshold))
        #expect(properties["Statistic"] == "Sum")
        #expect(properties["Period"] == 300)
        #expect(properties["EvaluationPeriods"] == 2)
        #expect(properties["DatapointsToAlarm"] == 1)
        #expect(properties["ComparisonOperator"] == "GreaterThanOrEqualToThreshold")
        #expect(properties["TreatMissingData"] == "notBreaching")
        #expect(properties["AlarmActions"] == ["arn:aws:fake:::serverless-alarms-qa"])
        #expect(properties["OKActions"] == ["arn:aws:fake:::serverless-alarms-qa"])
    }

    @Test(
        "faults are enabled only by the parameter and never in prod",
        arguments: [
            (["FaultInjection": "enabled"], "enabled"),
            ([:], "disabled"),
            (["FaultInjection": "enabled", "Environment": "prod"], "disabled"),
        ])
    func faults(parameters: [String: String], expected: String) throws {
        let stack = try stack(parameters)
        for name in ["ApiFunction", "StreamFunction"] {
            let variables = stack.resource(name)?.properties["Environment"]?["Variables"]
            #expect(variables?["FIREDRILL_FAULTS"] == .string(expected))
        }
    }

    @Test("the table is kept in prod and goes with its stack elsewhere")
    func retention() throws {
        let production = try stack(["Environment": "prod"]).resource("DataTable")
        #expect(production?.deletionPolicy == "RetainExceptOnCreate")
        #expect(production?.properties["DeletionProtectionEnabled"] == true)
        let development = try stack().resource("DataTable")
        #expect(development?.deletionPolicy == "Delete")
        #expect(development?.properties["DeletionProtectionEnabled"] == false)
    }

    @Test("every explicit name carries the environment")
    func names() throws {
        let properties = [
            "AliasName", "TableName", "LogGroupName", "FunctionName", "QueueName", "Name", "TopicName", "AlarmName",
            "StageName",
        ]
        let stack = try stack(["Environment": "qa-7"])
        var seen = 0
        for resource in stack.resources {
            for property in properties {
                guard let name = resource.properties[property]?.stringValue else { continue }
                seen += 1
                #expect(name.contains("qa-7"), "\(resource.logicalID).\(property) is \(name)")
            }
        }
        #expect(seen >= 15)
    }

    @Test("an item is cached under its id for 30 s; the list and the health answer are not cached")
    func cache() throws {
        let stack = try stack()
        let read = try #require(stack.resource("ReadItemMethod")).properties
        #expect(read["RequestParameters"]?["method.request.path.id"] == true)
        #expect(read["Integration"]?["CacheKeyParameters"] == ["method.request.path.id"])
        let settings = try #require(stack.resource("ApiStage")?.properties["MethodSettings"]?.arrayValue)
        let caching = settings.map { "\($0["ResourcePath"]?.stringValue ?? "") \($0["CachingEnabled"] == true)" }
        #expect(caching == ["/* true", "/~1items false", "/ false"])
        #expect(settings[0]["CacheTtlInSeconds"] == 30)
        #expect(settings.allSatisfy { $0["MetricsEnabled"] == true && $0["DataTraceEnabled"] == false })
    }

    @Test("the access log is one line of JSON in which every value is a context variable")
    func accessLog() throws {
        let stage = try #require(try stack().resource("ApiStage"))
        let format = try #require(stage.properties["AccessLogSetting"]?["Format"]?.stringValue)
        #expect(!format.contains("\n"))
        let fields = try #require(JSONValue(parsing: format).objectValue)
        #expect(fields["requestId"] == "$context.requestId")
        #expect(fields["status"] == "$context.status")
        #expect(fields.values.allSatisfy { $0.stringValue?.hasPrefix("$context.") == true })
    }

    @Test("no data statement of a role has a wildcard action or resource")
    func leastPrivilege() throws {
        let roles = try stack().resources.filter { $0.type == "AWS::IAM::Role" }
        #expect(roles.count == 3)
        let statements = roles.flatMap { $0.properties["Policies"]?.arrayValue ?? [] }
            .flatMap { $0["PolicyDocument"]?["Statement"]?.arrayValue ?? [] }
        #expect(statements.count == 7)
        for statement in statements {
            #expect(!(statement["Action"]?.text.contains("*") ?? true))
            #expect(statement["Resource"]?.stringValue?.hasPrefix("arn:aws:fake:::") == true)
        }
    }

    @Test("each resource comes after all that it needs")
    func order() throws {
        let resources = try stack().resources
        var earlier: Set<String> = []
        for resource in resources {
            #expect(resource.dependencies.allSatisfy(earlier.contains), "\(resource.logicalID)")
            earlier.insert(resource.logicalID)
        }
        #expect(try #require(stack().resource("ApiDeployment")).dependencies.count == 12)
    }
}
