import ExactJSON
import StackTemplate
import Testing

/// Alarms of every kind on the emulated stack, drilled by the real command with real requests.
@Suite("Kinds of alarms, end to end", .serialized)
struct AlarmKindTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// The alarm's properties that differ from a plain Sum over one minute.
        var properties: String
        /// The datapoints below and at the threshold.
        var below: Double
        var at: Double
    }

    private static let dimensions =
        "[{ Name: ApiName, Value: !Sub 'serverless-api-${Environment}' }, { Name: Stage, Value: !Ref ApiStage }]"

    private static func metric(_ name: String, _ more: String) -> String {
        "Namespace: AWS/ApiGateway, MetricName: \(name), Dimensions: \(dimensions), Period: 60, \(more)"
    }

    private static func part(_ id: String, _ name: String, _ statistic: String) -> String {
        "{ Id: \(id), ReturnData: false, MetricStat: { Period: 60, Stat: \(statistic), "
            + "Metric: { Namespace: AWS/ApiGateway, MetricName: \(name), Dimensions: \(dimensions) } } }"
    }

    static let kinds: [Kind] = [
        Kind(
            testDescription: "a share of failures in three periods",
            properties: metric(
                "4XXError",
                "Statistic: Average, Threshold: 0.05, ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 3"),
            below: 0.05, at: 1.0 / 19),
        Kind(
            testDescription: "two of three periods",
            properties: metric(
                "4XXError",
                "Statistic: Sum, Threshold: 3, ComparisonOperator: GreaterThanOrEqualToThreshold, EvaluationPeriods: 3, "
                    + "DatapointsToAlarm: 2"),
            below: 2, at: 3),
        Kind(
            testDescription: "a percentile",
            properties: metric(
                "4XXError",
                "ExtendedStatistic: p90, Threshold: 1, ComparisonOperator: GreaterThanOrEqualToThreshold, "
                    + "EvaluationPeriods: 1"),
            below: 0, at: 1),
        Kind(
            testDescription: "traffic that stays away",
            properties: metric(
                "Count", "Statistic: Sum, Threshold: 12, ComparisonOperator: LessThanThreshold, EvaluationPeriods: 1"),
            below: 12, at: 11),
        Kind(
            testDescription: "more traffic than foreseen",
            properties: metric(
                "Count",
                "Statistic: SampleCount, Threshold: 40, ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1"),
            below: 40, at: 41),
        Kind(
            testDescription: "metric math",
            properties: "Threshold: 10, ComparisonOperator: GreaterThanOrEqualToThreshold, EvaluationPeriods: 1, "
                + "Metrics: [{ Id: rate, Expression: 'FILL(errors, 0) / requests * 100' }, "
                + "\(part("errors", "4XXError", "Sum")), \(part("requests", "Count", "SampleCount"))]",
            below: 100.0 / 11, at: 10),
    ]

    private func drill(alarm: String, alarms: String, options: [String] = []) async throws -> (
        Command.Outcome, JSONValue
    ) {
        let scratch = try Scratch()
        let template = BuiltInTemplate.text.replacing(
            "Outputs:\n",
            with: "  KindAlarm: { Type: AWS::CloudWatch::Alarm, Properties: { AlarmName: kind-dev, "
                + "AlarmActions: [!Ref AlarmTopic], \(alarm) } }\n\nOutputs:\n")
        let scenario =
            "version: 1\nname: kinds\ntarget: { emulator: {} }\n"
            + "flows:\n  calm: [{ get: { url: /items?limit=1, name: list } }]\nalarms:\n\(alarms)"
        let arguments = [
            "run", try scratch.write(scenario, "scenario.yaml"), "--reports", "\(scratch.path)/reports", "--template",
            try scratch.write(template, "template.yaml"),
        ]
        let outcome = try await Command.run(arguments + options)
        return (outcome, try #require(try? scratch.report(), outcome.described))
    }

    private static let age =
        "Namespace: AWS/Lambda, MetricName: IteratorAge, Dimensions: [{ Name: FunctionName, Value: !Ref StreamFunction }], "
        + "Period: 60, Statistic: Maximum, Threshold: 60000, ComparisonOperator: GreaterThanThreshold, "
        + "EvaluationPeriods: 2, TreatMissingData: notBreaching"

    @Test("alarms whose faults the scenario leaves open are rung by ones that fit, and their messages arrive")
    func chooses() async throws {
        let (outcome, report) = try await drill(
            alarm: Self.age, alarms: "  - { name: \"api-*\" }\n  - { name: \"stream-*\" }\n",
            options: ["--prove-delivery"])
        let alarms = report["alarms"]?.arrayValue ?? []
        #expect(alarms.count == 4, outcome.described)
        for alarm in alarms {
            #expect(alarm["verdict"] == "pass" && alarm["delivered"] == true, outcome.described)
            #expect(alarm["evidence"] == "realTraffic")
        }
    }

    @Test(
        "what no traffic rings gets lower evidence where it is allowed, and that is no pass",
        arguments: [
            ([], "none", "invalid"), (["--shadow-metrics"], "shadowMetric", "skipped"),
            (["--force-state"], "forcedState", "skipped"),
        ] as [([String], String, String)])
    func lowerEvidence(options: [String], evidence: String, verdict: String) async throws {
        let (outcome, report) = try await drill(
            alarm: Self.age, alarms: "  - { name: \"kind-*\" }\n", options: options)
        let alarm = try #require(report["alarms"]?.arrayValue?.first, outcome.described)
        #expect(alarm["evidence"] == .string(evidence) && alarm["verdict"] == .string(verdict), outcome.described)
        #expect(!(report["checks"]?.arrayValue ?? []).contains { $0["kind"] == "alarm" && $0["verdict"] == "pass" })
    }

    @Test("a function is throttled for a moment where that is allowed, and its alarm rings") func throttles()
        async throws
    {
        let throttled =
            "Namespace: AWS/Lambda, MetricName: Throttles, Dimensions: [{ Name: FunctionName, Value: !Ref ApiFunction }], "
            + "Period: 60, Statistic: Sum, Threshold: 3, ComparisonOperator: GreaterThanOrEqualToThreshold, "
            + "EvaluationPeriods: 1, TreatMissingData: notBreaching"
        let (outcome, report) = try await drill(
            alarm: throttled, alarms: "  - { name: \"kind-*\" }\n", options: ["--allow-misconfigure"])
        #expect(report["alarms"]?.arrayValue?.first?["verdict"] == "pass", outcome.described)
        let (refused, other) = try await drill(alarm: throttled, alarms: "  - { name: \"kind-*\" }\n")
        #expect(other["alarms"]?.arrayValue?.first?["verdict"] == "invalid", refused.described)
    }

    @Test("a plan names every alarm with its requests and its time, and sends nothing") func plans() async throws {
        let scratch = try Scratch()
        let outcome = try await Command.run(["plan", try scratch.shortScenario()])
        #expect(outcome.exitCode == 0, outcome.described)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 5, outcome.described)
        #expect(lines.first?.contains("19 failing requests, rings in about 1 min, clears 10 min later") == true)
        #expect(lines.last?.contains("at most 29 failing of") == true && lines.last?.contains("USD") == true)
        #expect(scratch.reportFiles.isEmpty)
    }

    @Test("answers that come too late ring the alarm on their time") func slow() async throws {
        // Far above what a loaded machine needs for a healthy answer.
        let duration =
            "Namespace: AWS/Lambda, MetricName: Duration, Dimensions: [{ Name: FunctionName, Value: !Ref ApiFunction }], "
            + "Period: 60, ExtendedStatistic: p99, Threshold: 3000, ComparisonOperator: GreaterThanThreshold, "
            + "EvaluationPeriods: 1, TreatMissingData: notBreaching"
        let (outcome, report) = try await drill(alarm: duration, alarms: "  - { name: \"kind-*\" }\n")
        let alarm = try #require(report["alarms"]?.arrayValue?.first, outcome.described)
        #expect(alarm["verdict"] == "pass" && alarm["evidence"] == "realTraffic", outcome.described)
        #expect((alarm["evaluatedDatapoints"]?.arrayValue ?? []).contains { $0.doubleValue ?? 0 > 3000 })
    }

    @Test("more failing requests than are allowed are refused before the first") func capped() async throws {
        let scratch = try Scratch()
        let outcome = try await Command.run(
            ["run", try scratch.shortScenario(), "--reports", "\(scratch.path)/reports", "--max-failing-requests", "5"])
        #expect(outcome.exitCode == 104 && outcome.errors.contains("--max-failing-requests"), outcome.described)
    }

    @Test("each rings at the datapoint worked out for it, and not just below", arguments: kinds)
    func drills(item: Kind) async throws {
        let (outcome, report) = try await drill(
            alarm: "TreatMissingData: notBreaching, \(item.properties)",
            alarms: """
                  - name: kind-dev
                    fault: { put: { url: "/items/{{ uuid }}", json: { price: 1 } } }
                    expect: { action: sns }
                """)
        let seen = try #require(report["alarms"]?.arrayValue?.first)
        #expect(seen["verdict"] == "pass" && seen["evidence"] == "realTraffic", outcome.described)
        #expect(seen["belowThreshold"]?["datapoint"]?.doubleValue == item.below || item.below == 0)
        #expect(seen["atThreshold"]?["datapoint"]?.doubleValue == item.at)
        #expect(seen["clearedAfterSeconds"]?.doubleValue != nil)
    }
}
