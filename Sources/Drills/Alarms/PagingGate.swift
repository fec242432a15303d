import AWSClients
import AWSQueryClients

/// Who hears of it when the drilled alarms ring, and whether that is allowed.
struct PagingGate: Sendable, Equatable {
    struct Listener: Sendable, Equatable {
        var topic: String
        var subscription: TopicSubscription

        /// `email ops@example.com (topic alarms)`.
        var text: String {
            let name = topic.split(separator: ":").last.map(String.init) ?? topic
            return "\(subscription.channel) \(subscription.endpoint) (topic \(name))"
        }
    }

    /// Queues collect messages and wake nobody.
    private static let silentChannels: Set<String> = ["sqs", "firehose"]

    var listeners: [Listener]

    /// Those who would be disturbed.
    var paged: [Listener] { listeners.filter { !Self.silentChannels.contains($0.subscription.channel) } }

    /// Why the drill must not begin; nil when it may.
    func refusal(_ options: DrillOptions, isEmulated: Bool) -> String? {
        guard !isEmulated, !options.pages, !paged.isEmpty else { return nil }
        return
            "the drill's alarms would page \(paged.map(\.text).joined(separator: ", ")): tell them and allow it with "
            + "--page, or take the subscriptions off the topic for the time of the drill"
    }

    /// Asks for the subscriptions of all topics that the alarms publish to.
    static func read(_ alarms: [MetricAlarm], _ connection: AWSConnection) async throws(DrillError) -> PagingGate {
        let topics = Set(alarms.flatMap { $0.alarmActions + $0.okActions }.filter { $0.contains(":sns:") })
        let client = NotificationClient(connection: connection)
        var listeners: [Listener] = []
        for topic in topics.sorted() {
            do throws(AWSCallError) {
                listeners += try await client.subscriptions(ofTopic: topic).map {
                    Listener(topic: topic, subscription: $0)
                }
            } catch {
                // A topic that is not there pages nobody; that it is missing is told by the alarm's silence.
                guard error.code == "NotFound" || error.code == "NotFoundException" else { throw DrillError(error) }
            }
        }
        return PagingGate(listeners: listeners)
    }
}
