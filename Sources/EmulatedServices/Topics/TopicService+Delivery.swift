import EmulatorCore
import ExactJSON
import HTTPExchange
import Timekeeping

/// Bringing messages to their subscribers.
extension TopicService {
    func deliver(_ notification: TopicNotification) {
        let (subscriptions, deliveries) = state.withLock { state in
            let wanted = state.order.compactMap { state.subscriptions[$0] }
                .filter { $0.topicARN == notification.topicARN && $0.pendingToken == nil }
            return (wanted, state.deliveries)
        }
        count(\.published, at: notification.topicARN)
        for subscription in subscriptions {
            guard subscription.wants(notification) else {
                count(\.filteredOut, at: notification.topicARN)
                continue
            }
            switch subscription.protocol {
            case "sqs": deliverToQueue(notification, subscription)
            case "lambda":
                guard let deliveries else { continue }
                let event = notification.event(for: subscription, endpointURL: endpointURL(), region: account.region)
                deliveries.start {
                    let isDone = await deliveries.invoke(subscription.endpoint, event, notification.topicARN)
                    isDone ? self.noteDelivery(notification) : self.giveUp(notification, subscription)
                }
            case "http", "https":
                guard let deliveries else { continue }
                deliveries.start { await self.deliverToServer(notification, subscription, deliveries) }
            default: break
            }
        }
    }

    /// A queue takes messages of a topic only when its own policy says so.
    private func deliverToQueue(_ notification: TopicNotification, _ subscription: Subscription) {
        guard queues.allows("sns.amazonaws.com", sourceARN: notification.topicARN, toSendTo: subscription.endpoint),
            send(notification, subscription, toQueue: subscription.endpoint)
        else { return giveUp(notification, subscription) }
        noteDelivery(notification)
    }

    private func noteDelivery(_ notification: TopicNotification) {
        count(\.delivered, at: notification.topicARN)
    }

    private func send(
        _ notification: TopicNotification, _ subscription: Subscription, toQueue arn: String
    ) -> Bool {
        let isFIFO = arn.hasSuffix(".fifo")
        return queues.send(
            toARN: arn, body: text(notification, subscription),
            attributes: subscription.isRaw ? notification.attributes : [:], groupID: notification.groupID,
            deduplicationID: isFIFO ? notification.deduplicationID : nil)
    }

    /// What a queue or a web server gets.
    private func text(_ notification: TopicNotification, _ subscription: Subscription) -> String {
        if subscription.isRaw { return notification.text(for: subscription.protocol) }
        return notification.envelope(for: subscription, endpointURL: endpointURL(), region: account.region).text
    }

    /// Puts what could not be delivered into the subscription's dead-letter queue, if it has one.
    private func giveUp(_ notification: TopicNotification, _ subscription: Subscription) {
        count(\.failed, at: notification.topicARN)
        guard let target = subscription.deadLetterTarget else { return }
        _ = send(notification, subscription, toQueue: target)
    }

    // MARK: Web servers

    private func deliverToServer(
        _ notification: TopicNotification, _ subscription: Subscription, _ deliveries: TopicDeliveries
    ) async {
        let body = Array(text(notification, subscription).utf8)
        let policy =
            subscription.attributes["DeliveryPolicy"]
            ?? state.withLock { $0.topics[notification.topicARN]?.attributes["DeliveryPolicy"] }
        let retries = DeliveryRetries(policy: policy)
        var retry = 0
        while true {
            switch await post(body, type: "Notification", id: notification.id, to: subscription, through: deliveries) {
            case .delivered: return noteDelivery(notification)
            case .refused: return giveUp(notification, subscription)
            case .failed: break
            }
            retry += 1
            guard let delay = retries.delay(before: retry) else { return giveUp(notification, subscription) }
            await clock.sleep(until: clock.now + delay)
            if Task.isCancelled { return }
        }
    }

    enum Outcome: Sendable { case delivered, refused, failed }

    /// Sends one message; server faults and throttling may be tried again, what a server refuses may not.
    func post(
        _ body: [UInt8], type: String, id: String, to subscription: Subscription, through deliveries: TopicDeliveries
    ) async -> Outcome {
        var headers = [
            HTTPHeader("x-amz-sns-message-type", type), HTTPHeader("x-amz-sns-message-id", id),
            HTTPHeader("x-amz-sns-topic-arn", subscription.topicARN),
            HTTPHeader("Content-Type", "text/plain; charset=UTF-8"),
            HTTPHeader("User-Agent", "Amazon Simple Notification Service Agent"),
        ]
        if type == "Notification" {
            headers.append(HTTPHeader("x-amz-sns-subscription-arn", subscription.arn))
            if subscription.isRaw { headers.append(HTTPHeader("x-amz-sns-rawdelivery", "true")) }
        }
        let request = HTTPRequest(
            method: "POST", url: subscription.endpoint, headers: headers, body: body, timeout: .seconds(15))
        guard let response = try? await deliveries.transport.send(request) else { return .failed }
        switch response.status {
        case 200..<300: return .delivered
        case 429, 500...: return .failed
        default: return .refused
        }
    }
}
