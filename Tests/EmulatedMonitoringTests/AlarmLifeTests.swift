import EmulatedMonitoring
import EmulatorCore
import ExactJSON
import Synchronization
import Testing
import Timekeeping

/// Alarms on a clock that is advanced by hand.
@Suite struct AlarmLifeTests {
    /// A clock that stands still but for its advances, at 2026-01-31T08:00:00Z.
    static let start = Timestamp(millisecondsSinceEpoch: 1_769_846_400_000)

    final class Actions: Sendable {
        let requests = Mutex<[AlarmActionRequest]>([])
    }

    struct Bench {
        let clock = VirtualClock(realTime: { AlarmLifeTests.start })
        let actions = Actions()
        let service: CloudWatchService

        init() {
            let actions = actions
            service = CloudWatchService(account: EmulatedAccount(), clock: clock) { request in
                actions.requests.withLock { $0.append(request) }
                return request.actionARN.hasSuffix("broken") ? .failure("topic is gone") : .success
            }
            service.start()
        }

        func call(_ operation: String, _ input: JSONValue) async throws -> JSONValue {
            try await service.call(operation, input)
        }

        func alarm() async throws -> JSONValue {
            try #require(try await call("DescribeAlarms", [:])["MetricAlarms"]?[0])
        }

        func errors(_ count: Int) {
            let metric = MetricIdentity(
                namespace: "AWS/Lambda", name: "Errors", dimensions: [.init("FunctionName", "items")])
            for _ in 0..<count {
                service.record(ServiceSample(metric, value: 1, unit: "Count", timestamp: clock.now))
            }
        }
    }

    static let alarm: JSONValue = [
        "AlarmName": "errors", "Namespace": "AWS/Lambda", "MetricName": "Errors", "Statistic": "Sum", "Period": 300,
        "EvaluationPeriods": 2, "DatapointsToAlarm": 1, "Threshold": 5,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold", "TreatMissingData": "notBreaching",
        "Dimensions": [["Name": "FunctionName", "Value": "items"]],
        "AlarmActions": ["arn:aws:sns:us-west-2:123456789012:alarms", "arn:aws:sns:us-west-2:123456789012:broken"],
    ]

