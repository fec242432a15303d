package import ExactJSON
package import Timekeeping

/// A metric's full name.
package struct MetricIdentity: Sendable, Hashable, CustomStringConvertible {
    package var namespace: String
    package var name: String
    package var dimensions: [String: String]

    package init(namespace: String, name: String, dimensions: [String: String]) {
        self.namespace = namespace
        self.name = name
        self.dimensions = dimensions
    }

    package var description: String { "\(namespace) \(name) \(dimensionText)" }

    /// `{ApiName=items, Stage=dev}`.
    package var dimensionText: String {
        "{" + dimensions.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ") + "}"
    }

    var dimensionsJSON: JSONValue {
        .array(dimensions.sorted { $0.key < $1.key }.map { ["Name": .string($0.key), "Value": .string($0.value)] })
    }

    init?(_ json: JSONValue) {
        guard let namespace = json["Namespace"]?.stringValue, let name = json["MetricName"]?.stringValue else {
            return nil
        }
        let pairs = (json["Dimensions"]?.arrayValue ?? []).compactMap { dimension -> (String, String)? in
            guard let name = dimension["Name"]?.stringValue, let value = dimension["Value"]?.stringValue else {
                return nil
            }
            return (name, value)
        }
        self.init(namespace: namespace, name: name, dimensions: Dictionary(pairs) { first, _ in first })
    }
}

/// A metric alarm as CloudWatch describes it.
package struct MetricAlarm: Sendable, Equatable {
    package var name: String
    package var arn: String
    /// Nil for metric math.
    package var metric: MetricIdentity?
    /// `Sum`, `Average`, `p99`, ...; empty for metric math.
    package var statistic: String
    /// For metric math the longest of its metrics.
    package var periodSeconds: Int
    /// The metrics and expressions of an alarm on metric math; empty for one on a single metric.
    package var queries: [AlarmQuery]
    /// The id of the anomaly detection band that stands in for a threshold; nil for a fixed threshold.
    package var bandQueryID: String?
    package var evaluationPeriods: Int
    package var datapointsToAlarm: Int
    package var threshold: Double
    package var comparison: String
    package var treatMissingData: String
    package var actionsEnabled: Bool
    package var alarmActions: [String]
    package var okActions: [String]
    package var state: String
    package var stateReason: String
    package var stateUpdatedAt: Timestamp?

    /// Nil when the JSON is no metric alarm.
    package init?(_ json: JSONValue) {
        guard let name = json["AlarmName"]?.stringValue else { return nil }
        self.name = name
        arn = json["AlarmArn"]?.stringValue ?? ""
        metric = MetricIdentity(json)
        statistic = json["Statistic"]?.stringValue ?? json["ExtendedStatistic"]?.stringValue ?? ""
        queries = (json["Metrics"]?.arrayValue ?? []).compactMap { AlarmQuery($0) }
        bandQueryID = json["ThresholdMetricId"]?.stringValue
        periodSeconds = json["Period"]?.intValue ?? queries.map(\.periodSeconds).max() ?? 0
        evaluationPeriods = json["EvaluationPeriods"]?.intValue ?? 1
        datapointsToAlarm = json["DatapointsToAlarm"]?.intValue ?? evaluationPeriods
        threshold = json["Threshold"]?.doubleValue ?? 0
        comparison = json["ComparisonOperator"]?.stringValue ?? ""
        treatMissingData = json["TreatMissingData"]?.stringValue ?? "missing"
        actionsEnabled = json["ActionsEnabled"]?.boolValue ?? true
        alarmActions = (json["AlarmActions"]?.arrayValue ?? []).compactMap(\.stringValue)
        okActions = (json["OKActions"]?.arrayValue ?? []).compactMap(\.stringValue)
        state = json["StateValue"]?.stringValue ?? "INSUFFICIENT_DATA"
        stateReason = json["StateReason"]?.stringValue ?? ""
        stateUpdatedAt = json["StateUpdatedTimestamp"]?.doubleValue.map { Timestamp(secondsSinceEpoch: $0) }
    }
}

/// One element of an alarm's metric math: a metric's statistic, or an expression over other elements.
package struct AlarmQuery: Sendable, Equatable {
    package var id: String
    /// Nil for an expression.
    package var metric: MetricIdentity?
    package var statistic: String
    package var periodSeconds: Int
    package var expression: String?
    /// The one element that the alarm compares with its threshold.
    package var returnsData: Bool

    init?(_ json: JSONValue) {
        guard let id = json["Id"]?.stringValue else { return nil }
        self.id = id
        let source = json["MetricStat"]
        metric = source?["Metric"].flatMap { MetricIdentity($0) }
        statistic = source?["Stat"]?.stringValue ?? ""
        periodSeconds = source?["Period"]?.intValue ?? json["Period"]?.intValue ?? 0
        expression = json["Expression"]?.stringValue
        returnsData = json["ReturnData"]?.boolValue ?? true
    }
}

/// One entry of an alarm's history.
package struct AlarmHistoryItem: Sendable, Equatable {
    package var alarm: String
    package var at: Timestamp
    /// `StateUpdate`, `ConfigurationUpdate` or `Action`.
    package var kind: String
    package var summary: String
    /// The JSON text in `HistoryData`, read; null when it is none.
    package var data: JSONValue

    /// The state that an update led to.
    package var newState: String? { data["newState"]?["stateValue"]?.stringValue }

    /// The datapoints that the state was decided on, newest first as the history has them.
    package var evaluatedDatapoints: [(at: Timestamp?, value: Double)] {
        let points = data["newState"]?["stateReasonData"]?["evaluatedDatapoints"]?.arrayValue ?? []
        return points.compactMap { point in
            guard let value = point["value"]?.doubleValue else { return nil }
            return (point["timestamp"]?.stringValue.flatMap { Timestamp(iso8601: $0) }, value)
        }
    }
}

