import MetricMath
import Testing

@testable import EmulatedMonitoring

/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
@Suite struct MetricExpressionTests {
    /// 2026-01-31T08:00:00Z, a Saturday.
    static let grid = TimeGrid(start: 1_769_846_400, period: 60, count: 4)

    static let metrics: [(id: String, values: [Double?])] = [
        ("m1", [8, 4, nil, 2]), ("m2", [2, 2, 2, 2]), ("zero", [0, 0, 0, 0]), ("none", [nil, nil, nil, nil]),
        ("gap", [1, nil, nil, 7]),
    ]

    static func evaluate(_ text: String) throws(MetricMathError) -> MathValue {
        let all = metrics.map { MathSeries(label: $0.id, period: 60, values: $0.values) }
        let expression = try MathParser.parse(text)
        _ = try expression.type { _ in .series }
        return MathEvaluation(
            grid: grid,
            value: { id in all.first { $0.label == id }.map(MathValue.series) ?? .array([]) },
            metrics: { text in all.filter { text.isEmpty || $0.label.contains(text) } }
        ).evaluate(expression)
    }

    @Test(
        "a series has the values that its expression gives point by point",
        arguments: [
            ("m1 + m2 * 3", [14, 10, nil, 8]), ("(m1 + m2) * 3", [30, 18, nil, 12]), ("m1 - m2 - 1", [5, 1, nil, -1]),
            ("m1 / m2 / 2", [2, 1, nil, 0.5]), ("-m1 + 1", [-7, -3, nil, -1]), ("m2 ^ 3 ^ 2", [512, 512, 512, 512]),
            ("100 * m2/m1", [25, 50, nil, 100]), ("m1 / zero", [nil, nil, nil, nil]), ("2 ^ -m2 * 4", [1, 1, 1, 1]),
            ("SUM([m1, m2])", [10, 6, 2, 4]), ("AVG([m1, m2])", [5, 3, 2, 2]), ("MIN([m1,m2])", [2, 2, 2, 2]),
            ("MAX([m1, m2, 3.5])", [8, 4, 3.5, 3.5]), ("SUM(METRICS(\"m\"))", [10, 6, 2, 4]),
            ("STDDEV([m1, m2])", [3, 1, 0, 0]), ("DATAPOINT_COUNT([m1, gap])", [2, 1, 0, 2]),
            ("ABS(m2 - m1)", [6, 2, nil, 0]), ("CEIL(m1 / 3)", [3, 2, nil, 1]), ("FLOOR(m1 / 3)", [2, 1, nil, 0]),
            ("LOG10(50 * m2)", [2, 2, 2, 2]), ("LOG(m1 / m1)", [0, 0, nil, 0]), ("m1 - AVG(m2)", [6, 2, nil, 0]),
            ("FILL(none, 7)", [7, 7, 7, 7]), ("FILL(gap, REPEAT)", [1, 1, 1, 7]), ("FILL(gap, LINEAR)", [1, 3, 5, 7]),
            ("FILL(m1, m2)", [8, 4, 2, 2]), ("FILL(none, LINEAR)", [nil, nil, nil, nil]),
            ("DIFF(m1)", [nil, -4, nil, -2]), ("DIFF_TIME(m1)", [nil, 60, nil, 120]),
            ("RATE(gap)", [nil, nil, nil, 1.0 / 30]),
            ("RUNNING_SUM(m1)", [8, 12, nil, 14]), ("TIME_SERIES(3)", [3, 3, 3, 3]),
            ("PERIOD(m1) * m2", [120, 120, 120, 120]),
            ("m1 > m2", [1, 1, nil, 0]), ("m1 > 3 && m1 < 5", [0, 1, nil, 0]), ("m1 > 5 OR m1 == 2", [1, 0, nil, 1]),
            ("!zero", [1, 1, 1, 1]), ("NOT m2 + 1", [1, 1, 1, 1]), ("m1 != 4", [1, 0, nil, 1]),
            ("m1 <= 4", [0, 1, nil, 1]),
            ("IF(m1 > 3, m1, 0)", [8, 4, nil, 0]), ("IF(m2, m1, m2)", [8, 4, nil, 2]),
            ("IF(1 < 2, m2, m1)", [2, 2, 2, 2]),
            ("FIRST([m2, m1])", [2, 2, 2, 2]), ("LAST([m2, m1])", [8, 4, nil, 2]),
            ("SLICE(SORT([zero, m1, m2], MAX, DESC), 0)", [8, 4, nil, 2]),
            ("MAX(SORT([m1, m2], SUM, ASC, 1))", [2, 2, 2, 2]),
            ("SUM(REMOVE_EMPTY([m1, none])) * METRIC_COUNT(METRICS())", [40, 20, nil, 10]),
            ("DAY(m2)", [6, 6, 6, 6]), ("HOUR(m2)", [8, 8, 8, 8]), ("MINUTE(m1)", [0, 1, nil, 3]),
            ("DATE(m2)", [31, 31, 31, 31]),
            ("MONTH(m2)", [1, 1, 1, 1]), ("YEAR(m2)", [2026, 2026, 2026, 2026]),
            ("EPOCH(m1) - 1769846400", [0, 60, nil, 180]),
        ] as [(String, [Double?])])
    func series(text: String, expected: [Double?]) throws {
        guard case .series(let series) = try Self.evaluate(text) else {
            Issue.record("no series")
            return
        }
        for (actual, expected) in zip(series.values, expected) {
            #expect((actual == nil) == (expected == nil), "\(series.values)")
            #expect(abs((actual ?? 0) - (expected ?? 0)) < 1e-9, "\(series.values)")
        }
    }

