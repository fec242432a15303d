import AWSClients
import AWSQueryClients
import ExactJSON
import LoadEngine
import LoadMetrics

/// Listens to the alarms' topics through temporary queues, to see that a message really leaves them.
struct DeliveryProof: Sendable {
    private struct Post: Sendable {
        var topic: String
        var queueURL: String
    }

    private var posts: [Post] = []
    private let connection: AWSConnection

    /// Makes one queue a topic and subscribes it; each is in the journal before it is made.
    init(
        _ alarms: [MetricAlarm], runID: String, connection: AWSConnection, journal: DrillJournal
    ) async throws(DrillError) {
        self.connection = connection
        let topics = Set(alarms.flatMap(\.alarmActions).filter { $0.contains(":sns:") }).sorted()
        for (number, topic) in topics.enumerated() {
            let parts = topic.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 6 else { continue }
            let name = "firedrill-\(RunMark(runID: runID).prefix)\(number)"
            let queueARN = "\(parts[0]):\(parts[1]):sqs:\(parts[3]):\(parts[4]):\(name)"
            _ = try journal.note(.deleteQueue(name))
            _ = try journal.note(.unsubscribe(topic: topic, queueARN: queueARN))
            let connection = connection
            let url = try await aws { () async throws(AWSCallError) in
                let url = try await QueueClient(connection: connection)
                    .create(name, receivingFromTopic: topic, queueARN: queueARN)
                _ = try await NotificationClient(connection: connection).subscribe(queueARN: queueARN, toTopic: topic)
                return url
            }
            posts.append(Post(topic: topic, queueURL: url))
        }
    }

    /// The alarms of whose ringing a message has arrived.
    func arrived() async throws(DrillError) -> Set<String> {
        var names: Set<String> = []
        let queues = QueueClient(connection: connection)
        for post in posts {
            while true {
                let bodies = try await aws { () async throws(AWSCallError) in
                    try await queues.receive(post.queueURL, waitSeconds: 1)
                }
                if bodies.isEmpty { break }
                for body in bodies {
                    // SNS's envelope, and in it CloudWatch's message as text.
                    guard let text = (try? JSONValue(parsing: body))?["Message"]?.stringValue,
                        let message = try? JSONValue(parsing: text), message["NewStateValue"] == "ALARM",
                        let name = message["AlarmName"]?.stringValue
                    else { continue }
                    names.insert(name)
                }
            }
        }
        return names
    }

    /// What a missing message says.
    static func finding(_ alarm: MetricAlarm) -> Finding {
        Finding(
            id: "alarm.undelivered", resource: alarm.name,
            message:
                "alarm \(alarm.name) rang, and no message of it came through its topic to a queue subscribed to it",
            remedy:
                "check the topic's policy and encryption: CloudWatch must be allowed to publish and to use the topic's key"
        )
    }
}
