package import ExactJSON
package import Timekeeping
import EmulatorCore

/// An action that an alarm wants carried out because its state changed.
package struct AlarmActionRequest: Sendable {
    /// What is to act: an SNS topic, a Lambda function.
    package var actionARN: String
    /// The alarm's name.
    package var alarmName: String
    /// The alarm's ARN.
    package var alarmARN: String
    /// The state that the alarm left.
    package var oldState: AlarmState
    /// The state that it is in now.
    package var newState: AlarmState
    /// Why, in CloudWatch's words.
    package var reason: String
    /// When the state changed, on the emulator's clock.
    package var stateChanged: Timestamp
    /// The subject line that SNS gets.
    package var subject: String
    /// The JSON message that SNS gets
    /// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html).
    package var notification: JSONValue
}

/// What became of an alarm's action.
package enum AlarmActionOutcome: Sendable, Hashable {
    case success
    /// The reason goes into the alarm's history.
    case failure(String)
}

/// Carries out an alarm's actions; the history records the outcome.
package typealias AlarmActions = @Sendable (AlarmActionRequest) async -> AlarmActionOutcome

extension AlarmActionRequest {
    /// The requests that a move from `old` to `new` makes: none when actions are disabled or the state is the same.
    static func requests(from old: AlarmRecord, to new: AlarmRecord, account: EmulatedAccount) -> [AlarmActionRequest] {
        guard new.configuration.actionsEnabled, old.state != new.state else { return [] }
        let actions = new.configuration.actions(for: new.state)
        guard !actions.isEmpty else { return [] }
        let message = notification(from: old, to: new, account: account)
        let name = new.configuration.name
        return actions.map { arn in
            AlarmActionRequest(
                actionARN: arn, alarmName: name, alarmARN: new.arn, oldState: old.state, newState: new.state,
                reason: new.reason.text, stateChanged: new.stateUpdated,
                subject: "\(new.state.rawValue): \"\(name)\" in \(account.region)", notification: message)
        }
    }

    private static func notification(
        from old: AlarmRecord, to new: AlarmRecord, account: EmulatedAccount
    ) -> JSONValue {
        let alarm = new.configuration
        return [
            "AlarmName": .string(alarm.name),
            "AlarmDescription": alarm.description.map(JSONValue.string) ?? .null,
            "AWSAccountId": .string(account.id),
            "AlarmConfigurationUpdatedTimestamp": .string(AlarmStateReason.longDate(new.configurationUpdated)),
            "NewStateValue": .string(new.state.rawValue),
            "NewStateReason": .string(new.reason.text),
            "StateChangeTime": .string(AlarmStateReason.longDate(new.stateUpdated)),
            "Region": .string(account.region),
            "AlarmArn": .string(new.arn),
            "OldStateValue": .string(old.state.rawValue),
            "OKActions": .array(alarm.okActions.map(JSONValue.string)),
            "AlarmActions": .array(alarm.alarmActions.map(JSONValue.string)),
            "InsufficientDataActions": .array(alarm.insufficientDataActions.map(JSONValue.string)),
            "Trigger": trigger(alarm),
        ]
    }

    private static func trigger(_ alarm: AlarmConfiguration) -> JSONValue {
        var members: [String: JSONValue] = [
            "Period": .integer(alarm.source.period),
            "EvaluationPeriods": .integer(alarm.criteria.evaluationPeriods),
            "DatapointsToAlarm": .integer(alarm.criteria.requiredBreaches),
            "ComparisonOperator": .string(alarm.criteria.comparison.rawValue),
            "Threshold": .number(JavaNumber.text(alarm.criteria.threshold)),
            "TreatMissingData": .string(alarm.criteria.missingData.rawValue),
            "EvaluateLowSampleCountPercentile": .string(alarm.lowSampleCountPercentile ?? ""),
        ]
        switch alarm.source {
        case .metric(let metric):
            let isPlain = metric.query.statistic.isPlain
            members["MetricName"] = .string(metric.query.metric.name)
            members["Namespace"] = .string(metric.query.metric.namespace)
            members["StatisticType"] = isPlain ? "Statistic" : "ExtendedStatistic"
            members["Statistic"] = .string(isPlain ? metric.statistic.uppercased() : metric.statistic)
            members["Unit"] = metric.query.unit.map(JSONValue.string) ?? .null
            members["Dimensions"] = .array(
                metric.query.metric.dimensions.map { ["value": .string($0.value), "name": .string($0.name)] })
        case .math(let math): members["Metrics"] = .array(math.set.queries.map(\.json))
        }
        return .object(members)
    }
}
