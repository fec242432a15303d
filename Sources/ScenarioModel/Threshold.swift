/// A condition on a metric of the run: `http_req_duration{name:read}: p(95)<250`.
package struct Threshold: Sendable, Equatable {
    package enum Aggregation: Sendable, Equatable {
        /// 0...100.
        case percentile(Double)
        case rate, count, value, min, max, average, median
    }

    package enum Comparison: String, Sendable, CaseIterable {
        case less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">=", equal = "==", notEqual = "!="

        /// Whether `actual` stands in this relation to `limit`.
        package func holds(_ actual: Double, _ limit: Double) -> Bool {
            switch self {
            case .less: actual < limit
            case .lessOrEqual: actual <= limit
            case .greater: actual > limit
            case .greaterOrEqual: actual >= limit
            case .equal: actual == limit
            case .notEqual: actual != limit
            }
        }
    }

    package var metric: ThresholdMetric
    /// `name` is the only tag so far.
    package var tags: [String: String]
    /// As written: `p(95)<250`.
    package var expression: String
    package var aggregation: Aggregation
    package var comparison: Comparison
    /// Milliseconds for metrics of time (a limit written as `31s` is 31000), the bare number for others.
    package var limit: Double
    package var location: SourceLocation

    package init(
        metric: ThresholdMetric, tags: [String: String] = [:], expression: String, aggregation: Aggregation,
        comparison: Comparison, limit: Double, location: SourceLocation = SourceLocation()
    ) {
        self.metric = metric
        self.tags = tags
        self.expression = expression
        self.aggregation = aggregation
        self.comparison = comparison
        self.limit = limit
        self.location = location
    }
}

/// What a threshold can be set on. Names are k6's where k6 has the metric.
package enum ThresholdMetric: String, Sendable, CaseIterable {
    /// Service time: from the send to the last byte. Tag `name`.
    case httpReqDuration = "http_req_duration"
    /// Response time: from the moment the request was due. Tag `name`.
    case httpReqResponseTime = "http_req_response_time"
    /// Share of requests that are errors. Tag `name`.
    case httpReqFailed = "http_req_failed"
    case httpReqs = "http_reqs"
    case iterations
    case droppedIterations = "dropped_iterations"
    /// How late sends were against their schedule.
    case scheduleLag = "schedule_lag"
    /// Hits among all reads through the cache, load phase. Tag `name`.
    case cacheHitRatio = "cache_hit_ratio"
    /// Longest time for which an old value was served after a write, cache probe.
    case cacheStaleness = "cache_staleness"
    /// The TTL that the cache probe estimated.
    case cacheTTL = "cache_ttl"
    case cacheCrossKeyBleed = "cache_cross_key_bleed"
    case streamLag = "stream_lag"
    case streamLost = "stream_lost"
    case streamDuplicated = "stream_duplicated"
    case streamOutOfOrder = "stream_out_of_order"

    package enum Kind: Sendable { case trend, rate, counter, gauge, timeGauge }

    package var kind: Kind {
        switch self {
        case .httpReqDuration, .httpReqResponseTime, .scheduleLag, .streamLag: .trend
        case .httpReqFailed: .rate
        case .httpReqs, .iterations, .droppedIterations, .cacheCrossKeyBleed, .streamLost, .streamDuplicated,
            .streamOutOfOrder:
            .counter
        case .cacheHitRatio: .gauge
        case .cacheStaleness, .cacheTTL: .timeGauge
        }
    }

    /// True for metrics that probes measure, which need a stack.
    package var isOfProbes: Bool {
        switch self {
        case .cacheStaleness, .cacheTTL, .cacheCrossKeyBleed, .streamLag, .streamLost, .streamDuplicated,
            .streamOutOfOrder:
            true
        default: false
        }
    }

    /// True for metrics whose values are milliseconds.
    package var isTime: Bool { kind == .trend || kind == .timeGauge }

    /// Whether figures exist for each request name.
    package var hasNameTag: Bool {
        switch self {
        case .httpReqDuration, .httpReqResponseTime, .httpReqFailed, .httpReqs, .cacheHitRatio: true
        default: false
        }
    }
}
