/// A metric as a service publishes it.
struct PublishedMetric: Sendable, Equatable {
    /// What its values are, and with that what an alarm on it can mean.
    enum Kind: Sendable {
        /// 0 or 1 for each request or invocation, 1 for one that failed: the sum counts failures, the average is their
        /// share.
        case failureFlag
        /// A count of failures, published when there are any.
        case failureCount
        /// A count of what happened, good as well as bad.
        case traffic
        /// How long something took; healthy values are low but not zero.
        case latency
        /// How far behind something is, or how much waits; healthy values are near zero.
        case backlog
        /// Anything else.
        case gauge
    }

    var name: String
    var kind: Kind
    /// The unit of its datapoints.
    var unit: String
    /// The sets of dimensions that it is published under.
    var dimensionSets: [Set<String>]
}

/// A namespace of a service and what is published in it.
struct MetricNamespace: Sendable {
    var name: String
    /// As people call it: "API Gateway".
    var service: String
    var metrics: [PublishedMetric]

    func metric(_ name: String) -> PublishedMetric? { metrics.first { $0.name == name } }
}

extension MetricNamespace {
    static func metrics(
        _ names: [String], _ kind: PublishedMetric.Kind, unit: String = "Count", under sets: [Set<String>]
    ) -> [PublishedMetric] {
        names.map { PublishedMetric(name: $0, kind: kind, unit: unit, dimensionSets: sets) }
    }
}
