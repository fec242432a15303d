import AWSClients
import LoadMetrics
import Timekeeping

/// Holds our own counts against CloudWatch's for the same time.
struct Reconciliation {
    var cloudWatch: CloudWatchClient
    var stack: StackMap
    /// Largest difference that passes, as a share of our count: other callers' traffic on a shared stack.
    var toleranceShare: Double
    /// Whether hits were told from misses at all: not without an origin marker.
    var countsCache: Bool

    func rows(client counts: Traffic, from start: Timestamp, to end: Timestamp) async throws(DrillError)
        -> [ReconciliationRow]
    {
        var figures: [(String, UInt64)] = [
            ("Count", counts.answered), ("4XXError", counts.status4xx), ("5XXError", counts.status5xx),
        ]
        if countsCache { figures += [("CacheHitCount", counts.cacheHits), ("CacheMissCount", counts.cacheMisses)] }
        var rows: [ReconciliationRow] = []
        for (name, count) in figures {
            let metric = MetricIdentity(
                namespace: "AWS/ApiGateway", name: name,
                dimensions: ["ApiName": stack.apiName, "Stage": stack.stage.name])
            let points = try await aws { () async throws(AWSCallError) in
                try await cloudWatch.statistics(
                    of: metric, from: start.floored(toSeconds: 60), to: end, periodSeconds: 60)
            }
            rows.append(
                Self.row(
                    name, client: Double(count), cloudWatch: points.isEmpty ? nil : points.reduce(0) { $0 + $1.sum },
                    unanswered: Double(counts.transportFailures), toleranceShare: toleranceShare))
        }
        return rows
    }

    /// The verdict on one pair of counts.
    static func row(
        _ metric: String, client: Double, cloudWatch: Double?, unanswered: Double, toleranceShare: Double
    ) -> ReconciliationRow {
        // A request without an answer may have been counted by the service or not.
        let tolerance = (client * toleranceShare).rounded(.up) + unanswered
        let agrees = abs((cloudWatch ?? 0) - client) <= tolerance
        return ReconciliationRow(
            metric: metric, client: client, cloudWatch: cloudWatch, tolerance: tolerance,
            verdict: agrees ? .pass : .fail)
    }
}
