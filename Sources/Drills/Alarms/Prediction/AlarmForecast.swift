import AWSClients

/// What an alarm makes of datapoints, worked out beforehand.
///
/// It follows both tables of "Configuring how CloudWatch alarms treat missing data"
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html) and is held against them and
/// against the emulator's own evaluation in tests.
struct AlarmForecast: Sendable, Equatable {
    enum State: String, Sendable { case ok = "OK", alarm = "ALARM", insufficient = "INSUFFICIENT_DATA" }
    enum Missing: String, Sendable { case missing, ignore, breaching, notBreaching }

    /// How many more datapoints than N CloudWatch retrieves: AWS shows 5 for N = 3 and gives no rule.
    static let extraPeriods = 2

    var comparison: String
    var threshold: Double
    /// N.
    var periods: Int
    /// M.
    var required: Int
    var missing: Missing

    init(_ alarm: MetricAlarm) {
        comparison = alarm.comparison
        threshold = alarm.threshold
        periods = max(1, alarm.evaluationPeriods)
        required = min(max(1, alarm.datapointsToAlarm), max(1, alarm.evaluationPeriods))
        // Alarms on DynamoDB's own metrics ignore missing data whatever they say (PutMetricAlarm's reference).
        let isTable = alarm.metric?.namespace == "AWS/DynamoDB"
        missing = isTable ? .ignore : Missing(rawValue: alarm.treatMissingData) ?? .missing
    }

    /// Periods that are looked at.
    var range: Int { periods + Self.extraPeriods }

    /// Rings when the value is high, not when it is low.
    var ringsAbove: Bool { comparison.hasPrefix("Greater") }

    /// Whether the threshold itself breaches.
    var includesThreshold: Bool { comparison.contains("OrEqual") }

    func breaches(_ value: Double) -> Bool {
        switch comparison {
        case "GreaterThanOrEqualToThreshold": value >= threshold
        case "GreaterThanThreshold": value > threshold
        case "LessThanThreshold": value < threshold
        case "LessThanOrEqualToThreshold": value <= threshold
        default: false
        }
    }

    /// The state after an evaluation.
    ///
    /// - Parameters:
    ///   - slots: the range's datapoints, oldest first; nil where there is none.
    ///   - state: that before.
    func state(_ slots: [Double?], from state: State) -> State {
        let points = slots.compactMap(\.self).suffix(periods)
        guard !points.isEmpty else {
            switch missing {
            case .missing: return .insufficient
            case .ignore: return state
            case .breaching: return .alarm
            case .notBreaching: return .ok
            }
        }
        let bad = points.count(where: breaches)
        let absent = periods - points.count
        if bad + (missing == .breaching ? absent : 0) >= required { return .alarm }
        // Nothing but breaching datapoints, and the oldest has waited long enough for more to come.
        guard absent > 0, missing != .notBreaching, bad == points.count else { return .ok }
        let recent = Array(slots.suffix(periods))
        guard let oldest = recent.firstIndex(where: { $0 != nil }), recent.count - oldest >= required else {
            return .ok
        }
        return missing == .ignore ? state : .alarm
    }
}
