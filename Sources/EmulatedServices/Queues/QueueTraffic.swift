import EmulatorCore
import Timekeeping

/// What was done at one queue since its metrics were last read.
struct QueueTraffic: Sendable {
    var sent = 0
    var received = 0
    var emptyReceives = 0
    var deleted = 0

    var isNone: Bool { sent == 0 && received == 0 && emptyReceives == 0 && deleted == 0 }
}

/// One figure that a queue or a topic publishes about itself.
package struct ServiceFigure: Sendable, Equatable {
    /// The queue or topic.
    package var name: String
    /// CloudWatch's name of the metric.
    package var metric: String
    package var value: Double
    /// A CloudWatch unit: `Count`, `Seconds`.
    package var unit: String
}

extension Queue {
    /// How long SQS goes on publishing metrics of a queue that is empty and that nobody uses.
    private static let activity: Duration = .seconds(6 * 3600)

    /// Reads what a queue publishes each minute and starts counting anew; nothing for a queue that is not active.
    ///
    /// Messages that go to a dead-letter queue by themselves count there as visible, not as sent.
    /// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    mutating func figures(_ now: Timestamp) -> [ServiceFigure] {
        let traffic = traffic
        self.traffic = QueueTraffic()
        if !traffic.isNone || !messages.isEmpty { usedAt = now }
        guard now - usedAt < Self.activity else { return [] }
        let counts = counts(now)
        let oldest = messages.values.lazy.map(\.sentAt).min() ?? now
        let numbers = [
            ("NumberOfMessagesSent", traffic.sent), ("NumberOfMessagesReceived", traffic.received),
            ("NumberOfEmptyReceives", traffic.emptyReceives), ("NumberOfMessagesDeleted", traffic.deleted),
            ("ApproximateNumberOfMessagesVisible", counts.visible),
            ("ApproximateNumberOfMessagesNotVisible", counts.inFlight),
            ("ApproximateNumberOfMessagesDelayed", counts.delayed),
        ]
        return numbers.map { ServiceFigure(name: name, metric: $0, value: Double($1), unit: "Count") } + [
            ServiceFigure(
                name: name, metric: "ApproximateAgeOfOldestMessage",
                value: max(0, (now - oldest).inSeconds).rounded(.down), unit: "Seconds")
        ]
    }
}

extension QueueService {
    /// What all active queues publish about the minute that ends now; the next call tells of what comes after this one.
    package func figures() -> [ServiceFigure] {
        let now = clock.now
        return state.withLock { state in
            state.queues.keys.sorted().flatMap { state.queues[$0]?.figures(now) ?? [] }
        }
    }

    /// Counts what a caller did.
    func count(_ kind: any WritableKeyPath<QueueTraffic, Int> & Sendable, _ number: Int = 1, at name: String) {
        state.withLock { $0.queues[name]?.traffic[keyPath: kind] += number }
    }
}
