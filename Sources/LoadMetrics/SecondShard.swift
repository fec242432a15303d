/// Figures of one second of the load phase: one worker's, or all workers' after adding.
package struct SecondShard: Sendable {
    package var offered: UInt64 = 0
    package var started: UInt64 = 0
    package var dropped: UInt64 = 0
    package var requests: UInt64 = 0
    package var errors: UInt64 = 0
    package var responseTime = LatencyHistogram()

    package init() {}

    package var isEmpty: Bool { offered == 0 && started == 0 && dropped == 0 && requests == 0 }

    package mutating func add(_ other: SecondShard) {
        offered &+= other.offered
        started &+= other.started
        dropped &+= other.dropped
        requests &+= other.requests
        errors &+= other.errors
        responseTime.add(other.responseTime)
    }

    package func point(second: Int) -> TimelinePoint {
        let values = responseTime.values(atPercentiles: [50, 95, 99, 100]).map { Double($0) / 1e6 }
        return TimelinePoint(
            second: second, offered: offered, started: started, dropped: dropped, requests: requests, errors: errors,
            p50: values[0], p95: values[1], p99: values[2], max: values[3])
    }
}
