import DurableDocuments
import EmulatorCore
import ExactJSON
import Timekeeping

/// Alarms and their histories as a data directory keeps them.
///
/// An alarm is kept as its description, which is also the input that makes it; actions that a suppressor held back are not
/// kept.
enum AlarmDocuments {
    static let alarms = "cloudwatch.alarm"
    static let history = "cloudwatch.history"

    static func change(_ name: String, _ alarm: AlarmRecord?) -> DocumentStore.Change {
        .init(alarms, name, alarm.map { document(of: $0) })
    }

    /// - Parameter number: counts up from one entry to the next, so that the documents' ids have the entries' order.
    static func change(_ number: Int, _ item: AlarmHistoryItem?) -> DocumentStore.Change {
        let digits = String(number)
        let id = String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits
        return .init(history, id, item.map { document(of: $0) })
    }

    private static func document(of alarm: AlarmRecord) -> JSONValue {
        var members: [String: JSONValue] = [
            "alarm": alarm.json, "type": .string(alarm.configuration.type), "arn": .string(alarm.arn),
            "configured": moment(alarm.configurationUpdated), "updated": moment(alarm.stateUpdated),
            "transitioned": moment(alarm.stateTransitioned), "reason": .string(alarm.reason.text),
            "tags": .object(alarm.tags.mapValues(JSONValue.string)),
        ]
        members["data"] = alarm.reason.data
        return .object(members)
    }

    /// Nil for a document that an earlier process cannot have written.
    static func alarm(_ document: JSONValue) -> AlarmRecord? {
        guard let description = document["alarm"], let arn = document["arn"]?.stringValue,
            let state = description["StateValue"]?.stringValue.flatMap({ AlarmState(rawValue: $0) })
        else { return nil }
        let input = CallInput(description)
        let configuration: AlarmConfiguration
        do throws(AWSServiceError) {
            let subject: AlarmConfiguration.Subject =
                document["type"] == "CompositeAlarm"
                ? .composite(try CompositeCondition(input)) : .metric(try MetricCondition(input))
            configuration = try AlarmConfiguration(input, subject: subject)
        } catch { return nil }
        var alarm = AlarmRecord(
            configuration: configuration, arn: arn, configurationUpdated: moment(document["configured"]),
            stateUpdated: moment(document["updated"]), stateTransitioned: moment(document["transitioned"]))
        alarm.state = state
        alarm.reason = .given(text: document["reason"]?.stringValue ?? "", data: document["data"])
        alarm.tags = (document["tags"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        return alarm
    }

    private static func document(of item: AlarmHistoryItem) -> JSONValue {
        [
            "alarm": .string(item.alarmName), "type": .string(item.alarmType), "kind": .string(item.kind.rawValue),
            "at": moment(item.timestamp), "summary": .string(item.summary), "data": item.data.json,
        ]
    }

    static func item(_ document: JSONValue) -> AlarmHistoryItem? {
        guard let name = document["alarm"]?.stringValue, let type = document["type"]?.stringValue,
            let kind = document["kind"]?.stringValue.flatMap({ AlarmHistoryItem.Kind(rawValue: $0) })
        else { return nil }
        return AlarmHistoryItem(
            alarmName: name, alarmType: type, kind: kind, timestamp: moment(document["at"]),
            summary: document["summary"]?.stringValue ?? "", data: .written(document["data"] ?? [:]))
    }

    static func moment(_ moment: Timestamp) -> JSONValue { .integer(moment.nanosecondsSinceEpoch) }

    static func moment(_ value: JSONValue?) -> Timestamp {
        Timestamp(nanosecondsSinceEpoch: Int64(value?.intValue ?? 0))
    }
}