    @Test(
        "a single series is summed up in one number",
        arguments: [
            ("SUM(m1)", 14.0), ("AVG(m2)", 2), ("MIN(m1)", 2), ("MAX(gap)", 7), ("DATAPOINT_COUNT(gap)", 2),
            ("1 + 2 * 3", 7),
            ("ABS(-4)", 4), ("IF(0, 1, 2)", 2), ("1e3 / 4", 250), ("METRIC_COUNT([m1, m2])", 2),
        ])
    func scalars(text: String, expected: Double) throws {
        #expect(try Self.evaluate(text) == .scalar(expected))
    }

    @Test("operators on an array work on each of its series")
    func arrays() throws {
        guard case .array(let array) = try Self.evaluate("METRICS(\"m\") / m2") else {
            Issue.record("no array")
            return
        }
        #expect(array.map(\.label) == ["m1", "m2"])
        #expect(array.map(\.values) == [[4, 2, nil, 1], [1, 1, 1, 1]])
    }

    @Test(
        "malformed expressions are refused",
        arguments: [
            "", "m1 +", "(m1", "m1 m2", "* m1", "1.2.3", "NOTHING(m1)", "ABS(m1, m2)", "SUM([m1)", "m1 $ m2", "SUM(1)",
            "SEARCH('x', 'Sum', 300)", "METRICS(m1)", "RATE(2)", "[m1] + [m2]", "FILL(m1, MAYBE)", "REPEAT", "'text'",
            "[]",
            "IF(m1, m2)", "SORT([m1], RATE)", "m1 AND", "FIRST(m1)", "TIME_SERIES(m1)", "ANOMALY_DETECTION_BAND(m1)",
        ])
    func refused(text: String) {
        let error = #expect(throws: MetricMathError.self) { _ = try Self.evaluate(text) }
        #expect(error?.message.isEmpty == false)
    }

    @Test("expressions without end are refused", arguments: [("(", 2000), ("-", 2000), ("m1+", 700)])
    func endless(piece: String, count: Int) {
        refused(text: String(repeating: piece, count: count))
    }
}
