package import LoadMetrics
import Synchronization

/// Counts every request that probes and drills send, and tells cache hits from misses.
///
/// A handler makes a new origin marker on every invocation, so a marker seen before means that the answer came from the
/// cache.
package final class TrafficLedger: Sendable {
    private let state = Mutex((counts: Traffic(), markers: Set<String>()))

    package init() {}

    package var counts: Traffic { state.withLock { $0.counts } }

    /// Books one answer.
    ///
    /// - Parameters:
    ///   - cached: whether the stage's cache stands in front of the method.
    ///   - marker: the answer's origin marker.
    /// - Returns: true when the answer came from the cache.
    func book(status: Int, cached: Bool, marker: String?) -> Bool {
        state.withLock { state in
            state.counts.answered += 1
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

    func bookUnanswered() { state.withLock { $0.counts.transportFailures += 1 } }
}
