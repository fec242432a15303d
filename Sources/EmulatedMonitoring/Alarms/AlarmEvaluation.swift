package import Timekeeping

/// One period's value of the metric that an alarm watches.
package struct AlarmDatapoint: Sendable, Hashable {
    /// The start of the period's window.
    package var start: Timestamp
    /// The statistic of the period's samples.
    package var value: Double
    /// How many samples there were.
    package var sampleCount: Double

    package init(start: Timestamp, value: Double, sampleCount: Double = 1) {
        self.start = start
        self.value = value
        self.sampleCount = sampleCount
    }
}

/// The judgement of an alarm's datapoints at one moment.
///
/// The algorithm reproduces both tables of "Configuring how CloudWatch alarms treat missing data"
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
package struct AlarmEvaluation: Sendable, Hashable {
    /// The state that the alarm should be in.
    package var state: AlarmState
    /// The datapoints that were judged, oldest first.
    package var evaluated: [AlarmDatapoint]
    /// How many missing datapoints were filled in to make N.
    package var filled: Int
    /// The alarm went off before there were M breaching datapoints, as the only ones there are breach.
    package var isPremature: Bool

    /// Judges the datapoints of the evaluation range.
    ///
    /// - Parameters:
    ///   - slots: one element a period of the range, oldest first; nil where the metric has no data.
    ///   - current: the state that `ignore` keeps.
    package init(_ criteria: AlarmCriteria, slots: [AlarmDatapoint?], current: AlarmState) {
        let periods = max(criteria.evaluationPeriods, 1)
        let required = criteria.requiredBreaches
        let real = slots.compactMap(\.self)
        func breaches(_ point: AlarmDatapoint) -> Bool {
            criteria.comparison.isBreached(by: point.value, threshold: criteria.threshold)
        }

        // Enough real datapoints: missing ones are passed over and their treatment plays no part.
        evaluated = Array(real.suffix(periods))
        filled = periods - evaluated.count
        isPremature = false

        if real.isEmpty {
            state =
                switch criteria.missingData {
                case .missing: .insufficientData
                case .ignore: current
                case .notBreaching: .ok
                case .breaching: .alarm
                }
            return
        }

        let breaching = evaluated.count(where: breaches)
        let filledBreaches = criteria.missingData == .breaching ? filled : 0
        if breaching + filledBreaches >= required {
            state = .alarm
            return
        }

        if filled > 0, criteria.missingData != .notBreaching, breaching == evaluated.count {
            // Ages in the last N slots, the newest being 1.
            let ages = slots.suffix(periods).reversed().enumerated().filter { $0.element.map(breaches) ?? false }
            if let oldest = ages.last, oldest.offset + 1 >= required {
                isPremature = true
                state = criteria.missingData == .ignore ? current : .alarm
                return
            }
        }
        state = .ok
    }
}
