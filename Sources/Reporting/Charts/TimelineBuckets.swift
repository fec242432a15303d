import LoadMetrics

/// The run's seconds, joined where there are more of them than a drawing can show.
///
/// Counts are added up and become rates; of the percentiles the worst second stands for its bucket, because the
/// percentiles of several seconds cannot be averaged.
struct TimelineBuckets {
    static let limit = 300

    /// Seconds that one bucket lasts.
    var width: Int
    var buckets: [TimelinePoint]

    init(_ timeline: [TimelinePoint], limit: Int = Self.limit) {
        // A report read back may say anything; a run beyond a century is drawn as its first century.
        let sane = timeline.filter { (0..<3_200_000_000).contains($0.second) }
        let seconds = max((sane.last?.second ?? 0) - (sane.first?.second ?? 0) + 1, 1)
        width = (seconds + limit - 1) / max(limit, 1)
        buckets = []
        for point in sane {
            let start = point.second / width * width
            guard buckets.last?.second == start else {
                var bucket = point
                bucket.second = start
                buckets.append(bucket)
                continue
            }
            buckets[buckets.count - 1].merge(point)
        }
    }

    /// Rates a second of one of the counts.
    func rates(_ count: (TimelinePoint) -> UInt64) -> [Double] { buckets.map { Double(count($0)) / Double(width) } }
}

extension TimelinePoint {
    fileprivate mutating func merge(_ other: TimelinePoint) {
        offered &+= other.offered
        started &+= other.started
        dropped &+= other.dropped
        requests &+= other.requests
        errors &+= other.errors
        p50 = Swift.max(p50, other.p50)
        p95 = Swift.max(p95, other.p95)
        p99 = Swift.max(p99, other.p99)
        max = Swift.max(max, other.max)
    }
}
