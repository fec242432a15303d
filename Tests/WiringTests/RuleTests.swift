import Testing

@testable import Wiring

@Suite("Wiring rules")
struct RuleTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var rule: String
        var severity = WiringSeverity.error
        /// Replacements in the built-in template.
        var changes: [(String, String)]
        /// The place, as `Resource.Property`, and the line's text there.
        var place: String
    }

    private static let fourXX = "MetricName: 4XXError"
    private static let apiErrors = """
              AlarmName: !Sub api-lambda-errors-${Environment}
              AlarmDescription: The API function failed.
              Namespace: AWS/Lambda
              MetricName: Errors
              Dimensions:
                - Name: FunctionName
                  Value: !Ref ApiFunction
              Statistic: Sum
              Period: 300
              EvaluationPeriods: 2
              DatapointsToAlarm: 1
              Threshold: 1
              ComparisonOperator: GreaterThanOrEqualToThreshold
              TreatMissingData: notBreaching
        """

    private static func alarm(_ old: String, _ new: String) -> [(String, String)] {
        [(apiErrors, apiErrors.replacing(old, with: new))]
    }

    static let cases: [Case] = [
        Case(
            testDescription: "a misspelt metric", rule: "alarm.metric",
            changes: [(fourXX, "MetricName: 4xxErrors")], place: "Api4XXAlarm.MetricName"),
        Case(
            testDescription: "a misspelt namespace", rule: "alarm.metric",
            changes: alarm("AWS/Lambda", "AWS/Lamda"), place: "ApiFunctionErrorsAlarm.Namespace"),
        Case(
            testDescription: "another service's namespace", rule: "alarm.metric",
            changes: alarm("AWS/Lambda", "AWS/SQS"), place: "ApiFunctionErrorsAlarm.MetricName"),
        Case(
            testDescription: "a function's ARN where its name belongs", rule: "alarm.dimension",
            changes: alarm("!Ref ApiFunction", "!GetAtt ApiFunction.Arn"), place: "ApiFunctionErrorsAlarm.Dimensions"),
        Case(
            testDescription: "a dimension that is not published", rule: "alarm.dimension",
            changes: alarm("Name: FunctionName", "Name: Function"), place: "ApiFunctionErrorsAlarm.Dimensions"),
        Case(
            testDescription: "a unit that no datapoint has", rule: "alarm.unit",
            changes: alarm("Statistic: Sum", "Statistic: Sum\n      Unit: Seconds"),
            place: "ApiFunctionErrorsAlarm.Unit"),
        Case(
            testDescription: "a sample count of failures", rule: "alarm.statistic",
            changes: alarm("Statistic: Sum", "Statistic: SampleCount"), place: "ApiFunctionErrorsAlarm.Statistic"),
        Case(
            testDescription: "an average that only a total failure reaches", rule: "alarm.statistic",
            changes: alarm("Statistic: Sum", "Statistic: Average"), place: "ApiFunctionErrorsAlarm.Statistic"),
        Case(
            testDescription: "an average above one", rule: "alarm.unreachable",
            changes: [
                (
                    apiErrors,
                    apiErrors.replacing("Sum\n", with: "Average\n").replacing("Threshold: 1", with: "Threshold: 5")
                )
            ],
            place: "ApiFunctionErrorsAlarm.Threshold"),
        Case(
            testDescription: "less than a threshold", rule: "alarm.alwaysOn",
            changes: alarm("GreaterThanOrEqualToThreshold", "LessThanThreshold"),
            place: "ApiFunctionErrorsAlarm.ComparisonOperator"),
        Case(
            testDescription: "a threshold of nothing", rule: "alarm.alwaysOn",
            changes: alarm("Threshold: 1", "Threshold: 0"), place: "ApiFunctionErrorsAlarm.Threshold"),
        Case(
            testDescription: "a threshold below nothing", rule: "alarm.unreachable",
            changes: [
                (
                    apiErrors,
                    apiErrors.replacing("GreaterThanOrEqualToThreshold", with: "LessThanThreshold")
                        .replacing("Threshold: 1", with: "Threshold: 0")
                )
            ], place: "ApiFunctionErrorsAlarm.Threshold"),
        Case(
            testDescription: "more datapoints than periods", rule: "alarm.invalid",
            changes: alarm("DatapointsToAlarm: 1", "DatapointsToAlarm: 3"),
            place: "ApiFunctionErrorsAlarm.DatapointsToAlarm"),
        Case(
            testDescription: "several breaching periods", rule: "alarm.datapoints", severity: .advice,
            changes: alarm("DatapointsToAlarm: 1", "DatapointsToAlarm: 2"),
            place: "ApiFunctionErrorsAlarm.DatapointsToAlarm"),
        Case(
            testDescription: "silence that rings", rule: "alarm.missingData",
            changes: alarm("notBreaching", "breaching"), place: "ApiFunctionErrorsAlarm.TreatMissingData"),
        Case(
            testDescription: "an action in another region", rule: "alarm.topic",
            changes: alarm(
                "TreatMissingData: notBreaching", "TreatMissingData: notBreaching\n      InsufficientDataActions: []")
                + [
                    (
                        "        - !Ref AlarmTopic\n      OKActions",
                        "        - arn:aws:sns:eu-west-1:123456789012:t\n      OKActions"
                    )
                ],
            place: "ApiFunctionErrorsAlarm.AlarmActions.0"),
        Case(
            testDescription: "a policy that lets another service publish", rule: "topic.policy",
            changes: [("Service: cloudwatch.amazonaws.com", "Service: events.amazonaws.com")],
            place: "AlarmTopicPolicy.PolicyDocument.Statement.0"),
        Case(
            testDescription: "a policy for alarms of other names", rule: "topic.policy",
            changes: [("alarm:*-${Environment}", "alarm:other-*")], place: "AlarmTopicPolicy.PolicyDocument.Statement.0"
        ),
        Case(
            testDescription: "a topic encrypted with SNS's own key", rule: "topic.encryption",
            changes: [("      TopicName: !Sub", "      KmsMasterKeyId: alias/aws/sns\n      TopicName: !Sub")],
            place: "AlarmTopic.KmsMasterKeyId"),
        Case(
            testDescription: "a mapping that is off", rule: "mapping.disabled",
            changes: [("      BatchSize: 10\n", "      BatchSize: 10\n      Enabled: false\n")],
            place: "StreamMapping.Enabled"),
        Case(
            testDescription: "a role that may not read the stream", rule: "mapping.permission",
            changes: [("                  - dynamodb:GetRecords\n", "")], place: "StreamFunctionRole"),
        Case(
            testDescription: "a role that may not give records up", rule: "mapping.permission",
            changes: [("Action: sqs:SendMessage", "Action: sqs:ReceiveMessage")], place: "StreamFunctionRole"),
        Case(
            testDescription: "a key without its parameter", rule: "cache.key",
            changes: [("        CacheKeyParameters:\n          - method.request.path.id\n", "")],
            place: "ReadItemMethod.Integration.CacheKeyParameters"),
        Case(
            testDescription: "no permission to invoke", rule: "function.permission",
            changes: [("Principal: apigateway.amazonaws.com", "Principal: s3.amazonaws.com")],
            place: "ReadItemMethod.Integration"),
        Case(
            testDescription: "a permission for another stage", rule: "function.permission",
            changes: [("${Api}/${Environment}/*", "${Api}/prod/*")], place: "ReadItemMethod.Integration"),
        Case(
            testDescription: "a key that nobody may use", rule: "function.key",
            changes: [("            Action: kms:*", "            Action: kms:Describe*")],
            place: "EnvironmentKey.KeyPolicy"),
        Case(
            testDescription: "a role without the key", rule: "function.key", severity: .advice,
            changes: [("Action: kms:Decrypt", "Action: kms:Encrypt")], place: "ApiFunction.KmsKeyArn"),
        Case(
            testDescription: "a wildcard on data", rule: "role.wildcard", severity: .advice,
            changes: [("                  - dynamodb:DeleteItem\n", "                  - dynamodb:*\n")],
            place: "ApiFunctionRole.Policies.0.PolicyDocument.Statement.0.Action"),
        Case(
            testDescription: "logs for ever", rule: "logs.retention", severity: .advice,
            changes: [("      RetentionInDays: 14\n", "")], place: "ApiFunctionLogs.RetentionInDays"),
    ]

    @Test("each break is found, by its rule and at its place", arguments: cases) func finds(item: Case) throws {
        let found = try findings(item.changes)
        let match = found.first { $0.id == item.rule && $0.place.text == item.place }
        #expect(match?.severity == item.severity, "\(found.map { "\($0.id) \($0.place.text): \($0.message)" })")
    }

    @Test("what a scenario promises turns taste into error") func judgesPromises() throws {
        let alarm = WiringPromises.Alarm(
            pattern: "api-4xx-*", fault: .clientError, withinSeconds: 200, clearsSeconds: 300, needsAction: true,
            failures: 5)
        let promises = WiringPromises(
            cache: .init(path: "/items/{{ id }}", ttlSeconds: 60), stream: .init(needsOldImage: true, withinSeconds: 4),
            alarms: [alarm], requests: [.init(verb: "PATCH", path: "/items/x")], judgesAlarms: true)
        #expect(try findings().filter { $0.severity == .error } == [])
        let found = try findings(
            [("StreamViewType: NEW_AND_OLD_IMAGES", "StreamViewType: NEW_IMAGE")], promises: promises)
        let expected: Set = [
            "alarm.threshold", "alarm.late", "cache.ttl", "mapping.window", "stream.viewType", "method.missing",
        ]
        #expect(Set(found.filter { $0.severity == .error }.map(\.id)) == expected)
    }

    @Test("a place has its line in the template") func findsLines() throws {
        let template = try brokenTemplate()
        let location = try #require(template.location(of: WiringPlace("Api4XXAlarm", "Dimensions", "0", "Value")))
        let whole = try #require(template.location(of: WiringPlace("Api4XXAlarm")))
        #expect(location.line > whole.line && location.line < whole.line + 12)
        #expect(template.location(of: WiringPlace("Nothing")) == nil)
        // What is not there is shown at what should hold it.
        #expect(template.location(of: WiringPlace("Api4XXAlarm", "Unit")) == whole)
    }

    @Test("ids are unique, stable names; every rule says what, why") func describesRules() {
        #expect(Set(WiringRules.all.map(\.id)).count == WiringRules.all.count)
        for rule in WiringRules.all {
            #expect(rule.id.contains("."))
            #expect(!rule.title.isEmpty && rule.reason.hasSuffix(".") || rule.reason.hasSuffix(")."))
        }
    }
}
