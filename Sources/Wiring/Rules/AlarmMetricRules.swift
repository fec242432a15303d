import AWSClients
import StackTemplate

/// Does the metric that an alarm watches exist, and does it belong to this stack?
enum AlarmMetricRules {
    static let all = [metric, dimensions, foreign, wide, unit]

    static let metric = WiringRule(
        "alarm.metric", .error, "an alarm watches a metric that exists",
        because: "CloudWatch takes any name. An alarm on a metric that nobody publishes never gets a datapoint and "
            + "never rings."
    ) { subject, _ in
        subject.eachMetric { alarm, watched in
            let identity = watched.identity
            func sighting(_ member: String, _ words: String, _ severity: WiringSeverity? = nil) -> WiringRule.Sighting {
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, path: watched.metricPath + [member]),
                    "alarm \(alarm.name) watches \(identity): \(words)",
                    remedy: "name a metric that the service publishes, in its exact spelling", severity: severity)
            }
            if let namespace = MetricCatalogue.namespace(identity.namespace) {
                guard namespace.metric(identity.name) == nil else { return [] }
                let owner = MetricCatalogue.namespaces.first { $0.metric(identity.name) != nil }
                let hint =
                    owner.map { "; \($0.name) has one" }
                    ?? NearestName.hint(identity.name, among: namespace.metrics.map(\.name))
                return [sighting("MetricName", "\(namespace.service) publishes no metric \(identity.name)\(hint)")]
            }
            let known = MetricCatalogue.namespaces.map(\.name) + OtherNamespaces.names
            if OtherNamespaces.names.contains(identity.namespace) {
                guard let owner = MetricCatalogue.namespaces.first(where: { $0.metric(identity.name) != nil }) else {
                    return []
                }
                let words = "\(identity.namespace) is another service's namespace; \(owner.name) has \(identity.name)"
                return [sighting("Namespace", words, .advice)]
            }
            let filters = subject.filterMetrics
            if filters.contains(where: { $0.namespace == identity.namespace && $0.name == identity.name }) { return [] }
            if filters.contains(where: { $0.namespace == identity.namespace }) {
                let names = filters.filter { $0.namespace == identity.namespace }.map(\.name)
                return [
                    sighting(
                        "MetricName",
                        "no metric filter of the stack makes \(identity.name)"
                            + NearestName.hint(identity.name, among: names))
                ]
            }
            if let near = NearestName.of(identity.namespace, among: known + filters.map(\.namespace)) {
                return [sighting("Namespace", "there is no namespace \(identity.namespace); did you mean \(near)?")]
            }
            let words = "nothing in this stack publishes into the namespace \(identity.namespace)"
            return [sighting("Namespace", words, .advice)]
        }
    }

    static let dimensions = WiringRule(
        "alarm.dimension", .error, "an alarm's dimensions are a set that the service publishes for this stack",
        because: "A metric is its name and its exact set of dimensions. One more, one less, or the name of something "
            + "else is another metric, and an empty one: the alarm never rings."
    ) { subject, _ in
        subject.eachMetric { alarm, watched in
            guard let namespace = MetricCatalogue.namespace(watched.identity.namespace),
                let metric = namespace.metric(watched.identity.name)
            else { return [] }
            let place = WiringPlace(alarm.logicalID, path: watched.metricPath + ["Dimensions"])
            let names = Set(watched.identity.dimensions.keys)
            let head = "alarm \(alarm.name) watches \(watched.identity)"
            guard metric.dimensionSets.contains(names) else {
                let sets = metric.dimensionSets.map(Self.text).joined(separator: ", ")
                return [
                    WiringRule.Sighting(
                        place,
                        "\(head): \(namespace.service) publishes \(metric.name) under \(sets), not under \(text(names))",
                        remedy: "give the alarm one of those sets of dimensions, no more and no fewer")
                ]
            }
            return DimensionCheck(subject: subject, watched: watched).problems.map { problem in
                WiringRule.Sighting(
                    place, "\(head): \(problem.words)", remedy: problem.remedy, severity: problem.severity)
            }
        }
    }

    static let foreign = WiringRule(
        "alarm.foreign", .advice, "an alarm watches something of its own stack",
        because: "What another stack owns can be renamed or removed there, and the alarm goes blind without a word."
    ) { subject, _ in
        subject.eachMetric { alarm, watched in
            guard let (name, value) = DimensionCheck(subject: subject, watched: watched).outside else { return [] }
            return [
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, path: watched.metricPath + ["Dimensions"]),
                    "alarm \(alarm.name) watches \(name) \(value), and this stack has nothing of that kind",
                    remedy: "keep the alarm in the stack of what it watches")
            ]
        }
    }

    static let wide = WiringRule(
        "alarm.wide", .advice, "an alarm watches one thing and not the whole account",
        because:
            "Without a dimension the metric is the sum over the account: other stacks' failures ring here, and what is "
            + "to be done about this one is not told."
    ) { subject, _ in
        subject.eachMetric { alarm, watched in
            guard watched.identity.dimensions.isEmpty, let metric = MetricCatalogue.metric(watched),
                metric.dimensionSets.contains([]), metric.dimensionSets.count > 1
            else { return [] }
            return [
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, path: watched.metricPath + ["Dimensions"]),
                    "alarm \(alarm.name) watches \(watched.identity.namespace) \(metric.name) of the whole account",
                    remedy: "name what it is for, such as FunctionName")
            ]
        }
    }

    static let unit = WiringRule(
        "alarm.unit", .error, "an alarm asks for the unit that the datapoints have",
        because:
            "CloudWatch compares only datapoints of the unit that the alarm names. With another one there are none."
    ) { subject, _ in
        subject.eachMetric { alarm, watched in
            guard let unit = watched.unit, let metric = MetricCatalogue.metric(watched), metric.unit != unit else {
                return []
            }
            return [
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, path: watched.path + ["Unit"]),
                    "alarm \(alarm.name) asks for \(metric.name) in \(unit), and its datapoints are in \(metric.unit)",
                    remedy: "leave Unit out, or make it \(metric.unit)")
            ]
        }
    }

    private static func text(_ names: Set<String>) -> String { "{\(names.sorted().joined(separator: ", "))}" }
}

extension WiringSubject {
    /// What a rule sees in every metric of every alarm.
    func eachMetric(_ judge: (AlarmDefinition, WatchedMetric) -> [WiringRule.Sighting]) -> [WiringRule.Sighting] {
        alarms.flatMap { alarm in alarm.metrics.flatMap { judge(alarm, $0) } }
    }

    /// The metrics that the stack's metric filters make of log lines.
    var filterMetrics: [(namespace: String, name: String)] {
        resources.filter { $0.type == "AWS::Logs::MetricFilter" }.flatMap { filter in
            (filter.properties["MetricTransformations"]?.arrayValue ?? []).map {
                ($0.text("MetricNamespace") ?? "", $0.text("MetricName") ?? "")
            }
        }
    }
}
