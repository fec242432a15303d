import EmulatorCore
import ExactJSON
import MetricMath
import Testing
import Timekeeping

@testable import EmulatedMonitoring

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What callers hand in is understood or refused, whatever it is. FIREDRILL_FUZZ_ITERATIONS asks for more rounds.
@Suite struct MonitoringFuzzTests {
    static let iterations = getenv("FIREDRILL_FUZZ_ITERATIONS").flatMap { Int(String(cString: $0)) } ?? 400

    static func text(of pieces: [String], upTo count: Int, _ generator: inout SplitMix) -> String {
        (0..<Int.random(in: 0...count, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
            .joined()
    }

    @Test("metric expressions", arguments: [UInt64(11), 12]) func expressions(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let pieces =
            MathFunction.allCases.map { $0.rawValue + "(" } + [
                "m1", "m2", "[", "]", "(", ")", ",", "+", "-", "*", "/", "^", "<", "==", "&&", "||", "!", "NOT ",
                " AND ",
                "1", "0", "1e308", "\"m\"", "'", "REPEAT", "LINEAR", "ASC", ".5", "é", " ", "\u{0}",
            ]
        let grid = TimeGrid(start: -120, period: 60, count: 5)
        let series = MathSeries(label: "m1", period: 60, values: [1, nil, 0, -3, 1e308])
        var evaluated = 0
        for round in 0..<Self.iterations {
            let text =
                round % 3 == 0
                ? Self.text(of: pieces, upTo: 16, &generator) : Self.wellFormed(depth: 4, &generator)
            guard let expression = try? MathParser.parse(text), (try? expression.type { _ in .series }) != nil else {
                continue
            }
            let evaluation = MathEvaluation(
                grid: grid, value: { _ in .series(series) }, metrics: { _ in [series, series] })
            for result in evaluation.series(evaluation.evaluate(expression)) {
                #expect(result.values.count == grid.count, "seed \(seed): \(text)")
                #expect(result.values.allSatisfy { $0?.isFinite ?? true }, "seed \(seed): \(text)")
            }
            evaluated += 1
        }
        #expect(evaluated > Self.iterations / 10, "seed \(seed)")
    }

    /// An expression that can be read, of any types.
    private static func wellFormed(depth: Int, _ generator: inout SplitMix) -> String {
        let leaves = ["m1", "m2", "METRICS()", "2", "0", "[m1, m2]", "-1.5"]
        guard depth > 0 else { return leaves.randomElement(using: &generator) ?? "m1" }
        func part() -> String { wellFormed(depth: depth - 1, &generator) }
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return leaves.randomElement(using: &generator) ?? "m1"
        case 1:
            return
                "(\(part()) \(["+", "-", "*", "/", "^", "<", "==", "||"].randomElement(using: &generator) ?? "+") \(part()))"
        case 2: return "IF(\(part()), \(part()), \(part()))"
        case 3: return "FILL(\(part()), \(["REPEAT", "LINEAR", "0", "m2"].randomElement(using: &generator) ?? "0"))"
        case 4: return "SLICE(SORT([\(part()), \(part())], AVG, DESC), \(Int.random(in: 0...3, using: &generator)))"
        default:
            let functions = MathFunction.allCases.filter { $0.arity == 1...1 }
            return "\((functions.randomElement(using: &generator) ?? .sum).rawValue)(\(part()))"
        }
    }

    @Test("alarm rules", arguments: [UInt64(21), 22]) func rules(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let pieces = [
            "ALARM(", "OK(", "INSUFFICIENT_DATA(", "a", "\"b c\"", ")", "(", " AND ", " OR ", "NOT ", "TRUE", "FALSE",
            "AT_LEAST(", "2", "50%", ",", "\"", "\\", "é", "arn:aws:cloudwatch:x:1:alarm:", "\u{0}",
        ]
        for _ in 0..<Self.iterations {
            let text = Self.text(of: pieces, upTo: 14, &generator)
            if let rule = try? AlarmRuleParser.parse(text) { _ = rule.holds { $0 == "a" ? .alarm : nil } }
        }
    }

    @Test("filter patterns, and messages for them", arguments: [UInt64(31), 32]) func patterns(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let pieces = [
            "{", "}", "[", "]", "(", ")", "$.", "$.a", "a", "b", "*", "...", ",", "=", "!=", ">", "&&", "||", "%",
            "\\d",
            "[a-z]", "{2,3}", "+", "?", "^", "-", "|", "\"", "1", " ", "IS NULL", "NOT EXISTS", "\\x", "é",
        ]
        let messages = ["{\"a\": [1, {\"b\": null}]}", "a b \"c d\" [e f] 1", "", "é\u{0}", "{", "[", "\"", "a-z 123"]
        var understood = 0
        for _ in 0..<Self.iterations {
            let text = Self.text(of: pieces, upTo: 12, &generator)
            guard let pattern = try? FilterPattern(text) else { continue }
            understood += 1
            for message in messages {
                #expect((pattern.extract(message) != nil) == pattern.matches(message), "seed \(seed): \(text)")
            }
        }
        #expect(understood > 0, "seed \(seed)")
    }

    private static func json(depth: Int, _ generator: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 12 : 9), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .integer(Int.random(in: -3...1000, using: &generator))
        case 3:
            return .number(
                ["1e400", "-1e400", "1.5", "99999999999999999999", "0", "-0.0"].randomElement(using: &generator) ?? "0")
        case 4:
            return .string(
                ["", "a", "App", "Sum", "p99", "m1 + 1", "NaN", "arn:aws:x", "GreaterThanThreshold"].randomElement(
                    using: &generator) ?? "")
        case 5, 6, 7, 8:
            return .integer([60, 300, 1_769_846_400, 1_769_846_400_000, 1].randomElement(using: &generator) ?? 1)
        case 9:
            return .array(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in json(depth: depth - 1, &generator) })
        default: return members(depth: depth - 1, &generator)
        }
    }

    private static let names = [
        "Namespace", "MetricName", "MetricData", "Value", "Values", "Counts", "StatisticValues", "Timestamp", "Unit",
        "Dimensions",
        "Name", "StartTime", "EndTime", "Period", "Statistics", "MetricDataQueries", "Id", "Expression", "MetricStat",
        "Metric",
        "Stat", "AlarmName", "AlarmNames", "EvaluationPeriods", "Threshold", "ComparisonOperator", "Metrics",
        "AlarmRule",
        "DashboardBody", "DashboardName", "NextToken", "MaxRecords", "MaxDatapoints", "StateValue", "StateReason",
        "logGroupName",
        "logStreamName", "logEvents", "timestamp", "message", "filterPattern", "metricTransformations", "metricValue",
        "limit",
        "nextToken", "startTime", "endTime", "tags", "Tags", "StorageResolution", "DatapointsToAlarm", "filterName",
    ]

    private static func members(depth: Int, _ generator: inout SplitMix) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for _ in 0..<Int.random(in: 0...8, using: &generator) {
            members[names.randomElement(using: &generator) ?? ""] = json(depth: depth, &generator)
        }
        return .object(members)
    }

    @Test("whole inputs of all operations", arguments: [UInt64(41), 42]) func inputs(seed: UInt64) async {
        var generator = SplitMix(state: seed)
        let clock = VirtualClock(realTime: { AlarmLifeTests.start })
        let metrics = CloudWatchService(account: EmulatedAccount(), clock: clock) { _ in .success }
        let logs = LogsService(account: EmulatedAccount(), clock: clock)
        logs.publishMetrics(to: metrics)
        logs.append(group: "a", stream: "a", events: [LogEvent(timestamp: 1, message: "a")])
        let operations = [
            "PutMetricData", "GetMetricData", "GetMetricStatistics", "ListMetrics", "PutMetricAlarm",
            "PutCompositeAlarm",
            "DescribeAlarms", "DescribeAlarmsForMetric", "DescribeAlarmHistory", "DeleteAlarms", "SetAlarmState",
            "PutDashboard",
            "ListDashboards", "TagResource", "EnableAlarmActions",
        ]
        let logOperations = [
            "CreateLogGroup", "CreateLogStream", "PutLogEvents", "GetLogEvents", "FilterLogEvents", "PutMetricFilter",
            "DescribeMetricFilters", "TestMetricFilter", "DescribeLogGroups", "DescribeLogStreams",
            "PutRetentionPolicy", "TagLogGroup",
        ]
        for _ in 0..<Self.iterations {
            let input = Self.members(depth: 5, &generator)
            _ = try? await metrics.call(operations.randomElement(using: &generator) ?? "", input)
            _ = try? await logs.call(logOperations.randomElement(using: &generator) ?? "", input)
        }
        metrics.flush(before: AlarmLifeTests.start + .seconds(60))
        await metrics.evaluateAlarms(endingAt: AlarmLifeTests.start + .seconds(60))
    }
}