    @Test("a new alarm has insufficient data until its first evaluation")
    func created() async throws {
        let bench = Bench()
        _ = try await bench.call("PutMetricAlarm", Self.alarm)
        #expect(try await bench.alarm()["StateValue"] == "INSUFFICIENT_DATA")
        #expect(try await bench.alarm()["StateReason"] == "Unchecked: Initial alarm creation")
        await bench.clock.advance(by: .seconds(66))
        #expect(try await bench.alarm()["StateValue"] == "OK")
        #expect(
            try await bench.alarm()["StateReason"]
                == "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [NonBreaching]."
        )
    }

    @Test("below the threshold it stays, at the threshold it sounds within a minute and tells what it saw")
    func twoSided() async throws {
        let bench = Bench()
        _ = try await bench.call("PutMetricAlarm", Self.alarm)
        await bench.clock.advance(by: .seconds(70))
        bench.errors(4)
        await bench.clock.advance(by: .seconds(60))
        #expect(try await bench.alarm()["StateValue"] == "OK")
        // The fifth in a later minute, in the same sliding window of five.
        bench.errors(1)
        await bench.clock.advance(by: .seconds(60))
        let alarm = try await bench.alarm()
        #expect(alarm["StateValue"] == "ALARM")
        #expect(
            alarm["StateReason"]
                == "Threshold Crossed: 1 out of the last 1 datapoints [5.0 (31/01/26 07:58:00)] was greater than or equal to the threshold (5.0) and 1 missing datapoint was treated as [NonBreaching] (minimum 1 datapoint for OK -> ALARM transition)."
        )

        let history = try await bench.call(
            "DescribeAlarmHistory", ["HistoryItemType": "StateUpdate", "AlarmName": "errors"])
        let newest = try #require(history["AlarmHistoryItems"]?[0])
        #expect(newest["HistorySummary"] == "Alarm updated from OK to ALARM")
        let data = try JSONValue(parsing: try #require(newest["HistoryData"]?.stringValue))
        let reason = try #require(data["newState"]?["stateReasonData"])
        #expect(reason["recentDatapoints"]?[0]?.doubleValue == 5)
        #expect(
            reason["evaluatedDatapoints"]
                == [
                    [
                        "timestamp": "2026-01-31T07:58:00.000+0000", "sampleCount": .number("5.0"),
                        "value": .number("5.0"),
                    ]
                ])
        #expect(reason["statistic"] == "Sum")
        #expect(reason["period"] == 300)
    }

    @Test("actions run on the transition only, and the history says how they went")
    func actions() async throws {
        let bench = Bench()
        _ = try await bench.call("PutMetricAlarm", Self.alarm)
        bench.errors(9)
        await bench.clock.advance(by: .seconds(240))
        let requests = bench.actions.requests.withLock { $0 }
        #expect(requests.count == 2)
        #expect(requests.first?.notification["NewStateValue"] == "ALARM")
        #expect(requests.first?.notification["Trigger"]?["MetricName"] == "Errors")
        let history = try await bench.call("DescribeAlarmHistory", ["HistoryItemType": "Action"])
        let summaries = (history["AlarmHistoryItems"]?.arrayValue ?? []).compactMap {
            $0["HistorySummary"]?.stringValue
        }
        #expect(
            summaries.sorted() == [
                "Failed to execute action arn:aws:sns:us-west-2:123456789012:broken. Received error: \"topic is gone\"",
                "Successfully executed action arn:aws:sns:us-west-2:123456789012:alarms",
            ])
    }

    @Test("a forced state runs its actions and reverts at the next evaluation")
    func forced() async throws {
        let bench = Bench()
        _ = try await bench.call("PutMetricAlarm", Self.alarm)
        await bench.clock.advance(by: .seconds(70))
        _ = try await bench.call(
            "SetAlarmState", ["AlarmName": "errors", "StateValue": "ALARM", "StateReason": "a drill"])
        #expect(try await bench.alarm()["StateValue"] == "ALARM")
        #expect(try await bench.alarm()["StateReason"] == "a drill")
        #expect(bench.actions.requests.withLock { $0.count } == 2)
        await bench.clock.advance(by: .seconds(60))
        #expect(try await bench.alarm()["StateValue"] == "OK")
    }

    @Test("a disabled alarm changes its state without actions")
    func disabled() async throws {
        let bench = Bench()
        _ = try await bench.call("PutMetricAlarm", Self.alarm)
        _ = try await bench.call("DisableAlarmActions", ["AlarmNames": ["errors"]])
        bench.errors(9)
        await bench.clock.advance(by: .seconds(70))
        #expect(try await bench.alarm()["StateValue"] == "ALARM")
        #expect(bench.actions.requests.withLock { $0.isEmpty })
    }

    @Test("it clears once the windows that it looks at are clean")
    func clears() async throws {
        let bench = Bench()
        _ = try await bench.call("PutMetricAlarm", Self.alarm)
        bench.errors(9)
        await bench.clock.advance(by: .seconds(70))
        #expect(try await bench.alarm()["StateValue"] == "ALARM")
        let zero = MetricIdentity(namespace: "AWS/Lambda", name: "Errors", dimensions: [.init("FunctionName", "items")])
        for minute in 1...12 {
            bench.service.record(ServiceSample(zero, value: 0, unit: "Count", timestamp: bench.clock.now))
            await bench.clock.advance(by: .seconds(60))
            // Ten minutes after the minute of the errors, both windows are past it.
            #expect(try await bench.alarm()["StateValue"] == (minute < 10 ? "ALARM" : "OK"), "after minute \(minute)")
        }
    }

    @Test("an alarm on an expression sounds by the expression's value")
    func math() async throws {
        let bench = Bench()
        func metric(_ id: String, _ name: String) -> JSONValue {
            [
                "Id": .string(id), "ReturnData": false,
                "MetricStat": [
                    "Metric": ["Namespace": "App", "MetricName": .string(name)], "Period": 60, "Stat": "Sum",
                ],
            ]
        }
        _ = try await bench.call(
            "PutMetricAlarm",
            [
                "AlarmName": "rate", "EvaluationPeriods": 1, "Threshold": 0.05,
                "ComparisonOperator": "GreaterThanThreshold",
                "Metrics": [
                    metric("errors", "Errors"), metric("calls", "Calls"),
                    ["Id": "rate", "Expression": "errors / calls"],
                ],
            ])
        for (errors, state) in [(5, "OK"), (6, "ALARM"), (0, "OK")] {
            for (name, value) in [("Errors", errors), ("Calls", 100)] {
                _ = try await bench.call(
                    "PutMetricData",
                    ["Namespace": "App", "MetricData": [["MetricName": .string(name), "Value": .integer(value)]]])
            }
            await bench.clock.advance(by: .seconds(66))
            #expect(try await bench.alarm()["StateValue"] == .string(state), "\(errors) errors")
            await bench.clock.advance(by: .seconds(54))
        }
        #expect(try await bench.alarm()["Metrics"]?.arrayValue?.count == 3)
    }

    @Test("an alarm with a period of ten seconds does not wait for the minute")
    func highResolution() async throws {
        let bench = Bench()
        _ = try await bench.call(
            "PutMetricAlarm",
            [
                "AlarmName": "fast", "Namespace": "App", "MetricName": "Load", "Statistic": "Maximum", "Period": 10,
                "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold",
            ])
        _ = try await bench.call(
            "PutMetricData",
            ["Namespace": "App", "MetricData": [["MetricName": "Load", "Value": 2, "StorageResolution": 1]]])
        await bench.clock.advance(by: .seconds(16))
        #expect(try await bench.alarm()["StateValue"] == "ALARM")
    }

    @Test("a thousand alarms are evaluated in one pass, each with its actions")
    func thousand() async throws {
        let bench = Bench()
        for number in 0..<1000 {
            var input = try #require(Self.alarm.objectValue)
            input["AlarmName"] = .string("alarm-\(number)")
            _ = try await bench.call("PutMetricAlarm", .object(input))
        }
        bench.errors(9)
        bench.service.flush(before: Self.start + .seconds(60))
        await bench.service.evaluateAlarms(endingAt: Self.start + .seconds(60))
        let states = try await bench.call("DescribeAlarms", ["StateValue": "ALARM", "MaxRecords": 100])
        #expect(states["MetricAlarms"]?.arrayValue?.count == 100)
        #expect(states["NextToken"] == "100")
    }

    @Test(
        "an alarm that cannot be is refused",
        arguments: [
            ("Period", 90, "InvalidParameterValueException"),
            ("EvaluationPeriods", 0, "ValidationError"),
            ("DatapointsToAlarm", 3, "ValidationError"),
            ("EvaluationPeriods", 1000, "InvalidParameterCombinationException"),
            ("Threshold", nil, "InvalidParameterCombinationException"),
            ("Statistic", "p99", "InvalidParameterValueException"),
            ("ExtendedStatistic", "p99", "InvalidParameterCombinationException"),
            ("ComparisonOperator", nil, "MissingRequiredParameterException"),
            ("TreatMissingData", "sometimes", "ValidationError"),
            ("AlarmActions", ["nonsense"], "ValidationError"),
        ] as [(String, JSONValue?, String)])
    func refused(member: String, value: JSONValue?, code: String) async throws {
        var input = try #require(Self.alarm.objectValue)
        input[member] = value
        let bench = Bench()
        let error = await #expect(throws: AWSServiceError.self) {
            _ = try await bench.call("PutMetricAlarm", .object(input))
        }
        #expect(error?.code == code)
    }
}
