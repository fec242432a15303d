/// What is told of a latency distribution, in milliseconds. Percentiles are HdrHistogram's, three significant digits.
package struct LatencySummary: Codable, Sendable, Equatable {
    package var count: UInt64
    package var min: Double, mean: Double, max: Double
    package var p50: Double, p90: Double, p95: Double, p99: Double, p999: Double
    /// The percentile spectrum for drawing: from the smallest to the largest, about 60 points.
    package var spectrum: [SpectrumPoint]

    package struct SpectrumPoint: Codable, Sendable, Equatable {
        /// 0...100.
        package var percentile: Double
        package var milliseconds: Double
        package init(percentile: Double, milliseconds: Double) {
            self.percentile = percentile
            self.milliseconds = milliseconds
        }
    }

    package init(
        count: UInt64 = 0, min: Double = 0, mean: Double = 0, max: Double = 0, p50: Double = 0, p90: Double = 0,
        p95: Double = 0, p99: Double = 0, p999: Double = 0, spectrum: [SpectrumPoint] = []
    ) {
        self.count = count
        self.min = min
        self.mean = mean
        self.max = max
        self.p50 = p50
        self.p90 = p90
        self.p95 = p95
        self.p99 = p99
        self.p999 = p999
        self.spectrum = spectrum
    }
}

/// One request name's figures over the load phase.
package struct RequestSummary: Codable, Sendable, Equatable {
    package var name: String
    package var method: String
    package var count: UInt64
    /// Transport failures, statuses of 400 and above that were not expected, and unmet expectations.
    package var errors: UInt64
    /// Outcome (`status_2xx`, `status_404`, `connect`, `timeout`, `expectation`, ...) to its count.
    package var outcomes: [String: UInt64]
    /// From the moment the request was due: what a user waits (open models only; equals service time in closed ones).
    package var responseTime: LatencySummary
    /// From the actual send: what the server took.
    package var serviceTime: LatencySummary
    /// Served from the cache and not, by origin marker; nil for requests that carry no marker.
    package var cacheHits: UInt64?
    package var cacheMisses: UInt64?

    package init(
        name: String, method: String, count: UInt64 = 0, errors: UInt64 = 0, outcomes: [String: UInt64] = [:],
        responseTime: LatencySummary = LatencySummary(), serviceTime: LatencySummary = LatencySummary(),
        cacheHits: UInt64? = nil, cacheMisses: UInt64? = nil
    ) {
        self.name = name
        self.method = method
        self.count = count
        self.errors = errors
        self.outcomes = outcomes
        self.responseTime = responseTime
        self.serviceTime = serviceTime
        self.cacheHits = cacheHits
        self.cacheMisses = cacheMisses
    }
}

/// One second of the load phase, all requests together.
package struct TimelinePoint: Codable, Sendable, Equatable {
    /// Seconds since the load phase began; the second that starts there.
    package var second: Int
    /// Iterations that were due, and those that were started.
    package var offered: UInt64
    package var started: UInt64
    package var dropped: UInt64
    package var requests: UInt64
    package var errors: UInt64
    /// Response time in milliseconds.
    package var p50: Double, p95: Double, p99: Double, max: Double

    package init(
        second: Int, offered: UInt64 = 0, started: UInt64 = 0, dropped: UInt64 = 0, requests: UInt64 = 0,
        errors: UInt64 = 0, p50: Double = 0, p95: Double = 0, p99: Double = 0, max: Double = 0
    ) {
        self.second = second
        self.offered = offered
        self.started = started
        self.dropped = dropped
        self.requests = requests
        self.errors = errors
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.max = max
    }
}

/// Whether the generator itself kept up.
package struct GeneratorHealth: Codable, Sendable, Equatable {
    /// Share of the worker threads' cores that the generator used, 0...1.
    package var cpu: Double
    /// How late sends were against their schedule, in milliseconds.
    package var scheduleLag: LatencySummary
    /// Arrivals that could not start.
    package var dropped: UInt64
    package var iterations: UInt64
    package var workers: Int
    package var connections: Int

    package init(
        cpu: Double = 0, scheduleLag: LatencySummary = LatencySummary(), dropped: UInt64 = 0, iterations: UInt64 = 0,
        workers: Int = 0, connections: Int = 0
    ) {
        self.cpu = cpu
        self.scheduleLag = scheduleLag
        self.dropped = dropped
        self.iterations = iterations
        self.workers = workers
        self.connections = connections
    }
}
