import EmulatedMonitoring
import EmulatedServices
import EmulatorCore
import Timekeeping

/// What queues and topics publish about themselves, brought to CloudWatch each minute.
struct ServiceFigures: Sendable {
    var queues: QueueService
    var topics: TopicService
    var metrics: CloudWatchService

    /// Reads the figures at the end of each minute, before CloudWatch shows what belongs to it.
    func start(on clock: VirtualClock) {
        clock.every(.seconds(60)) { [queues, topics, metrics] boundary in
            // Into the minute that ends.
            let moment = boundary - .seconds(1)
            let samples =
                queues.figures().map { Self.sample($0, "AWS/SQS", "QueueName", moment) }
                + topics.figures().map { Self.sample($0, "AWS/SNS", "TopicName", moment) }
            metrics.record(samples)
        }
    }

    private static func sample(
        _ figure: ServiceFigure, _ namespace: String, _ dimension: String, _ moment: Timestamp
    ) -> ServiceSample {
        ServiceSample(
            MetricIdentity(
                namespace: namespace, name: figure.metric, dimensions: [MetricDimension(dimension, figure.name)]),
            value: figure.value, unit: figure.unit, timestamp: moment)
    }
}
