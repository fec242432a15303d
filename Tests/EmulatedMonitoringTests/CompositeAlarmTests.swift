import EmulatorCore
import ExactJSON
import Testing
import Timekeeping

@testable import EmulatedMonitoring

@Suite struct CompositeAlarmTests {
    static let states: [String: AlarmState] = ["a": .alarm, "b": .ok, "c": .insufficientData, "two words": .alarm]

    @Test(
        "rules hold as their words say, NOT before AND before OR",
        arguments: [
            ("ALARM(a)", true), ("OK(a)", false), ("INSUFFICIENT_DATA(c)", true), ("ALARM(gone)", false),
            ("NOT ALARM(gone)", true), ("ALARM(a) AND OK(b)", true), ("ALARM(b) OR OK(b) AND ALARM(c)", false),
            ("(ALARM(b) OR OK(b)) AND NOT ALARM(c)", true), ("TRUE", true), ("NOT NOT FALSE", false),
            ("ALARM(\"two words\")", true), ("ALARM( a )AND(TRUE)", true),
            ("ALARM(arn:aws:cloudwatch:us-west-2:123456789012:alarm:a)", true),
            ("AT_LEAST(2, ALARM, (a, b, \"two words\"))", true),
            ("AT_LEAST(3, ALARM, (a, b, \"two words\"))", false), ("AT_LEAST(50%, NOT OK, (a, b))", true),
        ])
    func holds(text: String, expected: Bool) throws {
        #expect(try AlarmRuleParser.parse(text).holds { Self.states[$0] } == expected)
    }

    @Test(
        "what is no rule is refused",
        arguments: [
            "", "()", "ALARM()", "ALARM(a", "ALARM a", "alarm(a)", "ALARM(a) XOR OK(b)", "NOT", "(TRUE", "TRUE)",
            "ALARM(\"a)",
            "AT_LEAST(0, ALARM, (a))", "AT_LEAST(3, ALARM, (a, b))", "AT_LEAST(x, ALARM, (a))",
            "AT_LEAST(101%, OK, (a))",
            String(repeating: "(", count: 5000), String(repeating: "NOT ", count: 2000),
            "TRUE" + String(repeating: " OR TRUE", count: 600), String(repeating: "x", count: 20_000),
        ])
    func refused(text: String) {
        let error = #expect(throws: AWSServiceError.self) { _ = try AlarmRuleParser.parse(text) }
        #expect(error?.code == "ValidationError")
    }

    /// Alarms `child` and `quiet`, and a composite alarm on the first that the second silences.
    struct Bench {
        let alarms = AlarmLifeTests.Bench()
        static let topic: JSONValue = ["arn:aws:sns:us-west-2:123456789012:alarms"]

        init(wait: Int, extension extensionPeriod: Int) async throws {
            for name in ["child", "quiet"] {
                _ = try await alarms.call(
                    "PutMetricAlarm",
                    [
                        "AlarmName": .string(name), "Namespace": "App", "MetricName": "none", "Statistic": "Sum",
                        "Period": 60,
                        "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
                        "TreatMissingData": "ignore",
                    ])
            }
            _ = try await alarms.call(
                "PutCompositeAlarm",
                [
                    "AlarmName": "both", "AlarmRule": "ALARM(child)", "AlarmActions": Self.topic,
                    "OKActions": Self.topic,
                    "ActionsSuppressor": "quiet", "ActionsSuppressorWaitPeriod": .integer(wait),
                    "ActionsSuppressorExtensionPeriod": .integer(extensionPeriod),
                ])
            // Its first evaluation, to OK, was told of too.
            alarms.actions.requests.withLock { $0 = [] }
        }

        func set(_ name: String, _ state: String) async throws {
            _ = try await alarms.call(
                "SetAlarmState", ["AlarmName": .string(name), "StateValue": .string(state), "StateReason": "a drill"])
        }

        /// The states that topics were told of.
        var told: [AlarmState] {
            alarms.actions.requests.withLock { $0.filter { $0.alarmName == "both" }.map(\.newState) }
        }

        func suppressedBy() async throws -> JSONValue? {
            try await alarms.call("DescribeAlarms", ["AlarmTypes": ["CompositeAlarm"]])["CompositeAlarms"]?[0]?[
                "ActionsSuppressedBy"]
        }
    }

    @Test("actions wait for the suppressor, and are carried out when it does not come") func waits() async throws {
        let bench = try await Bench(wait: 120, extension: 60)
        try await bench.set("child", "ALARM")
        #expect(bench.told.isEmpty)
        #expect(try await bench.suppressedBy() == "WaitPeriod")
        await bench.alarms.clock.advance(by: .seconds(119))
        #expect(bench.told.isEmpty)
        await bench.alarms.clock.advance(by: .seconds(2))
        #expect(bench.told == [.alarm])
        #expect(try await bench.suppressedBy() == nil)
        try await bench.set("child", "OK")
        #expect(bench.told == [.alarm, .ok])
    }

    @Test("a suppressor in ALARM silences, and for a while after it") func silences() async throws {
        let bench = try await Bench(wait: 120, extension: 60)
        try await bench.set("quiet", "ALARM")
        try await bench.set("child", "ALARM")
        #expect(try await bench.suppressedBy() == "Alarm")
        await bench.alarms.clock.advance(by: .seconds(600))
        #expect(bench.told.isEmpty)
        try await bench.set("quiet", "OK")
        #expect(try await bench.suppressedBy() == "ExtensionPeriod")
        await bench.alarms.clock.advance(by: .seconds(61))
        #expect(bench.told == [.alarm])
    }

    @Test("whoever was not told of an alarm is not told of its end") func silentEnd() async throws {
        let bench = try await Bench(wait: 120, extension: 60)
        try await bench.set("quiet", "ALARM")
        try await bench.set("child", "ALARM")
        try await bench.set("child", "OK")
        try await bench.set("quiet", "OK")
        await bench.alarms.clock.advance(by: .seconds(600))
        #expect(bench.told.isEmpty)
    }

    @Test("composite alarms stand on composite alarms, also in a circle") func nested() async throws {
        let bench = AlarmLifeTests.Bench()
        func put(_ name: String, _ rule: String) async throws {
            _ = try await bench.call("PutCompositeAlarm", ["AlarmName": .string(name), "AlarmRule": .string(rule)])
        }
        try await put("one", "FALSE")
        try await put("two", "ALARM(one)")
        try await put("three", "ALARM(two) OR ALARM(one)")
        try await put("one", "NOT ALARM(three)")
        let states = try await bench.call("DescribeAlarms", ["AlarmTypes": ["CompositeAlarm"]])["CompositeAlarms"]
        #expect(states?.arrayValue?.count == 3)
        try await put("one", "TRUE")
        let settled = try await bench.call("DescribeAlarms", ["AlarmTypes": ["CompositeAlarm"], "StateValue": "ALARM"])
        #expect(settled["CompositeAlarms"]?.arrayValue?.count == 3)
    }
}
