/// What happened at one topic since its metrics were last read.
struct TopicTraffic: Sendable {
    var published = 0
    var delivered = 0
    var failed = 0
    var filteredOut = 0
}

extension TopicService {
    /// What topics publish about the minute that ends now: of each metric only what there was.
    ///
    /// https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
    package func figures() -> [ServiceFigure] {
        let traffic = state.withLock { state in
            defer { state.traffic = [:] }
            return state.traffic
        }
        return traffic.sorted { $0.key < $1.key }.flatMap { arn, traffic in
            let numbers = [
                ("NumberOfMessagesPublished", traffic.published),
                ("NumberOfNotificationsDelivered", traffic.delivered),
                ("NumberOfNotificationsFailed", traffic.failed),
                ("NumberOfNotificationsFilteredOut", traffic.filteredOut),
            ]
            let name = String(arn.split(separator: ":").last ?? "")
            return numbers.filter { $1 > 0 }.map {
                ServiceFigure(name: name, metric: $0, value: Double($1), unit: "Count")
            }
        }
    }

    func count(_ kind: any WritableKeyPath<TopicTraffic, Int> & Sendable, at topicARN: String) {
        state.withLock { $0.traffic[topicARN, default: TopicTraffic()][keyPath: kind] += 1 }
    }
}
