import EmulatorCore
import ExactJSON
import Timekeeping

/// A metric alarm as `PutMetricAlarm` describes it.
struct AlarmConfiguration: Sendable, Equatable {
    var name: String
    var description: String?
    var metric: MetricIdentity
    /// The name as the caller wrote it: `Sum`, `p99`.
    var statistic: String
    var parsedStatistic: MetricStatistic
    var unit: String?
    /// Seconds: 10, 20, 30 or a multiple of 60.
    var period: Int
    var criteria: AlarmCriteria
    /// `TreatMissingData` was given, so descriptions show it.
    var showsMissingData: Bool
    var lowSampleCountPercentile: String?
    var actionsEnabled: Bool
    var okActions: [String]
    var alarmActions: [String]
    var insufficientDataActions: [String]

    func actions(for state: AlarmState) -> [String] {
        switch state {
        case .ok: okActions
        case .alarm: alarmActions
        case .insufficientData: insufficientDataActions
        }
    }

    /// Reads and checks the input of `PutMetricAlarm`.
    init(_ input: CallInput) throws(AWSServiceError) {
        name = try input.requiredString("AlarmName")
        guard !name.isEmpty, name.utf8.count <= 255 else {
            throw .invalidValue("The length of AlarmName must be between 1 and 255.")
        }
        description = try input.string("AlarmDescription")
        actionsEnabled = try input.bool("ActionsEnabled") ?? true
        okActions = try Self.actions(input, "OKActions")
        alarmActions = try Self.actions(input, "AlarmActions")
        insufficientDataActions = try Self.actions(input, "InsufficientDataActions")

        if try !input.list("Metrics").isEmpty {
            throw .invalidValue("Alarms on metric math expressions are not emulated.")
        }
        guard let metricName = try input.string("MetricName"), let namespace = try input.string("Namespace") else {
            throw .invalidCombination("MetricName and Namespace are required for an alarm on a single metric.")
        }
        metric = MetricIdentity(namespace: namespace, name: metricName, dimensions: try input.dimensions("Dimensions"))
        unit = try input.unit("Unit")
        lowSampleCountPercentile = try input.string("EvaluateLowSampleCountPercentile")

        let plain = try input.string("Statistic")
        let extended = try input.string("ExtendedStatistic")
        switch (plain, extended) {
        case (let text?, nil): statistic = text
        case (nil, let text?): statistic = text
        case (nil, nil): throw .invalidCombination("Exactly one of Statistic and ExtendedStatistic must be specified.")
        default: throw .invalidCombination("Statistic and ExtendedStatistic are mutually exclusive.")
        }
        guard let parsed = MetricStatistic(statistic), parsed.isPlain == (extended == nil) else {
            throw .invalidValue(
                "The value \(statistic) for parameter \(extended == nil ? "Statistic" : "ExtendedStatistic") is invalid."
            )
        }
        parsedStatistic = parsed

        guard let period = try input.integer("Period") else { throw .invalidCombination("Period must be specified.") }
        guard [10, 20, 30].contains(period) || (period > 0 && period % 60 == 0 && period <= 604_800) else {
            throw .invalidValue("Period must be 10, 20, 30 or a multiple of 60")
        }
        self.period = period
        criteria = try Self.criteria(input, period: period)
        showsMissingData = try input.string("TreatMissingData") != nil
    }

    private static func criteria(_ input: CallInput, period: Int) throws(AWSServiceError) -> AlarmCriteria {
        let comparisonName = try input.requiredString("ComparisonOperator")
        guard let comparison = AlarmComparison(rawValue: comparisonName) else {
            throw .invalidValue("The value \(comparisonName) for parameter ComparisonOperator is invalid.")
        }
        guard let threshold = try input.double("Threshold"), threshold.isFinite else {
            throw .invalidCombination("Threshold must be specified.")
        }
        let periods = try input.requiredInteger("EvaluationPeriods")
        guard periods >= 1 else { throw .invalidValue("EvaluationPeriods must be greater than 0.") }
        let limit = period < 3600 ? 86_400 : 604_800
        guard periods <= limit / period else {
            throw .invalidValue(
                "Metrics cannot be checked across more than \(period < 3600 ? "a day" : "seven days") "
                    + "(EvaluationPeriods * Period must be <= \(limit)).")
        }
        let required = try input.integer("DatapointsToAlarm")
        if let required, required < 1 || required > periods {
            throw .invalidValue("DatapointsToAlarm must be between 1 and EvaluationPeriods.")
        }
        let treatment = try input.string("TreatMissingData") ?? "missing"
        guard let missingData = MissingDataTreatment(rawValue: treatment) else {
            throw .invalidValue("The value \(treatment) for parameter TreatMissingData is invalid.")
        }
        return AlarmCriteria(
            comparison: comparison, threshold: threshold, evaluationPeriods: periods, datapointsToAlarm: required,
            missingData: missingData)
    }

    private static func actions(_ input: CallInput, _ key: String) throws(AWSServiceError) -> [String] {
        let actions = try input.strings(key) ?? []
        guard actions.count <= 5 else { throw .invalidValue("\(key) must have at most 5 elements.") }
        for action in actions where !action.hasPrefix("arn:") {
            throw .invalidValue("Invalid arn syntax: \(action)")
        }
        return actions
    }
}

extension MetricStatistic {
    /// One of the five that go into `Statistic` rather than `ExtendedStatistic`.
    var isPlain: Bool {
        switch self {
        case .sampleCount, .sum, .average, .minimum, .maximum: true
        case .percentile, .trimmed: false
        }
    }
}

extension AWSServiceError {
    static func invalidValue(_ message: String) -> AWSServiceError { .init("InvalidParameterValueException", message) }

    static func invalidCombination(_ message: String) -> AWSServiceError {
        .init("InvalidParameterCombinationException", message)
    }
}
