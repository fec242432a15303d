import LoadMetrics
import Synchronization

/// What was sent, counted as CloudWatch counts it.
package struct TrafficCounts: Sendable, Equatable {
    package var requests: UInt64 = 0
    package var status4xx: UInt64 = 0
    package var status5xx: UInt64 = 0
    package var cacheHits: UInt64 = 0
    package var cacheMisses: UInt64 = 0
    /// Requests without an answer: whether the service counted them nobody here can know.
    package var unanswered: UInt64 = 0

    package init(
        requests: UInt64 = 0, status4xx: UInt64 = 0, status5xx: UInt64 = 0, cacheHits: UInt64 = 0,
        cacheMisses: UInt64 = 0, unanswered: UInt64 = 0
    ) {
        self.requests = requests
        self.status4xx = status4xx
        self.status5xx = status5xx
        self.cacheHits = cacheHits
        self.cacheMisses = cacheMisses
        self.unanswered = unanswered
    }

    /// What the load engine sent, its warm-up included.
    init(load traffic: Traffic) {
        self.init(
            requests: traffic.answered, status4xx: traffic.status4xx, status5xx: traffic.status5xx,
            cacheHits: traffic.cacheHits, cacheMisses: traffic.cacheMisses, unanswered: traffic.transportFailures)
    }

    package static func + (left: TrafficCounts, right: TrafficCounts) -> TrafficCounts {
        TrafficCounts(
            requests: left.requests + right.requests, status4xx: left.status4xx + right.status4xx,
            status5xx: left.status5xx + right.status5xx, cacheHits: left.cacheHits + right.cacheHits,
            cacheMisses: left.cacheMisses + right.cacheMisses, unanswered: left.unanswered + right.unanswered)
    }
}

/// Counts every request that probes and drills send, and tells cache hits from misses.
///
/// A handler makes a new origin marker on every invocation, so a marker seen before means that the answer came from the
/// cache.
package final class TrafficLedger: Sendable {
    private let state = Mutex((counts: TrafficCounts(), markers: Set<String>()))

    package init() {}

    package var counts: TrafficCounts { state.withLock { $0.counts } }

    /// Books one answer.
    ///
    /// - Parameters:
    ///   - cached: whether the stage's cache stands in front of the method.
    ///   - marker: the answer's origin marker.
    /// - Returns: true when the answer came from the cache.
    func book(status: Int, cached: Bool, marker: String?) -> Bool {
        state.withLock { state in
            state.counts.requests += 1
            switch status {
            case 400..<500: state.counts.status4xx += 1
            case 500..<600: state.counts.status5xx += 1
            default: break
            }
            let isNew = marker.map { state.markers.insert($0).inserted } ?? true
            guard cached else { return false }
            if isNew { state.counts.cacheMisses += 1 } else { state.counts.cacheHits += 1 }
            return !isNew
        }
    }

    func bookUnanswered() { state.withLock { $0.counts.unanswered += 1 } }
}
