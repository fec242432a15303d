import Synchronization
import Timekeeping

/// A rate and a burst, as throttling is stated.
package struct ThrottleLimit: Sendable, Equatable {
    /// Requests a second, in the long run.
    package var rate: Double
    /// Requests at once.
    package var burst: Int

    package init(rate: Double, burst: Int) {
        self.rate = rate
        self.burst = burst
    }
}

/// A token bucket: it holds `burst` tokens, each request takes one, and `rate` a second come back.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
struct TokenBucket: Sendable, Equatable {
    let limit: ThrottleLimit
    private(set) var tokens: Double
    private var filledAt: Timestamp?

    /// A full bucket.
    init(_ limit: ThrottleLimit) {
        self.limit = limit
        tokens = Double(max(0, limit.burst))
    }

    /// Takes a token, if there is one.
    mutating func take(at now: Timestamp) -> Bool {
        if let filledAt, now > filledAt {
            let earned = (now - filledAt).inSeconds * max(0, limit.rate)
            tokens = min(Double(max(0, limit.burst)), tokens + earned)
        }
        if filledAt.map({ now > $0 }) ?? true { filledAt = now }
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}

/// A token bucket that requests share.
final class ThrottleGate: Sendable {
    let limit: ThrottleLimit
    private let bucket: Mutex<TokenBucket>

    init(_ limit: ThrottleLimit) {
        self.limit = limit
        bucket = Mutex(TokenBucket(limit))
    }

    func admits(at now: Timestamp) -> Bool { bucket.withLock { $0.take(at: now) } }
}
