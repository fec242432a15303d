import EmulatorCore
import ExactJSON
import Timekeeping

/// What alarms tell of a change of their state, to topics and to functions.
enum AlarmNotification {
    /// The message that SNS gets.
    static func message(from old: AlarmRecord, to new: AlarmRecord, account: EmulatedAccount) -> JSONValue {
        let alarm = new.configuration
        var members: [String: JSONValue] = [
            "AlarmName": .string(alarm.name),
            "AlarmDescription": alarm.description.map(JSONValue.string) ?? .null,
            "AWSAccountId": .string(account.id),
            "AlarmConfigurationUpdatedTimestamp": .string(AlarmStateReason.longDate(new.configurationUpdated)),
            "NewStateValue": .string(new.state.rawValue),
            "NewStateReason": .string(new.reason.text),
            "StateChangeTime": .string(AlarmStateReason.longDate(new.stateUpdated)),
            "Region": .string(RegionName.full(account.region)),
            "AlarmArn": .string(new.arn),
            "OldStateValue": .string(old.state.rawValue),
            "OKActions": .array(alarm.okActions.map(JSONValue.string)),
            "AlarmActions": .array(alarm.alarmActions.map(JSONValue.string)),
            "InsufficientDataActions": .array(alarm.insufficientDataActions.map(JSONValue.string)),
        ]
        switch alarm.subject {
        case .metric(let condition): members["Trigger"] = trigger(condition)
        case .composite(let condition):
            members["AlarmRule"] = .string(condition.text)
            let children = new.reason.data?["triggeringAlarms"]?.arrayValue ?? []
            members["TriggeringChildren"] = .array(
                children.map { child in
                    [
                        "Arn": child["arn"] ?? .null,
                        "State": [
                            "Value": child["state"]?["value"] ?? .null,
                            "Timestamp": child["state"]?["timestamp"] ?? .null,
                        ],
                    ]
                })
        }
        return .object(members)
    }

    private static func trigger(_ alarm: MetricCondition) -> JSONValue {
        var members: [String: JSONValue] = [
            "Period": .integer(alarm.source.period),
            "EvaluationPeriods": .integer(alarm.criteria.evaluationPeriods),
            "ComparisonOperator": .string(alarm.criteria.comparison.rawValue),
            "Threshold": .number(JavaNumber.text(alarm.criteria.threshold)),
            "TreatMissingData": .string(alarm.criteria.missingData.rawValue),
            "EvaluateLowSampleCountPercentile": .string(alarm.lowSampleCountPercentile ?? ""),
        ]
        if let required = alarm.criteria.datapointsToAlarm { members["DatapointsToAlarm"] = .integer(required) }
        switch alarm.source {
        case .metric(let metric):
            let isPlain = metric.query.statistic.isPlain
            members["MetricName"] = .string(metric.query.metric.name)
            members["Namespace"] = .string(metric.query.metric.namespace)
            members["StatisticType"] = isPlain ? "Statistic" : "ExtendedStatistic"
            members[isPlain ? "Statistic" : "ExtendedStatistic"] = .string(
                isPlain ? Self.plainStatistic(metric.statistic) : metric.statistic)
            members["Unit"] = metric.query.unit.map(JSONValue.string) ?? .null
            members["Dimensions"] = .array(
                metric.query.metric.dimensions.map { ["value": .string($0.value), "name": .string($0.name)] })
        case .math(let math): members["Metrics"] = .array(math.set.queries.map(\.described))
        }
        return .object(members)
    }

    /// `AVERAGE`, `SAMPLE_COUNT`.
    private static func plainStatistic(_ name: String) -> String {
        name == "SampleCount" ? "SAMPLE_COUNT" : name.uppercased()
    }

    /// The event that a Lambda function gets.
    static func event(from old: AlarmRecord, to new: AlarmRecord, account: EmulatedAccount) -> JSONValue {
        var configuration: [String: JSONValue] = [:]
        if let description = new.configuration.description { configuration["description"] = .string(description) }
        switch new.configuration.subject {
        case .metric(let condition): configuration["metrics"] = .array(metrics(condition))
        case .composite(let condition):
            configuration["alarmRule"] = .string(condition.text)
            if let suppressor = condition.suppressor {
                configuration["actionsSuppressor"] = .string(suppressor.text)
                configuration["actionsSuppressorWaitPeriod"] = .integer(suppressor.waitPeriod)
                configuration["actionsSuppressorExtensionPeriod"] = .integer(suppressor.extensionPeriod)
            }
        }
        return [
            "source": "aws.cloudwatch", "alarmArn": .string(new.arn), "accountId": .string(account.id),
            "time": .string(AlarmStateReason.longDate(new.stateUpdated)), "region": .string(account.region),
            "alarmData": [
                "alarmName": .string(new.configuration.name), "state": state(new), "previousState": state(old),
                "configuration": .object(configuration),
            ],
        ]
    }

    private static func state(_ alarm: AlarmRecord) -> JSONValue {
        var members: [String: JSONValue] = [
            "value": .string(alarm.state.rawValue), "reason": .string(alarm.reason.text),
            "timestamp": .string(AlarmStateReason.longDate(alarm.stateUpdated)),
        ]
        if let data = alarm.reason.data { members["reasonData"] = .string(data.text) }
        return .object(members)
    }

    private static func metrics(_ condition: MetricCondition) -> [JSONValue] {
        switch condition.source {
        case .metric(let metric):
            return [query(id: "m1", metric.query, statistic: metric.statistic, label: nil, returnsData: true)]
        case .math(let math):
            return math.set.queries.map { item in
                if case .source(let source) = item.kind {
                    return query(
                        id: item.id, source, statistic: item.statisticName, label: item.label,
                        returnsData: item.returnsData)
                }
                var members: [String: JSONValue] = [
                    "id": .string(item.id), "expression": item.json["Expression"] ?? .null,
                    "returnData": .bool(item.returnsData),
                ]
                if let label = item.label { members["label"] = .string(label) }
                return .object(members)
            }
        }
    }

    private static func query(
        id: String, _ source: MetricQuery.Source, statistic: String, label: String?, returnsData: Bool
    ) -> JSONValue {
        var dimensions: [String: JSONValue] = [:]
        for dimension in source.metric.dimensions { dimensions[dimension.name] = .string(dimension.value) }
        var metricStat: [String: JSONValue] = [
            "metric": [
                "namespace": .string(source.metric.namespace), "name": .string(source.metric.name),
                "dimensions": .object(dimensions),
            ],
            "period": .integer(source.period), "stat": .string(statistic),
        ]
        if let unit = source.unit { metricStat["unit"] = .string(unit) }
        var members: [String: JSONValue] = [
            "id": .string(id), "metricStat": .object(metricStat), "returnData": .bool(returnsData),
        ]
        if let label { members["label"] = .string(label) }
        return .object(members)
    }
}
