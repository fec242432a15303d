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
    /// Of a composite alarm whose actions wait.
    var suppression: ActionSuppression?

    /// The alarm as `DescribeAlarms` shows it.
    var json: JSONValue {
        var members = configurationMembers
        members["AlarmConfigurationUpdatedTimestamp"] = configurationUpdated.epochSeconds
        members["StateValue"] = .string(state.rawValue)
        members["StateReason"] = .string(reason.text)
        if let data = reason.data { members["StateReasonData"] = .string(data.text) }
        members["StateUpdatedTimestamp"] = stateUpdated.epochSeconds
        members["StateTransitionedTimestamp"] = stateTransitioned.epochSeconds
        if let suppression {
            members["ActionsSuppressedBy"] = .string(suppression.cause.rawValue)
            members["ActionsSuppressedReason"] = .string(suppression.reason)
        }
        return .object(members)
    }

    /// What `DescribeAlarms` tells of the children or parents of an alarm.
    var briefJSON: JSONValue {
        [
            "AlarmName": .string(configuration.name), "AlarmArn": .string(arn), "StateValue": .string(state.rawValue),
            "StateUpdatedTimestamp": stateUpdated.epochSeconds,
        ]
    }

    private var configurationMembers: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "AlarmName": .string(configuration.name),
            "AlarmArn": .string(arn),
            "ActionsEnabled": .bool(configuration.actionsEnabled),
            "OKActions": .array(configuration.okActions.map(JSONValue.string)),
            "AlarmActions": .array(configuration.alarmActions.map(JSONValue.string)),
            "InsufficientDataActions": .array(configuration.insufficientDataActions.map(JSONValue.string)),
        ]
        if let description = configuration.description { members["AlarmDescription"] = .string(description) }
        let own =
            switch configuration.subject {
            case .metric(let condition): condition.members
            case .composite(let condition): condition.members
            }
        return members.merging(own) { first, _ in first }
    }

    /// The configuration as the history of `ConfigurationUpdate` holds it: the same members, names in small letters.
    var historyJSON: JSONValue {
        var members = Self.camelCased(.object(configurationMembers)).objectValue ?? [:]
        if let condition = configuration.metric {
            members["treatMissingData"] = .string(condition.criteria.missingData.rawValue)
        }
        members["stateValue"] = .string(state.rawValue)
        members["stateReason"] = .string(reason.text)
        return .object(members)
    }

    private static func camelCased(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map(camelCased))
        case .object(let members):
            var result: [String: JSONValue] = [:]
            for (key, value) in members {
                let name = key == "OKActions" ? "okActions" : key.prefix(1).lowercased() + key.dropFirst()
                result[name] = camelCased(value)
            }
            return .object(result)
        default: return value
        }
    }
}

extension MetricCondition {
    var members: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "EvaluationPeriods": .integer(criteria.evaluationPeriods),
            "Threshold": .number(JavaNumber.text(criteria.threshold)),
            "ComparisonOperator": .string(criteria.comparison.rawValue),
        ]
        switch source {
        case .metric(let metric):
            members.merge(metric.query.metric.json.objectValue ?? [:]) { own, _ in own }
            members["Period"] = .integer(metric.query.period)
            members[metric.query.statistic.isPlain ? "Statistic" : "ExtendedStatistic"] = .string(metric.statistic)
            if let unit = metric.query.unit { members["Unit"] = .string(unit) }
        case .math(let math): members["Metrics"] = .array(math.set.queries.map(\.described))
        }
        if let required = criteria.datapointsToAlarm { members["DatapointsToAlarm"] = .integer(required) }
        if showsMissingData { members["TreatMissingData"] = .string(criteria.missingData.rawValue) }
        if let option = lowSampleCountPercentile { members["EvaluateLowSampleCountPercentile"] = .string(option) }
        return members
    }
}

extension CompositeCondition {
    var members: [String: JSONValue] {
        var members: [String: JSONValue] = ["AlarmRule": .string(text)]
        if let suppressor {
            members["ActionsSuppressor"] = .string(suppressor.text)
            members["ActionsSuppressorWaitPeriod"] = .integer(suppressor.waitPeriod)
            members["ActionsSuppressorExtensionPeriod"] = .integer(suppressor.extensionPeriod)
        }
        return members
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
