import ExactJSON
import Timekeeping

/// One entry of an alarm's history.
struct AlarmHistoryItem: Sendable {
    enum Kind: String, Sendable {
        case configurationUpdate = "ConfigurationUpdate"
        case stateUpdate = "StateUpdate"
        case action = "Action"
    }

    var alarmName: String
    /// `MetricAlarm` or `CompositeAlarm`.
    var alarmType: String
    var kind: Kind
    var timestamp: Timestamp
    var summary: String
    var data: Details

    /// What happened, as `HistoryData` tells it.
    enum Details: Sendable {
        case written(JSONValue)
        /// The states and their reasons, written when somebody asks.
        case change(from: AlarmState, AlarmStateReason, to: AlarmState, AlarmStateReason)

        var json: JSONValue {
            switch self {
            case .written(let json): json
            case .change(let oldState, let oldReason, let newState, let newReason):
                [
                    "version": "1.0", "oldState": Self.json(oldState, oldReason),
                    "newState": Self.json(newState, newReason),
                ]
            }
        }

        private static func json(_ state: AlarmState, _ reason: AlarmStateReason) -> JSONValue {
            var members: [String: JSONValue] = [
                "stateValue": .string(state.rawValue), "stateReason": .string(reason.text),
            ]
            if let data = reason.data { members["stateReasonData"] = data }
            return .object(members)
        }
    }

    var json: JSONValue {
        [
            "AlarmName": .string(alarmName), "AlarmType": .string(alarmType), "HistoryItemType": .string(kind.rawValue),
            "Timestamp": timestamp.epochSeconds, "HistorySummary": .string(summary),
            "HistoryData": .string(data.json.text),
        ]
    }
}

/// The histories of all alarms, in order of time.
struct AlarmHistory: Sendable {
    /// CloudWatch keeps alarm history for two weeks
    /// (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html).
    static let retention = Duration.seconds(14 * 86_400)
    private static let capacity = 100_000

    private(set) var items: [AlarmHistoryItem] = []
    /// The number of the first entry; those behind it count on.
    private var firstNumber = 0

    /// - Returns: The number of the entry, and those of old ones that made room for it.
    mutating func append(_ item: AlarmHistoryItem) -> (number: Int, dropped: Range<Int>) {
        items.append(item)
        let number = firstNumber + items.count - 1
        return (number, drop(items.count > Self.capacity ? Self.capacity / 10 : 0))
    }

    /// - Returns: The numbers of the entries that are gone.
    mutating func expire(now: Timestamp) -> Range<Int> {
        drop(items.prefix { now - $0.timestamp > Self.retention }.count)
    }

    /// Takes over what an earlier process has kept; a gap between numbers moves those before it up.
    mutating func restore(_ item: AlarmHistoryItem, number: Int) {
        items.append(item)
        firstNumber = number - items.count + 1
    }

    private mutating func drop(_ count: Int) -> Range<Int> {
        let dropped = firstNumber..<(firstNumber + count)
        if count > 0 { items.removeFirst(count) }
        firstNumber += count
        return dropped
    }
}

extension AlarmHistoryItem {
    enum ConfigurationChange: String {
        case create = "Create"
        case update = "Update"
        case delete = "Delete"
    }

    static func configuration(_ change: ConfigurationChange, of alarm: AlarmRecord, at moment: Timestamp) -> Self {
        let (member, word) =
            switch change {
            case .create: ("createdAlarm", "created")
            case .update: ("updatedAlarm", "updated")
            case .delete: ("deletedAlarm", "deleted")
            }
        return AlarmHistoryItem(
            alarmName: alarm.configuration.name, alarmType: alarm.configuration.type, kind: .configurationUpdate,
            timestamp: moment,
            summary: "Alarm \"\(alarm.configuration.name)\" \(word)",
            data: .written(["version": "1.0", "type": .string(change.rawValue), member: alarm.historyJSON]))
    }

    /// The move of an alarm from the state that `old` has to that of `new`.
    static func stateUpdate(from old: AlarmRecord, to new: AlarmRecord, at moment: Timestamp) -> Self {
        AlarmHistoryItem(
            alarmName: new.configuration.name, alarmType: new.configuration.type, kind: .stateUpdate, timestamp: moment,
            summary: "Alarm updated from \(old.state.rawValue) to \(new.state.rawValue)",
            data: .change(from: old.state, old.reason, to: new.state, new.reason))
    }

    static func action(_ request: AlarmActionRequest, _ outcome: AlarmActionOutcome, at moment: Timestamp) -> Self {
        var data: [String: JSONValue] = [
            "stateUpdateTimestamp": .integer(request.stateChanged.millisecondsSinceEpoch),
            "notificationResource": .string(request.actionARN),
        ]
        let summary: String
        switch outcome {
        case .success:
            summary = "Successfully executed action \(request.actionARN)"
            data["actionState"] = "Succeeded"
            data["publishedMessage"] = request.notification
        case .failure(let reason):
            summary = "Failed to execute action \(request.actionARN). Received error: \"\(reason)\""
            data["actionState"] = "Failed"
            data["error"] = .string(reason)
        }
        return AlarmHistoryItem(
            alarmName: request.alarmName, alarmType: request.alarmType, kind: .action, timestamp: moment,
            summary: summary, data: .written(.object(data)))
    }
}
