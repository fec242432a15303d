import EmulatorCore
import ExactJSON
import Timekeeping
import MetricMath

extension CloudWatchService {
    /// One time series of an answer of GetMetricData.
    private struct QueryResult {
        var id: String
        var label: String
        var points: [(second: Int64, value: Double)]
        /// Units that the metric has data in, when the query names none and there are several.
        var units: [String] = []

        var messages: JSONValue? {
            guard units.count > 1 else { return nil }
            return [
                [
                    "Code": "MultipleUnits",
                    "Value": .string("Multiple units returned: '[\(units.joined(separator: ", "))]'"),
                ]
            ]
        }
    }

    private static let mostDatapoints = 100_800

    /// GetMetricData: periods aligned to the clock, newest first unless told otherwise.
    func getMetricData(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let start = try input.requiredTimestamp("StartTime")
        let end = try input.requiredTimestamp("EndTime")
        guard start != end else {
            throw .init("ValidationError", "The parameter StartTime must not equal parameter EndTime.")
        }
        guard start < end else {
            throw .init("ValidationError", "The parameter EndTime must be greater than StartTime.")
        }
        var isAscending = false
        if let order = try input.string("ScanBy") {
            guard order == "TimestampAscending" || order == "TimestampDescending" else {
                throw .init("ValidationError", "The value \(order) for parameter ScanBy is invalid.")
            }
            isAscending = order == "TimestampAscending"
        }
        let limit = try input.integer("MaxDatapoints") ?? Self.mostDatapoints
        guard (1...Self.mostDatapoints).contains(limit) else {
            throw .init("ValidationError", "MaxDatapoints must be between 1 and \(Self.mostDatapoints).")
        }
        let inputs = try input.list("MetricDataQueries")
        guard !inputs.isEmpty else { throw input.missing("MetricDataQueries") }
        guard inputs.count <= 500 else {
            throw .init("ValidationError", "The collection MetricDataQueries must not have a size greater than 500.")
        }
        let set = try MetricQuerySet(inputs)
        let results = try results(of: set, from: start, to: end, isAscending: isAscending)
        return try Self.page(results, input, limit: limit)
    }

    private func results(
        of set: MetricQuerySet, from start: Timestamp, to end: Timestamp, isAscending: Bool
    ) throws(AWSServiceError) -> [QueryResult] {
        // There is no data outside of the retention, nor more than two hours ahead.
        let oldest = clock.now - .seconds(MetricStore.retentionSeconds)
        let newest = clock.now + .seconds(3 * 3600)
        let first = max(start, oldest)
        let last = min(end, newest).wholeSecondsSinceEpoch
        func grid(_ index: Int) -> TimeGrid {
            let period = Int64(set.shapes[index].period)
            let from = first.floored(toSeconds: period).wholeSecondsSinceEpoch
            return TimeGrid(start: from, period: period, count: max(0, Int((last - from + period - 1) / period)))
        }
        try set.checkWork { grid($0).count }

        let store = metrics.withLock { $0 }
        var known: [Int: [Int: MathValue]] = [:]
        var results: [QueryResult] = []
        let labels = QueryLabels(set.queries)
        for (index, query) in set.queries.enumerated() where query.returnsData {
            guard set.shapes[index].type != .scalar else {
                throw .init(
                    "ValidationError",
                    "Error in expression '\(query.id)': its result is a scalar, and must be a time series.")
            }
            let grid = grid(index)
            let isMany = set.shapes[index].type == .array
            for series in set.series(of: index, over: grid, in: store, &known[set.shapes[index].period, default: [:]]) {
                var points = series.values.enumerated().compactMap { place, value in
                    value.map { (second: grid.second(place), value: $0) }
                }
                if !isAscending { points.reverse() }
                // An array's series have their own names after the one that the caller gave.
                let label =
                    isMany
                    ? [query.label ?? "", series.label].filter { !$0.isEmpty }.joined(separator: " ")
                    : labels.label(of: query)
                var result = QueryResult(id: query.id, label: label, points: points)
                if case .source(let source) = query.kind, source.unit == nil, !points.isEmpty {
                    result.units = store.units(of: source.metric, over: grid)
                }
                results.append(result)
            }
        }
        return results
    }

    /// The results' points one after the other, cut where the token and the limit say.
    private static func page(_ results: [QueryResult], _ input: CallInput, limit: Int) throws(AWSServiceError)
        -> JSONValue
    {
        var skipped = 0
        if let token = try input.string("NextToken") {
            guard let place = Int(token), place > 0 else {
                throw .init("InvalidNextToken", "The token \(token) is invalid.")
            }
            skipped = place
        }
        var place = 0
        var room = limit
        var elements: [JSONValue] = []
        var next: Int?
        for result in results {
            let before = max(0, min(skipped - place, result.points.count))
            let rest = result.points.dropFirst(before)
            place += result.points.count
            // A result that an earlier page has shown whole is not shown again.
            if rest.isEmpty, skipped > 0 { continue }
            if room == 0, !rest.isEmpty {
                next = next ?? place - rest.count
                break
            }
            let page = rest.prefix(room)
            room -= page.count
            var element: [String: JSONValue] = [
                "Id": .string(result.id), "Label": .string(result.label),
                "StatusCode": page.count < rest.count ? "PartialData" : "Complete",
                "Timestamps": .array(page.map { .integer($0.second) }),
                "Values": .array(page.map { .double($0.value) }),
            ]
            element["Messages"] = result.messages
            elements.append(.object(element))
            if page.count < rest.count {
                next = place - rest.count + page.count
                break
            }
        }
        var answer: [String: JSONValue] = ["MetricDataResults": .array(elements), "Messages": []]
        if let next { answer["NextToken"] = .string(String(next)) }
        return .object(answer)
    }
}
