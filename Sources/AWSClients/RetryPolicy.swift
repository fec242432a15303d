import HTTPExchange

/// How often and after which pause a failed call is tried again: exponential backoff with full jitter
/// (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
package struct RetryPolicy: Sendable {
    package var maximumRetries: Int
    package var base: Duration
    package var cap: Duration
    /// Suspends for a while; handed in so that tests need not wait.
    package var pause: @Sendable (Duration) async -> Void
    /// A number in 0..<1.
    package var random: @Sendable () -> Double

    package init(
        maximumRetries: Int, base: Duration = .milliseconds(100), cap: Duration = .seconds(5),
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.maximumRetries = maximumRetries
        self.base = base
        self.cap = cap
        self.pause = pause
        self.random = random
    }

    package static let standard = RetryPolicy(maximumRetries: 4)
    package static let none = RetryPolicy(maximumRetries: 0)

    /// - Parameter wished: what the service has asked for; it is kept to, up to a minute.
    func delay(afterAttempt attempt: Int, wished: Duration? = nil) -> Duration {
        let own = min(cap, base * (1 << min(max(attempt, 0), 10))) * random()
        guard let wished, wished > .zero else { return own }
        return max(own, min(wished, .seconds(60)))
    }

    /// The pause that an answer asks for in `Retry-After`, in seconds (RFC 9110 section 10.2.3; AWS sends no dates).
    static func wish(of response: HTTPResponse) -> Duration? {
        response.headers.first("retry-after").flatMap { Int($0) }.map { .seconds(min(max($0, 0), 3600)) }
    }
}
