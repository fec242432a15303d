package import Timekeeping

/// One measurement that an emulated service publishes about itself.
package struct ServiceSample: Sendable, Equatable {
    /// What was measured.
    package var metric: MetricIdentity
    /// The measurement, in `unit`.
    package var value: Double
    /// A CloudWatch unit: `Count`, `Milliseconds`, `None`.
    package var unit: String
    /// The moment that the measurement belongs to; Lambda's is the start of the invocation.
    package var timestamp: Timestamp

    package init(_ metric: MetricIdentity, value: Double, unit: String, timestamp: Timestamp) {
        self.metric = metric
        self.value = value
        self.unit = unit
        self.timestamp = timestamp
    }
}
