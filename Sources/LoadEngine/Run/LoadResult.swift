package import LoadMetrics
package import Timekeeping

/// What a load measured.
package struct LoadResult: Sendable {
    /// One entry a request name, in the order of the scenario; the load phase only.
    package var requests: [RequestSummary]
    /// All requests of the load phase together, named `total`.
    package var total: RequestSummary
    package var timeline: [TimelinePoint]
    package var generator: GeneratorHealth
    /// Everything really sent, the warm-up included.
    package var traffic: Traffic
    /// From the load phase's first moment to its last; the warm-up lies before.
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    /// When the warm-up began; `startedAt` where there was none.
    package var warmupStartedAt: Timestamp
    /// `stop` was called before the schedule's end.
    package var interrupted: Bool
}

/// How far a load has got; handed out about once a second.
package struct LoadProgress: Sendable, Equatable {
    package enum Phase: String, Sendable { case warmup, load, draining }

    package var phase: Phase
    /// Since the phase began, and how long it is planned to be.
    package var elapsed: Duration
    package var duration: Duration
    /// Since the load phase began.
    package var started: UInt64
    package var dropped: UInt64
    package var requests: UInt64
    package var errors: UInt64
    /// Iterations under way.
    package var inFlight: Int
    /// The last whole second; nil in the first.
    package var lastSecond: TimelinePoint?
}
