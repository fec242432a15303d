import EmulatorCore
import ExactJSON
import Testing
import Timekeeping

@testable import EmulatedMonitoring

@Suite struct MetricTests {
    static let start = Timestamp(millisecondsSinceEpoch: 1_769_846_400_000)
    static let metric = MetricIdentity(
        namespace: "App", name: "Latency", dimensions: [.init("b", "2"), .init("a", "1")])

    static func service() -> CloudWatchService {
        CloudWatchService(account: EmulatedAccount(), clock: VirtualClock(realTime: { start })) { _ in .success }
    }

    static func statistics(_ service: CloudWatchService, _ more: [String: JSONValue] = [:]) async throws -> [JSONValue]
    {
        var input: [String: JSONValue] = [
            "Namespace": "App", "MetricName": "Latency", "Period": 60, "StartTime": 1_769_845_800,
            "EndTime": 1_769_846_460, "Statistics": ["Sum", "SampleCount", "Minimum", "Maximum", "Average"],
            "Dimensions": [["Name": "a", "Value": "1"], ["Name": "b", "Value": "2"]],
        ]
        input.merge(more) { _, new in new }
        let answer = try await service.call("GetMetricStatistics", .object(input))
        return answer["Datapoints"]?.arrayValue ?? []
    }

    @Test("what a service records is seen only after the flush of its minute")
    func flush() async throws {
        let service = Self.service()
        for value in [10.0, 20, 30] {
            service.record(ServiceSample(Self.metric, value: value, unit: "Milliseconds", timestamp: Self.start))
        }
        #expect(try await Self.statistics(service).isEmpty)
        service.flush(before: Self.start)
        #expect(try await Self.statistics(service).isEmpty)
        service.flush(before: Self.start + .seconds(60))
        #expect(
            try await Self.statistics(service) == [
                [
                    "Timestamp": 1_769_846_400, "Unit": "Milliseconds", "Sum": 60, "SampleCount": 3, "Minimum": 10,
                    "Maximum": 30, "Average": 20,
                ]
            ])
        // A latecomer of the same minute joins it with the next flush.
        service.record(ServiceSample(Self.metric, value: 40, unit: "Milliseconds", timestamp: Self.start))
        service.flush(before: Self.start + .seconds(120))
        #expect(try await Self.statistics(service).first?["Sum"] == 100)
    }

    @Test("registered metrics record the same as named ones")
    func handles() async throws {
        let service = Self.service()
        let handle = service.register(Self.metric, unit: "Milliseconds")
        service.record([(handle, 7)], at: Self.start)
        service.record([ServiceSample(Self.metric, value: 5, unit: "Milliseconds", timestamp: Self.start)])
        service.flush(before: Self.start + .seconds(60))
        #expect(try await Self.statistics(service).first?["Sum"] == 12)
    }

    @Test("values with counts, single values and statistic sets add up and are seen at once")
    func put() async throws {
        let service = Self.service()
        let dimensions: JSONValue = [["Name": "b", "Value": "2"], ["Name": "a", "Value": "1"]]
        _ = try await service.call(
            "PutMetricData",
            [
                "Namespace": "App",
                "MetricData": [
                    ["MetricName": "Latency", "Dimensions": dimensions, "Value": 4],
                    ["MetricName": "Latency", "Dimensions": dimensions, "Values": [1, 2], "Counts": [3, 2]],
                    [
                        "MetricName": "Latency", "Dimensions": dimensions,
                        "StatisticValues": ["SampleCount": 4, "Sum": 40, "Minimum": 9, "Maximum": 11],
                    ],
                ],
            ])
        let datapoint = try #require(try await Self.statistics(service).first)
        #expect(datapoint["SampleCount"] == 10)
        #expect(datapoint["Sum"] == 51)
        #expect(datapoint["Minimum"] == 1)
        #expect(datapoint["Maximum"] == 11)
        #expect(datapoint["Unit"] == "None")
        // The set hides its values, so there are no percentiles.
        #expect(try await Self.statistics(service, ["Statistics": nil, "ExtendedStatistics": ["p50"]]).isEmpty)
    }

    @Test(
        "percentiles are those of the sorted samples",
        arguments: [(50.0, 500.0), (90, 900), (99, 990), (99.9, 999), (100, 1000), (0, 1)])
    func percentiles(percent: Double, expected: Double) {
        var bucket = StatisticBucket(start: 0)
        // More different values than are kept exactly, so they are rounded, by at most 0.8 %.
        for value in (1...1000).reversed() { bucket.add(Double(value)) }
        var window = StatisticWindow(start: 0)
        window.add(bucket, withDistribution: true)
        let value = MetricStatistic.percentile(percent).value(of: window) ?? -1
        #expect(abs(value - expected) <= expected * 0.008)
    }

    @Test("percentiles over many minutes are those of all samples sorted", arguments: [1, 2, 5, 16, 17, 40])
    func percentilesOfParts(minutes: Int) {
        var generator = SplitMix(state: UInt64(minutes))
        var window = StatisticWindow(start: 0)
        var samples: [Double] = []
        for minute in 0..<minutes {
            var bucket = StatisticBucket(start: Int64(minute) * 60)
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                // Few enough different values that many are equal, over the minutes too.
                let value = Double(Int.random(in: 0...60, using: &generator))
                let count = Int.random(in: 1...3, using: &generator)
                bucket.add(value, count: Double(count))
                samples += Array(repeating: value, count: count)
            }
            window.add(bucket, withDistribution: true)
        }
        samples.sort()
        for percent in [0.0, 1, 10, 49, 50, 75, 90, 95, 99, 99.9, 100] {
            let rank = max(1, Int((percent / 100 * Double(samples.count)).rounded(.up)))
            #expect(MetricStatistic.percentile(percent).value(of: window) == samples[rank - 1], "p\(percent)")
        }
    }

    @Test(
        "trimmed statistics look only between their bounds",
        arguments: [
            // By hand, of 10, 20 ... 100.
            ("tm90", 50.0), ("TM(10%:90%)", 55), ("TC(20:50)", 3), ("TS(20:50)", 120), ("PR(:50)", 50), ("IQM", 55),
            ("wm90", 54), ("ts50", 150),
        ])
    func trimmed(text: String, expected: Double) throws {
        // Of several minutes, put together.
        var window = StatisticWindow(start: 0)
        for minute in 0..<3 {
            var bucket = StatisticBucket(start: Int64(minute) * 60)
            for value in stride(from: 10.0, through: 100, by: 10) where Int(value) / 10 % 3 == minute {
                bucket.add(value)
            }
            window.add(bucket, withDistribution: true)
        }
        let statistic = try #require(MetricStatistic(text))
        let value = try #require(statistic.value(of: window))
        #expect(abs(value - expected) < 0.001)
    }

    @Test(
        "what is no statistic is refused",
        arguments: ["", "p", "p101", "Median", "TM(:)", "TM(1", "xx90", "p-1", "pNaN"])
    func refusedStatistic(text: String) { #expect(MetricStatistic(text) == nil) }

    @Test("a listing shows metrics with their dimensions and filters them")
    func listing() async throws {
        let service = Self.service()
        for index in 0..<3 {
            _ = try await service.call(
                "PutMetricData",
                [
                    "Namespace": "App",
                    "MetricData": [
                        [
                            "MetricName": "Calls", "Value": 1,
                            "Dimensions": [["Name": "Route", "Value": .string("/\(index)")]],
                        ]
                    ],
                ])
        }
        let all = try await service.call("ListMetrics", ["Namespace": "App"])
        #expect(all["Metrics"]?.arrayValue?.count == 3)
        let one = try await service.call("ListMetrics", ["Dimensions": [["Name": "Route", "Value": "/1"]]])
        #expect(one["Metrics"]?[0]?["Dimensions"] == [["Name": "Route", "Value": "/1"]])
        let none = try await service.call("ListMetrics", ["Dimensions": [["Name": "Other"]]])
        #expect(none["Metrics"] == [])
    }

    @Test(
        "metric data that cannot be is refused, and nothing of it is kept",
        arguments: [
            (["MetricName": "Latency", "Value": "NaN"], "InvalidParameterValueException"),
            (["MetricName": "Latency"], "MissingRequiredParameterException"),
            (["MetricName": "Latency", "Value": 1, "Values": [1]], "InvalidParameterCombinationException"),
            (["MetricName": "Latency", "Values": [1, 2], "Counts": [1]], "InvalidParameterValueException"),
            (["MetricName": "Latency", "Value": 1, "Timestamp": 1_768_636_700], "InvalidParameterValueException"),
            (["MetricName": "Latency", "Value": 1, "Timestamp": 1_769_853_700], "InvalidParameterValueException"),
            (["MetricName": "Latency", "Value": 1, "Unit": "Parsecs"], "InvalidParameterValueException"),
            (
                ["MetricName": "Latency", "Value": 1, "Dimensions": [["Name": "x"]]],
                "MissingRequiredParameterException"
            ),
            (["MetricName": 7, "Value": 1], "SerializationException"),
        ] as [(JSONValue, String)])
    func refused(datum: JSONValue, code: String) async throws {
        let service = Self.service()
        let error = await #expect(throws: AWSServiceError.self) {
            _ = try await service.call(
                "PutMetricData", ["Namespace": "App", "MetricData": [["MetricName": "Fine", "Value": 1], datum]])
        }
        #expect(error?.code == code)
        #expect(try await service.call("ListMetrics", [:])["Metrics"] == [])
    }

    @Test("more than 1440 datapoints are refused with AWS's words")
    func tooMany() async throws {
        let error = await #expect(throws: AWSServiceError.self) {
            _ = try await Self.statistics(Self.service(), ["StartTime": .integer(1_769_846_400 - 86_400)])
        }
        #expect(error?.code == "InvalidParameterCombinationException")
        #expect(error?.message.contains("You have requested up to 1,441 datapoints") == true)
    }
}
