/// The functions of metric math
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax).
package enum MathFunction: String, Sendable, CaseIterable {
    // Over one series they give a scalar, over an array the series of it.
    case average = "AVG"
    case maximum = "MAX"
    case minimum = "MIN"
    case standardDeviation = "STDDEV"
    case sum = "SUM"
    case datapointCount = "DATAPOINT_COUNT"

    // Point by point.
    case absolute = "ABS"
    case ceiling = "CEIL"
    case floor = "FLOOR"
    case logarithm = "LOG"
    case decimalLogarithm = "LOG10"

    // From one point to the next.
    case difference = "DIFF"
    case timeDifference = "DIFF_TIME"
    case rate = "RATE"
    case runningSum = "RUNNING_SUM"

    // The calendar.
    case minute = "MINUTE"
    case hour = "HOUR"
    case day = "DAY"
    case date = "DATE"
    case month = "MONTH"
    case year = "YEAR"
    case epoch = "EPOCH"

    // Arrays.
    case first = "FIRST"
    case last = "LAST"
    case metrics = "METRICS"
    case metricCount = "METRIC_COUNT"
    case removeEmpty = "REMOVE_EMPTY"
    case slice = "SLICE"
    case sort = "SORT"

    case fill = "FILL"
    case choose = "IF"
    case period = "PERIOD"
    case timeSeries = "TIME_SERIES"

    /// How many arguments it takes.
    package var arity: ClosedRange<Int> {
        switch self {
        case .metrics: 0...1
        case .fill: 2...2
        case .choose: 3...3
        case .slice: 2...3
        case .sort: 2...4
        default: 1...1
        }
    }

    /// Functions that AWS has and this emulator has not, with the reason.
    static let unsupported: [String: String] = [
        "ANOMALY_DETECTION_BAND": "anomaly detection models are not emulated",
        "DB_PERF_INSIGHTS": "Performance Insights is not emulated",
        "INSIGHT_RULE_METRIC": "Contributor Insights is not emulated",
        "LAMBDA": "metric data source connectors are not emulated",
        "SEARCH": "search expressions are not emulated",
        "SERVICE_QUOTA": "service quotas are not emulated",
    ]
}
