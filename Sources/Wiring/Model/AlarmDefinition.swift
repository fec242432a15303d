package import AWSClients
import ExactJSON
import StackTemplate

/// A metric as an alarm watches it.
package struct WatchedMetric: Sendable, Equatable {
    package var identity: MetricIdentity
    /// `Sum`, `Average`, `p99`; empty when the alarm names none.
    package var statistic: String
    package var periodSeconds: Int?
    package var unit: String?
    /// Whether a dimension lacks its name or its value, which CloudWatch refuses.
    package var hasNamelessDimension: Bool
    /// The way from the alarm's properties to this metric's: empty, or `Metrics`, index, `MetricStat`.
    package var path: [String]
    /// The way to the metric's name, namespace and dimensions.
    package var metricPath: [String]
}

/// A metric alarm as its definition has it.
package struct AlarmDefinition: Sendable, Equatable {
    package var logicalID: String
    package var name: String
    package var arn: String
    /// One, or those that an expression is made of.
    package var metrics: [WatchedMetric]
    /// The expressions of metric math by their ids; empty for an alarm on one metric.
    package var expressions: [String: String]
    /// The ids of queries whose data the alarm compares; metric math needs exactly one.
    package var returned: [String]
    /// The ids of all queries.
    package var queryIDs: [String]
    package var comparison: String
    package var threshold: Double?
    /// The query that gives the band of an anomaly detection alarm.
    package var thresholdMetricID: String?
    package var evaluationPeriods: Int?
    /// M of N; nil stands for N.
    package var datapointsToAlarm: Int?
    /// `missing` where the alarm says nothing.
    package var treatMissingData: String
    package var actionsEnabled: Bool
    package var alarmActions: [String]
    package var okActions: [String]

    init(_ resource: WiringResource) {
        let properties = resource.properties
        logicalID = resource.logicalID
        name = properties.text("AlarmName") ?? resource.ref
        arn = resource.arn
        comparison = properties.text("ComparisonOperator") ?? ""
        threshold = properties.number("Threshold")
        thresholdMetricID = properties.text("ThresholdMetricId")
        evaluationPeriods = properties.integer("EvaluationPeriods")
        datapointsToAlarm = properties.integer("DatapointsToAlarm")
        treatMissingData = properties.text("TreatMissingData") ?? "missing"
        actionsEnabled = properties.flag("ActionsEnabled") ?? true
        alarmActions = properties.texts("AlarmActions")
        okActions = properties.texts("OKActions")
        metrics = []
        expressions = [:]
        returned = []
        queryIDs = []
        if let metric = Self.metric(properties, properties, path: [], metricPath: []) { metrics = [metric] }
        for (index, query) in (properties["Metrics"]?.arrayValue ?? []).enumerated() {
            let id = query.text("Id") ?? ""
            queryIDs.append(id)
            if query.flag("ReturnData") ?? true { returned.append(id) }
            if let expression = query.text("Expression") { expressions[id] = expression }
            let path = ["Metrics", String(index), "MetricStat"]
            if let stat = query["MetricStat"], let inner = stat["Metric"],
                let metric = Self.metric(stat, inner, path: path, metricPath: path + ["Metric"])
            {
                metrics.append(metric)
            }
        }
    }

    /// Whether it compares one metric's statistic with a number, so that its threshold can be judged.
    package var isPlain: Bool { expressions.isEmpty && metrics.count == 1 && thresholdMetricID == nil }

    /// M: how many of the last N datapoints must breach.
    package var needed: Int { datapointsToAlarm ?? evaluationPeriods ?? 1 }

    /// The longest period that it looks at; a minute where it says none.
    package var periodSeconds: Int { metrics.compactMap(\.periodSeconds).max() ?? 60 }

    private static func metric(
        _ stat: JSONValue, _ metric: JSONValue, path: [String], metricPath: [String]
    ) -> WatchedMetric? {
        guard let namespace = metric.text("Namespace"), let name = metric.text("MetricName") else { return nil }
        let pairs = (metric["Dimensions"]?.arrayValue ?? []).compactMap { dimension -> (String, String)? in
            guard let name = dimension.text("Name") else { return nil }
            return (name, dimension.text("Value") ?? "")
        }
        return WatchedMetric(
            identity: MetricIdentity(
                namespace: namespace, name: name, dimensions: Dictionary(pairs) { first, _ in first }),
            statistic: stat.text("Statistic") ?? stat.text("ExtendedStatistic") ?? stat.text("Stat") ?? "",
            periodSeconds: stat.integer("Period"), unit: stat.text("Unit"),
            hasNamelessDimension: (metric["Dimensions"]?.arrayValue ?? []).contains {
                ($0.text("Name") ?? "").isEmpty || ($0.text("Value") ?? "").isEmpty
            }, path: path, metricPath: metricPath)
    }
}

/// An alarm on other alarms.
package struct CompositeAlarm: Sendable, Equatable {
    package var logicalID: String
    package var name: String
    package var rule: String
    package var actionsEnabled: Bool
    package var alarmActions: [String]

    init(_ resource: WiringResource) {
        logicalID = resource.logicalID
        name = resource.properties.text("AlarmName") ?? resource.ref
        rule = resource.properties.text("AlarmRule") ?? ""
        actionsEnabled = resource.properties.flag("ActionsEnabled") ?? true
        alarmActions = resource.properties.texts("AlarmActions")
    }

    /// The names and ARNs inside `ALARM(...)`, `OK(...)` and `INSUFFICIENT_DATA(...)`, without quotation marks.
    package var children: [String] {
        let parts = rule.split(separator: "(", omittingEmptySubsequences: false)
        return zip(parts, parts.dropFirst()).compactMap { before, inner in
            let word = before.split { !$0.isLetter && $0 != "_" }.last ?? ""
            guard ["ALARM", "OK", "INSUFFICIENT_DATA"].contains(word) else { return nil }
            let name = inner.prefix { $0 != ")" }.filter { $0 != "\"" && $0 != "'" }
            return name.split(separator: " ").joined(separator: " ")
        }
    }

    /// Whether it rings with an alarm.
    package func follows(_ alarm: AlarmDefinition) -> Bool {
        children.contains { $0 == alarm.name || $0 == alarm.arn || $0.hasSuffix(":alarm:\(alarm.name)") }
    }
}
