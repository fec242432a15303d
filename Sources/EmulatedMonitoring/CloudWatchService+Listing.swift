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

    /// GetMetricData for metrics: periods aligned to the clock, newest first unless told otherwise.
    func getMetricData(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let start = try input.requiredTimestamp("StartTime")
        let end = try input.requiredTimestamp("EndTime")
        guard start < end else {
            throw .init("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
        }
        let isAscending = try input.string("ScanBy") == "TimestampAscending"
        let limit = min(max(try input.integer("MaxDatapoints") ?? 100_800, 1), 100_800)
        let queries = try input.list("MetricDataQueries")
        guard queries.count <= 500 else {
            throw .init("ValidationError", "The collection MetricDataQueries must not have a size greater than 500.")
        }
        var results: [JSONValue] = []
        for query in queries {
            let id = try query.requiredString("Id")
            guard let statistic = try query.structure("MetricStat") else {
                throw .init("ValidationError", "Metric math expressions are not emulated: \(id).")
            }
            guard try query.bool("ReturnData") ?? true else { continue }
            results.append(
                try result(id, query, statistic, from: start, to: end, isAscending: isAscending, limit: limit))
        }
        return ["MetricDataResults": .array(results), "Messages": []]
    }

    private func result(
        _ id: String, _ query: CallInput, _ input: CallInput, from start: Timestamp, to end: Timestamp,
        isAscending: Bool, limit: Int
    ) throws(AWSServiceError) -> JSONValue {
        guard let metric = try input.structure("Metric")?.metric() else { throw input.missing("Metric") }
        let name = try input.requiredString("Stat")
        guard let statistic = MetricStatistic(name) else {
            throw .init("ValidationError", "The value \(name) for parameter Stat is invalid.")
        }
        let unit = try input.unit("Unit")
        let period = Int64(try input.requiredInteger("Period"))
        guard [1, 5, 10, 20, 30].contains(period) || (period > 0 && period % 60 == 0) else {
            throw .init("ValidationError", "Period must be 1, 5, 10, 20, 30, or a multiple of 60.")
        }
        let first = start.floored(toSeconds: period).wholeSecondsSinceEpoch
        let last = end.wholeSecondsSinceEpoch
        guard (last - first) / period <= 100_800 else {
            throw .init("ValidationError", "The time range holds more than 100,800 datapoints.")
        }
        var points: [(second: Int64, value: Double)] = metrics.withLock { store in
            stride(from: first, to: last, by: Int64.Stride(period)).compactMap { from in
                store.aggregate(metric, unit: unit, from: from, to: from + period)
                    .flatMap(statistic.value).map { (from, $0) }
            }
        }
        if !isAscending { points.reverse() }
        points = Array(points.prefix(limit))
        return [
            "Id": .string(id), "Label": .string(try query.string("Label") ?? metric.name), "StatusCode": "Complete",
            "Timestamps": .array(points.map { .integer($0.second) }),
            "Values": .array(points.map { .double($0.value) }),
        ]
    }
}
