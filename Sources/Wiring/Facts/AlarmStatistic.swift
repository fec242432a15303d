/// How an alarm sums datapoints up.
enum AlarmStatistic: Equatable {
    case sum, average, minimum, maximum, sampleCount
    /// `p99`: the share of values below, 0...100.
    case percentile(Double)
    /// Trimmed means and counts, percentile ranks: `tm90`, `IQM`, `PR(:300)`.
    case trimmed
    /// Nothing that CloudWatch knows.
    case unknown

    /// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
    init(_ text: String) {
        switch text {
        case "Sum": self = .sum
        case "Average": self = .average
        case "Minimum": self = .minimum
        case "Maximum": self = .maximum
        case "SampleCount": self = .sampleCount
        case "IQM": self = .trimmed
        default:
            if text.hasPrefix("p"), let share = Double(text.dropFirst()), (0...100).contains(share) {
                self = .percentile(share)
            } else if ["tm", "wm", "tc", "ts"].contains(where: { text.lowercased().hasPrefix($0) })
                || text.hasPrefix("PR(")
            {
                self = .trimmed
            } else {
                self = .unknown
            }
        }
    }

    /// Whether values of 0 and 1 stay within 0 and 1.
    var keepsShare: Bool {
        switch self {
        case .average, .minimum, .maximum, .percentile, .trimmed: true
        case .sum, .sampleCount, .unknown: false
        }
    }
}

/// How an alarm compares.
enum AlarmComparison: String, CaseIterable {
    case greaterOrEqual = "GreaterThanOrEqualToThreshold"
    case greater = "GreaterThanThreshold"
    case less = "LessThanThreshold"
    case lessOrEqual = "LessThanOrEqualToThreshold"

    func breaches(_ value: Double, _ threshold: Double) -> Bool {
        switch self {
        case .greaterOrEqual: value >= threshold
        case .greater: value > threshold
        case .less: value < threshold
        case .lessOrEqual: value <= threshold
        }
    }

    var isUpper: Bool { self == .greater || self == .greaterOrEqual }

    var symbol: String {
        switch self {
        case .greaterOrEqual: ">="
        case .greater: ">"
        case .less: "<"
        case .lessOrEqual: "<="
        }
    }
}
