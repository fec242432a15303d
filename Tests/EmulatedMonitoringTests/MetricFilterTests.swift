import EmulatedMonitoring
import EmulatorCore
import ExactJSON
import Testing
import Timekeeping

/// Log events that become metrics.
@Suite struct MetricFilterTests {
    struct Bench {
        let clock = VirtualClock(realTime: { AlarmLifeTests.start })
        let logs: LogsService
        let metrics: CloudWatchService

        init() async throws {
            logs = LogsService(account: EmulatedAccount(), clock: clock)
            metrics = CloudWatchService(account: EmulatedAccount(), clock: clock) { _ in .success }
            logs.publishMetrics(to: metrics)
            metrics.start()
            _ = try await logs.call("CreateLogGroup", ["logGroupName": "g"])
        }

        func filter(_ pattern: String, _ transformation: [String: JSONValue]) async throws {
            var members = transformation
            members["metricName"] = "m"
            members["metricNamespace"] = "App"
            _ = try await logs.call(
                "PutMetricFilter",
                [
                    "logGroupName": "g", "filterName": "f", "filterPattern": .string(pattern),
                    "metricTransformations": [.object(members)],
                ])
        }

        func log(_ messages: String...) {
            let now = clock.now.millisecondsSinceEpoch
            logs.append(group: "g", stream: "s", events: messages.map { LogEvent(timestamp: now, message: $0) })
        }

        /// Minute, number of samples and their sum.
        func points(_ dimensions: JSONValue = []) async throws -> [String] {
            let answer = try await metrics.call(
                "GetMetricStatistics",
                [
                    "Namespace": "App", "MetricName": "m", "Dimensions": dimensions, "Period": 60,
                    "Statistics": ["Sum", "SampleCount"], "StartTime": 1_769_846_400, "EndTime": 1_769_847_000,
                ])
            return (answer["Datapoints"]?.arrayValue ?? []).map { point in
                let minute = ((point["Timestamp"]?.intValue ?? 0) - 1_769_846_400) / 60
                return "\(minute): \(point["SampleCount"]?.text ?? "")x \(point["Sum"]?.text ?? "")"
            }
        }
    }

    @Test("each matching event counts, once its minute is over") func counts() async throws {
        let bench = try await Bench()
        try await bench.filter("ERROR", ["metricValue": "1"])
        bench.log("ERROR one", "fine", "ERROR two")
        #expect(try await bench.points() == [])
        await bench.clock.advance(by: .seconds(63))
        #expect(try await bench.points() == ["0: 2x 2"])
    }

    @Test("the value and the dimensions are read from the event") func reads() async throws {
        let bench = try await Bench()
        try await bench.filter(
            "{ $.latency = * }",
            ["metricValue": "$.latency", "dimensions": ["Route": "$.route"], "unit": "Milliseconds"])
        bench.log(
            "{\"latency\": 12.5, \"route\": \"/items\"}", "{\"latency\": 4, \"route\": \"/items\"}", "{\"latency\": 4}",
            "{\"latency\": \"slow\", \"route\": \"/items\"}")
        await bench.clock.advance(by: .seconds(63))
        #expect(try await bench.points([["Name": "Route", "Value": "/items"]]) == ["0: 2x 16.5"])
    }

    @Test("fields of a line are values too") func fields() async throws {
        let bench = try await Bench()
        try await bench.filter("[ip, status = 5*, bytes]", ["metricValue": "$bytes"])
        bench.log("1.2.3.4 503 120", "1.2.3.4 200 7", "1.2.3.4 500 3")
        await bench.clock.advance(by: .seconds(63))
        #expect(try await bench.points() == ["0: 2x 123"])
    }

    @Test("a minute with events but no match has the default value, one without events none") func defaults()
        async throws
    {
        let bench = try await Bench()
        try await bench.filter("ERROR", ["metricValue": "1", "defaultValue": 0])
        bench.log("fine")
        await bench.clock.advance(by: .seconds(60))
        bench.log("fine", "ERROR")
        await bench.clock.advance(by: .seconds(120))
        bench.log("fine again")
        bench.log("fine too")
        await bench.clock.advance(by: .seconds(120))
        #expect(try await bench.points() == ["0: 1x 0", "1: 1x 1", "3: 1x 0"])
    }

    @Test("a filter that is gone measures nothing") func deleted() async throws {
        let bench = try await Bench()
        try await bench.filter("ERROR", ["metricValue": "1"])
        _ = try await bench.logs.call("DeleteMetricFilter", ["logGroupName": "g", "filterName": "f"])
        bench.log("ERROR")
        await bench.clock.advance(by: .seconds(63))
        #expect(try await bench.points() == [])
    }

    @Test(
        "filters that cannot be are refused",
        arguments: [
            ["metricValue": "lots"], ["metricValue": "1", "defaultValue": 0, "dimensions": ["a": "$.b"]],
            ["metricValue": "1", "dimensions": ["a": "constant"]], ["metricValue": "1", "unit": "Parsecs"],
            ["metricValue": "1", "dimensions": ["a": "$.a", "b": "$.b", "c": "$.c", "d": "$.d"]], [:],
        ] as [[String: JSONValue]])
    func refused(transformation: [String: JSONValue]) async throws {
        let bench = try await Bench()
        await #expect(throws: AWSServiceError.self) { try await bench.filter("ERROR", transformation) }
    }
}