/// One aggregated value of a metric.
package struct MetricDatapoint: Sendable, Equatable {
    /// The start of its period.
    package var at: Timestamp
    package var sum: Double
    package var sampleCount: Double
    package var average: Double
    package var minimum: Double
    package var maximum: Double
}

/// The CloudWatch calls that a drill needs.
package struct CloudWatchClient: Sendable {
    private let client: JSONServiceClient

    package init(connection: AWSConnection) { client = JSONServiceClient(service: .cloudWatch, connection: connection) }

    /// The alarms of these names, in no particular order; names that do not exist are left out.
    package func alarms(named names: [String]) async throws(AWSCallError) -> [MetricAlarm] {
        var alarms: [MetricAlarm] = []
        // The service takes a hundred names a call.
        for start in stride(from: 0, to: names.count, by: 100) {
            let input: JSONValue = [
                "AlarmNames": .array(names[start..<min(start + 100, names.count)].map { .string($0) }),
                "AlarmTypes": ["MetricAlarm"], "MaxRecords": 100,
            ]
            alarms += try await client.pages(.describeAlarms, input, items: "MetricAlarms").compactMap {
                MetricAlarm($0)
            }
        }
        return alarms
    }

    /// An alarm's history since a moment, oldest first.
    package func history(of alarm: String, since: Timestamp) async throws(AWSCallError) -> [AlarmHistoryItem] {
        let input: JSONValue = ["AlarmName": .string(alarm), "StartDate": .double(since.secondsSinceEpoch)]
        let items = try await client.pages(.describeAlarmHistory, input, items: "AlarmHistoryItems")
        return items.compactMap { item -> AlarmHistoryItem? in
            guard let at = item["Timestamp"]?.doubleValue else { return nil }
            let data = item["HistoryData"]?.stringValue.flatMap { try? JSONValue(parsing: $0) } ?? .null
            return AlarmHistoryItem(
                alarm: alarm, at: Timestamp(secondsSinceEpoch: at), kind: item["HistoryItemType"]?.stringValue ?? "",
                summary: item["HistorySummary"]?.stringValue ?? "", data: data)
        }.sorted { $0.at < $1.at }
    }

    /// A metric's datapoints between two moments, oldest first; periods without data are missing.
    package func statistics(
        of metric: MetricIdentity, from start: Timestamp, to end: Timestamp, periodSeconds: Int
    ) async throws(AWSCallError) -> [MetricDatapoint] {
        let answer = try await client.call(
            .getMetricStatistics,
            [
                "Namespace": .string(metric.namespace), "MetricName": .string(metric.name),
                "Dimensions": metric.dimensionsJSON, "StartTime": .double(start.secondsSinceEpoch),
                "EndTime": .double(end.secondsSinceEpoch), "Period": .integer(periodSeconds),
                "Statistics": ["Sum", "SampleCount", "Average", "Minimum", "Maximum"],
            ])
        let points = (answer["Datapoints"]?.arrayValue ?? []).compactMap { point -> MetricDatapoint? in
            guard let at = point["Timestamp"]?.doubleValue else { return nil }
            return MetricDatapoint(
                at: Timestamp(secondsSinceEpoch: at), sum: point["Sum"]?.doubleValue ?? 0,
                sampleCount: point["SampleCount"]?.doubleValue ?? 0, average: point["Average"]?.doubleValue ?? 0,
                minimum: point["Minimum"]?.doubleValue ?? 0, maximum: point["Maximum"]?.doubleValue ?? 0)
        }
        return points.sorted { $0.at < $1.at }
    }

    /// The metrics of a name that exist, with all their dimension sets.
    package func metrics(namespace: String, name: String?) async throws(AWSCallError) -> [MetricIdentity] {
        var input: [String: JSONValue] = ["Namespace": .string(namespace)]
        if let name { input["MetricName"] = .string(name) }
        return try await client.pages(.listMetrics, .object(input), items: "Metrics").compactMap { MetricIdentity($0) }
    }

    /// Removes alarms; names that do not exist are no error.
    package func deleteAlarm(_ name: String) async throws(AWSCallError) {
        _ = try await client.call(.deleteAlarms, ["AlarmNames": [.string(name)]], repeatable: true)
    }

    /// Sets an alarm's state until its next evaluation; its actions run as if it had changed by itself.
    package func setState(_ state: String, of alarm: String, reason: String) async throws(AWSCallError) {
        _ = try await client.call(
            .setAlarmState,
            ["AlarmName": .string(alarm), "StateValue": .string(state), "StateReason": .string(reason)],
            repeatable: true)
    }

    /// Makes an alarm, or replaces the one of that name.
    package func putAlarm(_ input: JSONValue) async throws(AWSCallError) {
        _ = try await client.call(.putMetricAlarm, input, repeatable: true)
    }

    /// Publishes values of one metric, each as many times as its count says.
    package func put(
        _ metric: MetricIdentity, _ values: [(value: Double, count: Int)], at moment: Timestamp
    ) async throws(AWSCallError) {
        guard !values.isEmpty else { return }
        _ = try await client.call(
            .putMetricData,
            [
                "Namespace": .string(metric.namespace),
                "MetricData": [
                    [
                        "MetricName": .string(metric.name), "Dimensions": metric.dimensionsJSON,
                        "Timestamp": .double(moment.secondsSinceEpoch),
                        "Values": .array(values.map { .double($0.value) }),
                        "Counts": .array(values.map { .integer($0.count) }),
                    ]
                ],
            ])
    }
}
