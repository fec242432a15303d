import EmulatorCore
import ExactJSON
import Timekeeping

/// A metric alarm as `PutMetricAlarm` describes it.
struct AlarmConfiguration: Sendable, Equatable {
    var name: String
    var description: String?
    var source: AlarmSource
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

        let metrics = try input.list("Metrics")
        source = metrics.isEmpty ? .metric(try AlarmMetric(input)) : .math(try AlarmMath(input, metrics))
        lowSampleCountPercentile = try input.string("EvaluateLowSampleCountPercentile")
        criteria = try Self.criteria(input, period: source.period)
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

extension AWSServiceError {
    static func invalidValue(_ message: String) -> AWSServiceError { .init("InvalidParameterValueException", message) }

    static func invalidCombination(_ message: String) -> AWSServiceError {
        .init("InvalidParameterCombinationException", message)
    }
}
