import ExactJSON
import StackTemplate
import Testing

/// Whole drills by the real command on the emulated stack, one at a time: two cores carry one stack well.
@Suite("Drill, end to end", .serialized)
struct DrillTests {
    private func drill(
        template: String? = nil, options: [String] = []
    ) async throws -> (Command.Outcome, JSONValue) {
        let scratch = try Scratch()
        var arguments = ["run", try scratch.shortScenario(), "--reports", "\(scratch.path)/reports"] + options
        if let template { arguments += ["--template", try scratch.write(template, "template.yaml")] }
        let outcome = try await Command.run(arguments)
        let report = try #require(try? scratch.report(), outcome.described)
        #expect(scratch.reportFiles == ["index.html", "junit.xml", "report.json"])
        return (outcome, report)
    }

    @Test("the stack as it is passes, with evidence for everything") func passes() async throws {
        let (outcome, report) = try await drill()
        #expect(outcome.exitCode == 0, outcome.described)
        #expect(report["verdict"] == "pass")
        let alarms = try #require(report["alarms"]?.arrayValue)
        #expect(alarms.count == 4)
        for alarm in alarms {
            let name = alarm["name"]?.stringValue ?? ""
            #expect(alarm["evidence"] == "realTraffic" && alarm["verdict"] == "pass", "\(name)")
            let threshold = try #require(alarm["threshold"]?.doubleValue)
            #expect(alarm["belowThreshold"]?["sent"]?.doubleValue == threshold - 1, "\(name)")
            #expect(alarm["belowThreshold"]?["state"] == "OK", "\(name)")
            #expect(alarm["evaluatedDatapoints"]?.arrayValue?.contains(.double(threshold)) == true, "\(name)")
            #expect(alarm["clearedAfterSeconds"]?.doubleValue != nil, "\(name)")
        }
        let ttl = try #require(report["cache"]?["ttlSeconds"])
        let (low, high) = (ttl["low"]?.doubleValue ?? 0, ttl["high"]?.doubleValue ?? 0)
        #expect(low > 28.5 && low <= 30 && high >= 30 && high < 31.5)
        #expect(report["cache"]?["staleness"]?["staleReads"]?.intValue ?? 0 > 0)
        #expect(report["cache"]?["crossKeyBleed"] == 0)
        #expect(report["stream"]?["lost"] == 0 && report["stream"]?["delivered"]?.intValue ?? 0 >= 7)
        let rows = try #require(report["reconciliation"]?.arrayValue)
        #expect(rows.count == 5)
        for row in rows { #expect(row["client"] == row["cloudWatch"], "\(row.text)") }
        #expect(report["run"]?["skippedSeconds"]?.doubleValue ?? 0 > 600)
        #expect(outcome.output.contains("Report: "))
    }

    struct Break: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Replacements in the template, each of which must apply.
        var changes: [(String, String)]
        /// What a failed check must say.
        var cause: String
    }

    private static let fourXX = """
                - Name: ApiName
                  Value: !Sub serverless-api-${Environment}
                - Name: Stage
                  Value: !Ref ApiStage
              Statistic: Sum
              Period: 300
              EvaluationPeriods: 2
              DatapointsToAlarm: 1
              Threshold: 10
        """

    static let breaks: [Break] = [
        Break(
            testDescription: "an alarm's dimension names another API",
            changes: [
                (fourXX, fourXX.replacing("Value: !Sub serverless-api-${Environment}", with: "Value: serverless-api"))
            ],
            cause: "ApiName is serverless-api, this stack's API is named serverless-api-dev"),
        Break(
            testDescription: "a threshold of 500",
            changes: [(fourXX, fourXX.replacing("Threshold: 10", with: "Threshold: 500"))],
            cause: "rings only at 500 failures in 300 s"),
        Break(
            testDescription: "the cache key removed",
            changes: [("        CacheKeyParameters:\n          - method.request.path.id\n", "")],
            cause: "the path parameter id is not in the cache key"),
        Break(
            testDescription: "the event source mapping disabled",
            changes: [("      BatchSize: 10\n", "      BatchSize: 10\n      Enabled: false\n")],
            cause: "is disabled: the function is never invoked"),
        Break(
            testDescription: "an alarm on another function's errors",
            changes: [
                (
                    "          Value: !Ref StreamFunction\n      Statistic",
                    "          Value: !Ref ApiFunction\n      Statistic"
                )
            ],
            cause: "no alarm watches AWS/Lambda Errors {FunctionName=stream-handler-dev}"),
        Break(
            testDescription: "the event source mapping left out",
            changes: [
                (
                    "    Type: AWS::Lambda::EventSourceMapping\n",
                    "    Type: AWS::Lambda::EventSourceMapping\n    Condition: IsProduction\n"
                )
            ],
            cause: "no event source mapping feeds a function"),
        Break(
            testDescription: "an alarm that always rings",
            changes: [(fourXX, fourXX.replacing("Threshold: 10", with: "Threshold: 0"))],
            cause: "rings on healthy service"),
        Break(
            testDescription: "a shorter time to live", changes: [("CacheTtlInSeconds: 30", "CacheTtlInSeconds: 10")],
            cause: "the stage keeps entries of GET /items/{id} for 10 s"),
    ]

    @Test("faults that the stack does not honour prove nothing, and blame no alarm") func needsFaults() async throws {
        let (outcome, report) = try await drill(options: ["--parameter", "FaultInjection=disabled"])
        #expect(outcome.exitCode == 122, outcome.described)
        #expect(report["verdict"] == "invalid")
        #expect(outcome.output.contains("FaultInjection"), outcome.described)
        let blamed = (report["checks"]?.arrayValue ?? []).filter { $0["kind"] == "alarm" && $0["verdict"] == "fail" }
        #expect(blamed.isEmpty, "\(blamed)")
    }

    @Test("a broken template fails with its cause named, by AWS calls and traffic alone", arguments: breaks)
    func namesCause(item: Break) async throws {
        var template = BuiltInTemplate.text
        for (old, new) in item.changes {
            try #require(template.contains(old), "the template no longer holds what this test breaks: \(old)")
            template = template.replacing(old, with: new)
        }
        let (outcome, report) = try await drill(template: template)
        #expect(outcome.exitCode == 120, outcome.described)
        #expect(report["verdict"] == "fail")
        let failed = (report["checks"]?.arrayValue ?? []).filter { $0["verdict"] == "fail" }
        let reasons = failed.compactMap { $0["reason"]?.stringValue }
        #expect(reasons.contains { $0.contains(item.cause) }, "\(reasons)")
        // Traffic must have shown it too: a failed check that is no reading of a definition.
        #expect(failed.contains { $0["kind"] != "wiring" }, "\(reasons)")
        #expect(outcome.output.contains(item.cause), outcome.described)
    }
}
