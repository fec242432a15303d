package import ExactJSON
package import HTTPExchange

/// How messages leave the topics: handed in, since functions, sockets and tasks are other rooms' affairs.
package struct TopicDeliveries: Sendable {
    /// Invokes a function asynchronously; false when it does not exist or the topic may not invoke it.
    package var invoke: @Sendable (_ functionARN: String, _ event: JSONValue, _ topicARN: String) async -> Bool
    /// Carries requests to web servers.
    package var transport: any HTTPTransport
    /// Starts work that is not waited for.
    package var start: @Sendable (@escaping @Sendable () async -> Void) -> Void

    package init(
        invoke: @escaping @Sendable (_ functionARN: String, _ event: JSONValue, _ topicARN: String) async -> Bool,
        transport: any HTTPTransport, start: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void
    ) {
        self.invoke = invoke
        self.transport = transport
        self.start = start
    }
}

/// How often and how late a delivery to a web server is tried again
/// (https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html).
struct DeliveryRetries: Sendable, Equatable {
    var retries = 3
    var withoutDelay = 0
    var shortest = 20
    var longest = 20

    init() {}

    /// - Parameter policy: a subscription's or topic's delivery policy; what it does not say stays as it is by default.
    init(policy: String?) {
        guard let policy, let json = try? JSONValue(parsing: Array(policy.utf8)) else { return }
        let healthy = json["healthyRetryPolicy"] ?? json["http"]?["defaultHealthyRetryPolicy"] ?? [:]
        retries = min(100, max(0, healthy.whole("numRetries") ?? retries))
        withoutDelay = min(retries, max(0, healthy.whole("numNoDelayRetries") ?? 0))
        shortest = min(3600, max(1, healthy.whole("minDelayTarget") ?? shortest))
        longest = min(3600, max(shortest, healthy.whole("maxDelayTarget") ?? longest))
    }

    /// The delay before the retry of that number, counted from 1; nil when there is none any more.
    func delay(before retry: Int) -> Duration? {
        guard retry <= retries else { return nil }
        guard retry > withoutDelay else { return .zero }
        let steps = retries - withoutDelay
        guard steps > 1 else { return .seconds(shortest) }
        return .seconds(shortest + (longest - shortest) * (retry - withoutDelay - 1) / (steps - 1))
    }
}
