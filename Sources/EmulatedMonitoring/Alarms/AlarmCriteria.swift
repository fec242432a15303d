/// An alarm's state.
package enum AlarmState: String, Sendable, Hashable, CaseIterable {
    case ok = "OK"
    case alarm = "ALARM"
    case insufficientData = "INSUFFICIENT_DATA"
}

/// How a datapoint is compared with the threshold; the comparison that holds is a breach.
package enum AlarmComparison: String, Sendable, Hashable, CaseIterable {
    case greaterThanOrEqual = "GreaterThanOrEqualToThreshold"
    case greaterThan = "GreaterThanThreshold"
    case lessThan = "LessThanThreshold"
    case lessThanOrEqual = "LessThanOrEqualToThreshold"

    /// Whether a value is on the wrong side of the threshold.
    package func isBreached(by value: Double, threshold: Double) -> Bool {
        switch self {
        case .greaterThanOrEqual: value >= threshold
        case .greaterThan: value > threshold
        case .lessThan: value < threshold
        case .lessThanOrEqual: value <= threshold
        }
    }

    /// The words that state reasons use.
    var words: String {
        switch self {
        case .greaterThanOrEqual: "greater than or equal to"
        case .greaterThan: "greater than"
        case .lessThan: "less than"
        case .lessThanOrEqual: "less than or equal to"
        }
    }
}

/// What stands in for a datapoint that is missing.
package enum MissingDataTreatment: String, Sendable, Hashable, CaseIterable {
    case breaching, notBreaching, ignore, missing

    /// As state reasons write it: `[NonBreaching]`.
    var label: String {
        switch self {
        case .breaching: "Breaching"
        case .notBreaching: "NonBreaching"
        case .ignore: "Ignored"
        case .missing: "Missing"
        }
    }
}

/// What an alarm asks of its datapoints.
package struct AlarmCriteria: Sendable, Hashable {
    /// Which side of the threshold is the wrong one.
    package var comparison: AlarmComparison
    /// What datapoints are compared with.
    package var threshold: Double
    /// N: how many datapoints are looked at.
    package var evaluationPeriods: Int
    /// M: how many of them must breach; nil means all, and words the state reason differently.
    package var datapointsToAlarm: Int?
    /// What a missing datapoint counts as.
    package var missingData: MissingDataTreatment

    package init(
        comparison: AlarmComparison, threshold: Double, evaluationPeriods: Int, datapointsToAlarm: Int? = nil,
        missingData: MissingDataTreatment = .missing
    ) {
        self.comparison = comparison
        self.threshold = threshold
        self.evaluationPeriods = evaluationPeriods
        self.datapointsToAlarm = datapointsToAlarm
        self.missingData = missingData
    }

    var requiredBreaches: Int { datapointsToAlarm ?? evaluationPeriods }
}

/// How many datapoints CloudWatch retrieves to judge an alarm of N evaluation periods.
///
/// AWS says only that the range is longer than N and shows 5 for N = 3
/// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html), so the rule is configurable.
package struct EvaluationRange: Sendable, Hashable {
    /// How many more than N are retrieved.
    package var extraPeriods: Int

    package init(extraPeriods: Int = 2) { self.extraPeriods = extraPeriods }

    /// The number of datapoints in the range of an alarm with N evaluation periods.
    package func datapoints(evaluationPeriods: Int) -> Int { max(evaluationPeriods, 1) + max(extraPeriods, 0) }
}
