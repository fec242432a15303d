import EmulatorCore
import ExactJSON
import Timekeeping

/// An alarm with the state that it is in.
struct AlarmRecord: Sendable {
    var configuration: AlarmConfiguration
    var arn: String
    var configurationUpdated: Timestamp
    var state = AlarmState.insufficientData
    var reason = AlarmStateReason.initial
    var stateUpdated: Timestamp
    var stateTransitioned: Timestamp
    var tags: [String: String] = [:]

    /// The alarm as `DescribeAlarms` shows it.
    var json: JSONValue {
        var members = configurationMembers
        members["AlarmConfigurationUpdatedTimestamp"] = configurationUpdated.epochSeconds
        members["StateValue"] = .string(state.rawValue)
        members["StateReason"] = .string(reason.text)
        if let data = reason.data { members["StateReasonData"] = .string(data.text) }
        members["StateUpdatedTimestamp"] = stateUpdated.epochSeconds
        members["StateTransitionedTimestamp"] = stateTransitioned.epochSeconds
        return .object(members)
    }

    private var configurationMembers: [String: JSONValue] {
        let criteria = configuration.criteria
        var members: [String: JSONValue] = [
            "AlarmName": .string(configuration.name),
            "AlarmArn": .string(arn),
            "ActionsEnabled": .bool(configuration.actionsEnabled),
            "OKActions": .array(configuration.okActions.map(JSONValue.string)),
            "AlarmActions": .array(configuration.alarmActions.map(JSONValue.string)),
            "InsufficientDataActions": .array(configuration.insufficientDataActions.map(JSONValue.string)),
            "EvaluationPeriods": .integer(criteria.evaluationPeriods),
            "Threshold": .number(JavaNumber.text(criteria.threshold)),
            "ComparisonOperator": .string(criteria.comparison.rawValue),
        ]
        switch configuration.source {
        case .metric(let metric):
            members.merge(metric.query.metric.json.objectValue ?? [:]) { own, _ in own }
            members["Period"] = .integer(metric.query.period)
            members[metric.query.statistic.isPlain ? "Statistic" : "ExtendedStatistic"] = .string(metric.statistic)
            if let unit = metric.query.unit { members["Unit"] = .string(unit) }
        case .math(let math): members["Metrics"] = .array(math.set.queries.map(\.json))
        }
        if let description = configuration.description { members["AlarmDescription"] = .string(description) }
        if let required = criteria.datapointsToAlarm { members["DatapointsToAlarm"] = .integer(required) }
        if configuration.showsMissingData { members["TreatMissingData"] = .string(criteria.missingData.rawValue) }
        if let low = configuration.lowSampleCountPercentile {
            members["EvaluateLowSampleCountPercentile"] = .string(low)
        }
        return members
    }

    /// The configuration as the history of `ConfigurationUpdate` holds it.
    var historyJSON: JSONValue {
        let criteria = configuration.criteria
        var members: [String: JSONValue] = [
            "alarmName": .string(configuration.name),
            "alarmArn": .string(arn),
            "actionsEnabled": .bool(configuration.actionsEnabled),
            "okActions": .array(configuration.okActions.map(JSONValue.string)),
            "alarmActions": .array(configuration.alarmActions.map(JSONValue.string)),
            "insufficientDataActions": .array(configuration.insufficientDataActions.map(JSONValue.string)),
            "evaluationPeriods": .integer(criteria.evaluationPeriods),
            "threshold": .number(JavaNumber.text(criteria.threshold)),
            "comparisonOperator": .string(criteria.comparison.rawValue),
            "treatMissingData": .string(criteria.missingData.rawValue),
            "stateValue": .string(state.rawValue),
            "stateReason": .string(reason.text),
        ]
        if let description = configuration.description { members["alarmDescription"] = .string(description) }
        switch configuration.source {
        case .metric(let metric):
            let identity = metric.query.metric
            members["metricName"] = .string(identity.name)
            members["namespace"] = .string(identity.namespace)
            members["dimensions"] = .array(
                identity.dimensions.map { ["name": .string($0.name), "value": .string($0.value)] })
            members["statistic"] = .string(metric.statistic)
            members["period"] = .integer(metric.query.period)
            if let unit = metric.query.unit { members["unit"] = .string(unit) }
        case .math(let math): members["metrics"] = .array(math.set.queries.map(\.json))
        }
        if let required = criteria.datapointsToAlarm { members["datapointsToAlarm"] = .integer(required) }
        return .object(members)
    }
}

extension Timestamp {
    /// Seconds since 1970 to the millisecond, as the JSON protocols write moments.
    var epochSeconds: JSONValue {
        let milliseconds = millisecondsSinceEpoch
        guard milliseconds >= 0, milliseconds % 1000 != 0 else { return .integer(milliseconds / 1000) }
        let fraction = String(milliseconds % 1000)
        return .number("\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)")
    }
}
