/// One load of the load phase: which flows, how often, for how long.
package struct LoadSpecification: Sendable, Equatable {
    package enum Executor: Sendable, Equatable {
        /// Open model: iterations start at this rate whatever the target does.
        case constantArrivalRate(Rate)
    }

    package enum Arrivals: String, Sendable, CaseIterable { case uniform, poisson }

    /// A flow and its share among the load's iterations.
    package struct Share: Sendable, Equatable {
        package var flow: String
        /// 1 or more, relative to the other weights.
        package var weight: Int
        package init(flow: String, weight: Int) {
            self.flow = flow
            self.weight = weight
        }
    }

    package var name: String
    package var mix: [Share]
    package var executor: Executor
    package var arrivals: Arrivals
    package var duration: Duration
    /// Iterations under way at once; beyond it arrivals count as dropped.
    package var maxInFlight: Int
    /// How long iterations under way may go on after the last arrival.
    package var gracefulStop: Duration
    /// The load after whose last arrival this one begins; nil: at the start of the load phase.
    package var startAfter: String?

    package init(
        name: String, mix: [Share], executor: Executor, arrivals: Arrivals = .uniform, duration: Duration,
        maxInFlight: Int = 500, gracefulStop: Duration = .seconds(30), startAfter: String? = nil
    ) {
        self.name = name
        self.mix = mix
        self.executor = executor
        self.arrivals = arrivals
        self.duration = duration
        self.maxInFlight = maxInFlight
        self.gracefulStop = gracefulStop
        self.startAfter = startAfter
    }
}

/// Traffic before the load phase.
package struct Warmup: Sendable, Equatable {
    package var flow: String
    package var rate: Rate
    package var duration: Duration

    package init(flow: String, rate: Rate, duration: Duration) {
        self.flow = flow
        self.rate = rate
        self.duration = duration
    }
}

/// Arrivals in a span of time, kept as the exact fraction.
package struct Rate: Sendable, Equatable {
    /// 1 or more.
    package var count: Int64
    /// 1 or more.
    package var periodNanoseconds: Int64

    package init(count: Int64, periodNanoseconds: Int64) {
        self.count = count
        self.periodNanoseconds = periodNanoseconds
    }

    package static func perSecond(_ count: Int64) -> Rate { Rate(count: count, periodNanoseconds: 1_000_000_000) }

    package var perSecond: Double { Double(count) / (Double(periodNanoseconds) / 1e9) }
}
