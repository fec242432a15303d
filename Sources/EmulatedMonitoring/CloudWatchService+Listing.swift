import EmulatorCore
import ExactJSON
import Timekeeping

extension CloudWatchService {
    /// ListMetrics: metrics that have visible data, 500 a page.
    func listMetrics(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let namespace = try input.string("Namespace")
        let name = try input.string("MetricName")
        var filters: [(name: String, value: String?)] = []
        for filter in try input.list("Dimensions") {
            filters.append((try filter.requiredString("Name"), try filter.string("Value")))
        }
        let found = metrics.withLock { $0.visibleMetrics }.filter { metric in
            (namespace == nil || metric.namespace == namespace) && (name == nil || metric.name == name)
                && filters.allSatisfy { filter in
                    metric.dimensions.contains { $0.name == filter.name && (filter.value ?? $0.value) == $0.value }
                }
        }
        let sorted = found.sorted {
            ($0.namespace, $0.name, $0.dimensions.count) != ($1.namespace, $1.name, $1.dimensions.count)
                ? ($0.namespace, $0.name, $0.dimensions.count) < ($1.namespace, $1.name, $1.dimensions.count)
                : $0.dimensions.lexicographicallyPrecedes($1.dimensions)
        }
        let page = try Page(sorted, input, size: 500)
        var answer: [String: JSONValue] = ["Metrics": .array(page.elements.map(\.json))]
        if let token = page.nextToken { answer["NextToken"] = token }
        return .object(answer)
    }

    /// GetMetricData: periods aligned to the clock, newest first unless told otherwise.
    func getMetricData(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let start = try input.requiredTimestamp("StartTime")
        let end = try input.requiredTimestamp("EndTime")
        guard start < end else {
            throw .init("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
        }
        let isAscending = try input.string("ScanBy") == "TimestampAscending"
        let limit = min(max(try input.integer("MaxDatapoints") ?? Self.mostDatapoints, 1), Self.mostDatapoints)
        let inputs = try input.list("MetricDataQueries")
        guard inputs.count <= 500 else {
            throw .init("ValidationError", "The collection MetricDataQueries must not have a size greater than 500.")
        }
        let set = try MetricQuerySet(inputs)
        var results: [JSONValue] = []
        for query in set.queries where query.returnsData {
            var points = try points(of: query, in: set, from: start, to: end)
            if !isAscending { points.reverse() }
            let page = points.prefix(limit)
            results.append([
                "Id": .string(query.id), "Label": .string(query.label ?? Self.label(of: query)),
                "StatusCode": page.count < points.count ? "PartialData" : "Complete",
                "Timestamps": .array(page.map { .integer($0.second) }),
                "Values": .array(page.map { .double($0.value) }),
            ])
        }
        return ["MetricDataResults": .array(results), "Messages": []]
    }

    private static let mostDatapoints = 100_800

    private func points(
        of query: MetricQuery, in set: MetricQuerySet, from start: Timestamp, to end: Timestamp
    ) throws(AWSServiceError) -> [(second: Int64, value: Double)] {
        let period = Int64(set.period(of: query))
        let first = start.floored(toSeconds: period).wholeSecondsSinceEpoch
        let last = end.wholeSecondsSinceEpoch
        guard (last - first) / period <= Int64(Self.mostDatapoints) else {
            throw .init("ValidationError", "The time range holds more than 100,800 datapoints.")
        }
        return metrics.withLock { store in
            stride(from: first, to: last, by: Int64.Stride(period)).compactMap { from in
                set.value(of: query, from: from, in: store).map { (from, $0) }
            }
        }
    }

    private static func label(of query: MetricQuery) -> String {
        switch query.kind {
        case .source(let source): source.metric.name
        case .expression: query.id
        }
    }
}
