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
    /// `MetricAlarm` or `CompositeAlarm`.
    package var alarmType: String
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
    /// The JSON event that a Lambda function gets
    /// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html).
    package var event: JSONValue
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
        let message = AlarmNotification.message(from: old, to: new, account: account)
        let event = AlarmNotification.event(from: old, to: new, account: account)
        let name = new.configuration.name
        return actions.map { arn in
            AlarmActionRequest(
                actionARN: arn, alarmName: name, alarmARN: new.arn, alarmType: new.configuration.type,
                oldState: old.state, newState: new.state, reason: new.reason.text, stateChanged: new.stateUpdated,
                subject: "\(new.state.rawValue): \"\(name)\" in \(RegionName.full(account.region))",
                notification: message, event: event)
        }
    }
}
