/// Reads `p(95)<250`, `rate<0.01`, `count==0`, `max<31s`.
struct ThresholdExpression {
    /// What is wrong with an expression.
    struct Mistake: Error {
        var message: String
        var hint: String?
    }

    var aggregation: Threshold.Aggregation
    var comparison: Threshold.Comparison
    var limit: Double

    init(_ text: String, metric: ThresholdMetric) throws(Mistake) {
        let compact = String(text.filter { !$0.isWhitespace })
        // The longer signs first: `<=` also starts with `<`.
        let comparisons = Threshold.Comparison.allCases.sorted { $0.rawValue.utf8.count > $1.rawValue.utf8.count }
        let signs: Set<Character> = ["<", ">", "=", "!"]
        guard let start = compact.firstIndex(where: signs.contains),
            let comparison = comparisons.first(where: { compact[start...].hasPrefix($0.rawValue) })
        else {
            throw Mistake(
                message: "`\(text)`: expected an aggregation, one of < <= > >= == != and a number",
                hint: "for example \(Self.example(metric))")
        }
        let name = String(compact[..<start])
        let limitText = String(compact[compact.index(start, offsetBy: comparison.rawValue.count)...])
        aggregation = try Self.aggregation(name, metric: metric)
        self.comparison = comparison
        guard let limit = Self.limit(limitText, metric: metric) else {
            throw Mistake(
                message: metric.isTime
                    ? "`\(limitText)`: expected milliseconds or a duration such as 250ms or 31s"
                    : "`\(limitText)`: expected a number",
                hint: "for example \(Self.example(metric))")
        }
        self.limit = limit
    }

    private static func aggregation(_ name: String, metric: ThresholdMetric) throws(Mistake) -> Threshold.Aggregation {
        let allowed = allowedNames(metric)
        let mistake = Mistake(
            message: "`\(name)` cannot be asked of \(metric.rawValue): expected \(allowed.joined(separator: ", "))",
            hint: "for example \(example(metric))")
        if name.hasPrefix("p("), name.hasSuffix(")") {
            guard allowed.contains("p(N)") else { throw mistake }
            guard let percentile = Quantities.number(String(name.dropFirst(2).dropLast())), percentile > 0,
                percentile <= 100
            else { throw Mistake(message: "`\(name)`: expected a percentile above 0 and up to 100", hint: "p(95)") }
            return .percentile(percentile)
        }
        guard allowed.contains(name) else { throw mistake }
        switch name {
        case "rate": return .rate
        case "count": return .count
        case "value": return .value
        case "min": return .min
        case "max": return .max
        case "avg": return .average
        case "med": return .median
        default: throw mistake
        }
    }

    private static func allowedNames(_ metric: ThresholdMetric) -> [String] {
        switch metric.kind {
        case .trend: ["p(N)", "avg", "min", "med", "max", "count"]
        case .rate: ["rate"]
        case .counter: metric.hasRate ? ["count", "rate"] : ["count"]
        case .gauge: ["value"]
        case .timeGauge: ["value", "max"]
        }
    }

    private static func example(_ metric: ThresholdMetric) -> String {
        switch metric.kind {
        case .trend: "p(95)<250"
        case .rate: "rate<0.01"
        case .counter: "count==0"
        case .gauge: "value>0.5"
        case .timeGauge: "max<31s"
        }
    }

    private static func limit(_ text: String, metric: ThresholdMetric) -> Double? {
        if let number = Quantities.number(text) { return number }
        guard metric.isTime, let duration = Quantities.duration(text) else { return nil }
        let (seconds, attoseconds) = duration.components
        return Double(seconds) * 1e3 + Double(attoseconds) / 1e15
    }
}

extension ThresholdMetric {
    /// Counters of the load phase, which has a length, can be asked for their rate per second.
    var hasRate: Bool {
        switch self {
        case .httpReqs, .iterations, .droppedIterations: true
        default: false
        }
    }
}
