import EmulatorCore

/// An alarm as `PutMetricAlarm` or `PutCompositeAlarm` describes it.
struct AlarmConfiguration: Sendable, Equatable {
    /// What decides over the alarm's state.
    enum Subject: Sendable, Equatable {
        case metric(MetricCondition)
        case composite(CompositeCondition)
    }

    var name: String
    var description: String?
    var actionsEnabled: Bool
    var okActions: [String]
    var alarmActions: [String]
    var insufficientDataActions: [String]
    var subject: Subject

    var metric: MetricCondition? { if case .metric(let condition) = subject { condition } else { nil } }
    var composite: CompositeCondition? { if case .composite(let condition) = subject { condition } else { nil } }
    /// As `AlarmTypes` names it.
    var type: String { metric == nil ? "CompositeAlarm" : "MetricAlarm" }

    func actions(for state: AlarmState) -> [String] {
        switch state {
        case .ok: okActions
        case .alarm: alarmActions
        case .insufficientData: insufficientDataActions
        }
    }

    /// Reads and checks the members that both kinds of alarm have.
    init(_ input: CallInput, subject: Subject) throws(AWSServiceError) {
        name = try input.requiredString("AlarmName")
        guard !name.isEmpty, name.utf8.count <= 255 else {
            throw .constraint(name, at: "alarmName", "Member must have length less than or equal to 255")
        }
        description = try input.string("AlarmDescription")
        if let description, description.utf8.count > 1024 {
            throw .constraint(
                description, at: "alarmDescription", "Member must have length less than or equal to 1024")
        }
        actionsEnabled = try input.bool("ActionsEnabled") ?? true
        okActions = try Self.actions(input, "OKActions")
        alarmActions = try Self.actions(input, "AlarmActions")
        insufficientDataActions = try Self.actions(input, "InsufficientDataActions")
        self.subject = subject
    }

    private static func actions(_ input: CallInput, _ key: String) throws(AWSServiceError) -> [String] {
        let actions = try input.strings(key) ?? []
        guard actions.count <= 5 else { throw .invalidValue("\(key) must have at most 5 elements.") }
        for action in actions where !action.hasPrefix("arn:") {
            throw .init("ValidationError", "Invalid arn syntax: \(action)")
        }
        return actions
    }
}

/// What an alarm on a metric or on metric math watches.
struct MetricCondition: Sendable, Equatable {
    var source: AlarmSource
    var criteria: AlarmCriteria
    /// `TreatMissingData` was given, so descriptions show it.
    var showsMissingData: Bool
    var lowSampleCountPercentile: String?

    /// Reads and checks the input of `PutMetricAlarm`.
    init(_ input: CallInput) throws(AWSServiceError) {
        for (key, what) in [
            ("ThresholdMetricId", "anomaly detection models"), ("EvaluationCriteria", "PromQL queries"),
        ]
        where input.has(key) {
            throw .invalidValue("The parameter \(key) is not supported: alarms on \(what) are not emulated.")
        }
        let metrics = try input.list("Metrics")
        source = metrics.isEmpty ? .metric(try AlarmMetric(input)) : .math(try AlarmMath(input, metrics))
        lowSampleCountPercentile = try input.string("EvaluateLowSampleCountPercentile")
        if let option = lowSampleCountPercentile, option != "evaluate", option != "ignore" {
            throw .init(
                "ValidationError",
                "Option \(option) is not supported. Supported options for parameter EvaluateLowSampleCountPercentile are "
                    + "evaluate and ignore.")
        }
        criteria = try Self.criteria(input, period: source.period)
        showsMissingData = try input.string("TreatMissingData") != nil
    }

    private static func criteria(_ input: CallInput, period: Int) throws(AWSServiceError) -> AlarmCriteria {
        let comparisonName = try input.requiredString("ComparisonOperator")
        guard let comparison = AlarmComparison(rawValue: comparisonName) else {
            if comparisonName.contains("LowerOr") || comparisonName.hasSuffix("UpperThreshold")
                || comparisonName.hasSuffix("LowerThreshold")
            {
                throw .invalidValue(
                    "The value \(comparisonName) for parameter ComparisonOperator is not supported: alarms on anomaly "
                        + "detection models are not emulated.")
            }
            throw .constraint(
                comparisonName, at: "comparisonOperator",
                "Member must satisfy enum value set: [\(AlarmComparison.allCases.map(\.rawValue).joined(separator: ", "))]"
            )
        }
        guard let threshold = try input.double("Threshold"), threshold.isFinite else {
            throw .invalidCombination("Threshold must be specified.")
        }
        let periods = try input.requiredInteger("EvaluationPeriods")
        guard periods >= 1 else {
            throw .constraint(
                String(periods), at: "evaluationPeriods", "Member must have value greater than or equal to 1")
        }
        let limit = period < 3600 ? 86_400 : 604_800
        guard periods <= limit / period else {
            throw .invalidCombination(
                "Metrics cannot be checked across more than \(period < 3600 ? "a day" : "seven days") "
                    + "(EvaluationPeriods * Period must be <= \(limit)).")
        }
        let required = try input.integer("DatapointsToAlarm")
        if let required, required < 1 || required > periods {
            throw .init(
                "ValidationError", "DatapointsToAlarm must be between 1 and EvaluationPeriods, which is \(periods).")
        }
        let treatment = try input.string("TreatMissingData") ?? "missing"
        guard let missingData = MissingDataTreatment(rawValue: treatment) else {
            throw .init(
                "ValidationError",
                "Option \(treatment) is not supported. Supported options for parameter TreatMissingData are breaching, "
                    + "notBreaching, ignore, and missing.")
        }
        return AlarmCriteria(
            comparison: comparison, threshold: threshold, evaluationPeriods: periods, datapointsToAlarm: required,
            missingData: missingData)
    }
}

extension AWSServiceError {
    static func invalidValue(_ message: String) -> AWSServiceError { .init("InvalidParameterValueException", message) }

    static func invalidCombination(_ message: String) -> AWSServiceError {
        .init("InvalidParameterCombinationException", message)
    }

    /// A value that the service model itself does not allow.
    static func constraint(_ value: String, at member: String, _ rule: String) -> AWSServiceError {
        .init(
            "ValidationError",
            "1 validation error detected: Value '\(value)' at '\(member)' failed to satisfy constraint: \(rule)")
    }
}
