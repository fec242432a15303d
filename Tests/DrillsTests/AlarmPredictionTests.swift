import AWSClients
import EmulatedMonitoring
import ExactJSON
import ScenarioModel
import Testing
import Timekeeping

@testable import Drills

/// The traffic that is worked out from an alarm's definition, played against the emulator's own evaluation.
@Suite("Alarm prediction")
struct AlarmPredictionTests {
    struct Definition: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var metric = "4XXError"
        var statistic = "Sum"
        var comparison = "GreaterThanOrEqualToThreshold"
        var threshold: Double
        var period = 60
        var required = 1
        var periods = 1
        var missing = "notBreaching"
        /// Failing and healthy requests of the last period, below and at.
        var below: [Int]
        var at: [Int]
        var minutesToFire = 1
    }

    static let definitions: [Definition] = [
        Definition(testDescription: "Sum >= 10", threshold: 10, below: [9, 0], at: [10, 0]),
        Definition(
            testDescription: "Sum > 10", comparison: "GreaterThanThreshold", threshold: 10, below: [10, 0], at: [11, 0]),
        Definition(testDescription: "Sum >= 0.5", threshold: 0.5, below: [0, 0], at: [1, 0]),
        Definition(
            testDescription: "AWS's recommended Average > 0.05 in 5 of 5", statistic: "Average",
            comparison: "GreaterThanThreshold", threshold: 0.05, required: 5, periods: 5, below: [1, 19], at: [1, 18],
            minutesToFire: 5),
        Definition(
            testDescription: "Average >= 0.05", statistic: "Average", threshold: 0.05, below: [1, 20], at: [1, 19]),
        Definition(
            testDescription: "Average >= 0.03 needs three of a hundred to be exact", statistic: "Average",
            threshold: 0.03, below: [3, 98], at: [3, 97]),
        Definition(testDescription: "Maximum >= 1", statistic: "Maximum", threshold: 1, below: [0, 0], at: [1, 0]),
        Definition(testDescription: "Minimum >= 1", statistic: "Minimum", threshold: 1, below: [1, 1], at: [1, 0]),
        Definition(
            testDescription: "p90 >= 1", statistic: "p90", threshold: 1, below: [1, 9], at: [1, 8]),
        Definition(
            testDescription: "SampleCount of Count >= 10", metric: "Count", statistic: "SampleCount", threshold: 10,
            below: [0, 9], at: [0, 10]),
        Definition(
            testDescription: "2 of 3 periods of five minutes", threshold: 3, period: 300, required: 2, periods: 3,
            below: [2, 0], at: [3, 0], minutesToFire: 6),
        Definition(
            testDescription: "fewer than 20 requests ring by absence", metric: "Count", comparison: "LessThanThreshold",
            threshold: 20, below: [0, 20], at: [0, 19]),
        Definition(
            testDescription: "fewer than 20 requests in five minutes", metric: "Count", comparison: "LessThanThreshold",
            threshold: 20, period: 300, below: [0, 4], at: [0, 3]),
        Definition(
            testDescription: "no request at all rings where missing data breaches", metric: "Count",
            comparison: "LessThanThreshold", threshold: 1, missing: "breaching", below: [0, 1], at: [0, 0],
            minutesToFire: 3),
    ]

    private static let step = Step(method: "PUT", url: Template(literal: "/items/x"), name: "change")
    private static let fault = FaultEffect(of: .request(step), in: healthyStack()).traffic
    private static let healthy = TrafficEffect(healthy: step, in: healthyStack())

    private func predict(_ alarm: MetricAlarm) -> AlarmPrediction.Outcome {
        AlarmPrediction.predict(alarm, fault: Self.fault, healthy: Self.healthy)
    }

    private func alarm(_ item: Definition) -> MetricAlarm {
        let isPlain = ["Sum", "Average", "SampleCount", "Minimum", "Maximum"].contains(item.statistic)
        return DrillsTests.alarm(
            "a", "AWS/ApiGateway", item.metric, ["ApiName": "serverless-api-dev", "Stage": "dev"], item.threshold,
            comparison: item.comparison,
            changes: [
                "Statistic": isPlain ? .string(item.statistic) : .null,
                "ExtendedStatistic": isPlain ? .null : .string(item.statistic), "Period": .integer(item.period),
                "EvaluationPeriods": .integer(item.periods), "DatapointsToAlarm": .integer(item.required),
                "TreatMissingData": .string(item.missing),
            ])
    }

    @Test("traffic just below and at the threshold comes from the definition", arguments: definitions)
    func budgets(item: Definition) throws {
        guard case .predicted(let prediction) = predict(alarm(item)) else {
            Issue.record("\(predict(alarm(item)))")
            return
        }
        let budget = prediction.budget
        #expect([budget.below.failing, budget.below.healthy] == item.below)
        #expect([budget.at.failing, budget.at.healthy] == item.at)
        #expect(prediction.minutesToFire == item.minutesToFire)
        #expect(prediction.minutesToClear != nil)
        #expect(prediction.isExact)
    }

    @Test("one side rings the emulator's evaluation and the other does not", arguments: definitions)
    func rings(item: Definition) throws {
        #expect(try outcome(item) == [false, true])
    }

    /// Whether the emulator's evaluation rings on the lower side and on the upper one.
    private func outcome(_ item: Definition) throws -> [Bool] {
        let alarm = alarm(item)
        guard case .predicted(let prediction) = predict(alarm) else { return [] }
        return try [(prediction.budget.below, prediction.rest), (prediction.budget.at, prediction.between)].map {
            burst, rest in
            let before = TrafficScript.steady(prediction.calm, minutes: 30)
            let silence = TrafficScript.steady(
                0, minutes: prediction.wantsSilence ? item.period / 60 - 1 : 0)
            let after = TrafficScript.steady(rest, minutes: item.period / 60 * (item.periods + 3))
            let minutes = before + silence + prediction.script(burst, index: 0).minutes + after
            let values = try Self.datapoints(item, minutes)
            return try Self.states(alarm, values, item).suffix(from: before.count).contains(.alarm)
        }
    }

    @Test("whatever the definition, what is predicted rings, and what lies below does not") func anyDefinition() throws
    {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        func pick<Element>(_ all: [Element]) -> Element { all[Int.random(in: 0..<all.count, using: &generator)] }
        var predicted = 0
        for _ in 0..<200 {
            let statistic = pick(["Sum", "Average", "SampleCount", "Minimum", "Maximum", "p50", "p90", "p99"])
            let isShare = ["Average", "Minimum", "Maximum", "p50", "p90", "p99"].contains(statistic)
            let periods = Int.random(in: 1...4, using: &generator)
            let item = Definition(
                testDescription: "", metric: pick(["4XXError", "Count"]), statistic: statistic,
                comparison: pick([
                    "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold",
                    "LessThanOrEqualToThreshold",
                ]),
                threshold: isShare ? pick([0.01, 0.05, 0.3, 0.5, 0.99, 1]) : pick([0.5, 1, 3, 7, 20]),
                period: pick([60, 120, 300]), required: Int.random(in: 1...periods, using: &generator),
                periods: periods,
                missing: pick(["missing", "ignore", "breaching", "notBreaching"]), below: [], at: [])
            guard case .predicted = predict(alarm(item)) else { continue }
            predicted += 1
            let words =
                "\(item.metric) \(item.statistic) \(item.comparison) \(item.threshold), \(item.period) s, \(item.required) of "
                + "\(item.periods), \(item.missing)"
            #expect(try outcome(item) == [false, true], "seed \(seed): \(words)")
        }
        #expect(predicted > 40, "seed \(seed)")
    }

    /// Each minute's samples of the metric, as the services publish them: 0 or 1 a request.
    private static func datapoints(_ item: Definition, _ minutes: [TrafficScript.Minute]) throws -> [Double?] {
        let length = item.period / 60
        return minutes.indices.map { last in
            var samples: [Double] = []
            for minute in minutes[max(0, last + 1 - length)...last] {
                samples += Array(repeating: 1, count: minute.failing)
                samples += Array(repeating: item.metric == "Count" ? 1 : 0, count: minute.healthy)
            }
            guard !samples.isEmpty else { return nil }
            samples.sort()
            switch item.statistic {
            case "Sum": return samples.reduce(0, +)
            case "Average": return samples.reduce(0, +) / Double(samples.count)
            case "SampleCount": return Double(samples.count)
            case "Minimum": return samples.first
            case "Maximum": return samples.last
            default:
                let share = (Double(item.statistic.dropFirst()) ?? 0) / 100
                return samples[max(0, Int((share * Double(samples.count)).rounded(.up)) - 1)]
            }
        }
    }

    private static func states(_ alarm: MetricAlarm, _ values: [Double?], _ item: Definition) throws -> [AlarmState] {
        let criteria = AlarmCriteria(
            comparison: try #require(AlarmComparison(rawValue: alarm.comparison)), threshold: alarm.threshold,
            evaluationPeriods: item.periods, datapointsToAlarm: item.required,
            missingData: try #require(MissingDataTreatment(rawValue: item.missing)))
        let range = EvaluationRange().datapoints(evaluationPeriods: item.periods)
        var state = AlarmState.ok
        return values.indices.map { last in
            let slots = (0..<range).reversed().map { back -> AlarmDatapoint? in
                let place = last - back * (item.period / 60)
                guard place >= 0, let value = values[place] else { return nil }
                return AlarmDatapoint(start: Timestamp(nanosecondsSinceEpoch: 0), value: value)
            }
            state = AlarmEvaluation(criteria, slots: slots, current: state).state
            return state
        }
    }

    private func math(_ expression: String, _ comparison: String, _ threshold: Double) -> MetricAlarm {
        func metric(_ id: String, _ name: String, _ statistic: String) -> JSONValue {
            [
                "Id": .string(id), "ReturnData": false,
                "MetricStat": [
                    "Stat": .string(statistic), "Period": 60,
                    "Metric": [
                        "Namespace": "AWS/ApiGateway", "MetricName": .string(name),
                        "Dimensions": [
                            ["Name": "ApiName", "Value": "serverless-api-dev"], ["Name": "Stage", "Value": "dev"],
                        ],
                    ],
                ],
            ]
        }
        return DrillsTests.alarm(
            "math", "", "", [:], threshold, comparison: comparison,
            changes: [
                "Namespace": .null, "MetricName": .null, "Statistic": .null, "Period": .null,
                "EvaluationPeriods": 1, "DatapointsToAlarm": 1,
                "Metrics": [
                    metric("errors", "4XXError", "Sum"), metric("requests", "Count", "SampleCount"),
                    ["Id": "rate", "Expression": .string(expression), "ReturnData": true],
                ],
            ])
    }

    @Test(
        "metric math is evaluated on what the requests add",
        arguments: [
            ("errors / requests * 100", "GreaterThanOrEqualToThreshold", 5, [1, 20], [1, 19]),
            ("100 - errors / requests * 100", "LessThanThreshold", 95, [1, 19], [1, 18]),
            ("IF(requests > 30, errors / requests, 0)", "GreaterThanOrEqualToThreshold", 0.1, [4, 37], [4, 36]),
            ("FILL(errors, 0) + 1", "GreaterThanThreshold", 3, [2, 0], [3, 0]),
        ] as [(String, String, Double, [Int], [Int])])
    func expressions(expression: String, comparison: String, threshold: Double, below: [Int], at: [Int]) {
        guard case .predicted(let prediction) = predict(math(expression, comparison, threshold)) else {
            Issue.record("\(predict(math(expression, comparison, threshold)))")
            return
        }
        #expect([prediction.budget.below.failing, prediction.budget.below.healthy] == below)
        #expect([prediction.budget.at.failing, prediction.budget.at.healthy] == at)
    }

    @Test(
        "what no traffic can be computed for says why",
        arguments: [
            "RATE(errors)", "MINUTE(errors)", "ANOMALY_DETECTION_BAND(errors)", "AVG(errors)", "FILL(errors, REPEAT)",
        ])
    func obscure(expression: String) {
        guard case .obscure(let why) = predict(math(expression, "GreaterThanThreshold", 1)) else {
            Issue.record("\(predict(math(expression, "GreaterThanThreshold", 1)))")
            return
        }
        #expect(!why.reason.isEmpty && !why.remedy.isEmpty)
    }

    @Test("healthy service that breaches, a fault beside the point and a state never reached are told apart")
    func impossible() {
        var sum = healthyStack().alarms[0]
        sum.threshold = 0
        #expect(predict(sum) == .alwaysOn)
        sum.threshold = .infinity
        if case .obscure = predict(sum) {} else { Issue.record("an infinite threshold was computed") }
        let other = DrillsTests.alarm("q", "AWS/SQS", "NumberOfMessagesSent", ["QueueName": "q"], 1)
        #expect(predict(other) == .notMoved)
        var absent = alarm(
            Definition(
                testDescription: "", metric: "Count", comparison: "LessThanThreshold", threshold: 1, below: [], at: []))
        absent.treatMissingData = "notBreaching"
        if case .unreachable = predict(absent) {} else { Issue.record("\(predict(absent))") }
    }
}
