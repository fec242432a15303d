import EmulatorCore
import Testing

@testable import EmulatedMonitoring

/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
@Suite struct MetricExpressionTests {
    static let values = ["m1": 8.0, "m2": 2.0, "zero": 0.0]

    @Test(
        "expressions have the value that arithmetic gives them",
        arguments: [
            ("m1 + m2 * 3", 14.0), ("(m1 + m2) * 3", 30), ("m1 - m2 - 1", 5), ("m1 / m2 / 2", 2), ("-m1 + 1", -7),
            ("m2 ^ 10", 1024), ("100 * m2/m1", 25), ("SUM([m1, m2])", 10), ("AVG([m1, m2])", 5), ("MIN([m1,m2])", 2),
            ("MAX([m1, m2, 9.5])", 9.5), ("ABS(m2 - m1)", 6), ("CEIL(m1 / 3)", 3), ("FLOOR(m1 / 3)", 2),
            ("FILL(none, 7)", 7), ("FILL(m1, 7)", 8), ("FILL(none, 0) + m1", 8), ("SUM([m1, none])", 8), ("2", 2),
        ])
    func values(text: String, expected: Double) throws {
        #expect(try MetricExpressionParser.parse(text).value { Self.values[$0] } == expected)
    }

    @Test(
        "what lacks data or divides by zero has no value", arguments: ["none", "m1 + none", "m1 / zero", "SUM([none])"])
    func missing(text: String) throws {
        #expect(try MetricExpressionParser.parse(text).value { Self.values[$0] } == nil)
    }

    @Test(
        "malformed expressions are refused",
        arguments: [
            "", "m1 +", "(m1", "m1 m2", "* m1", "1.2.3", "RATE(m1)", "METRICS()", "ABS(m1, m2)", "SUM([m1)", "m1 $ m2",
            String(repeating: "(", count: 2000), String(repeating: "-", count: 2000),
        ])
    func refused(text: String) {
        let error = #expect(throws: AWSServiceError.self) { _ = try MetricExpressionParser.parse(text) }
        #expect(error?.code == "ValidationError")
    }
}
