import EmulatorCore
import ExactJSON
import Timekeeping

extension CloudWatchService {
    /// ListMetrics: metrics that have visible data, 500 a page.
    func listMetrics(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let namespace = try input.string("Namespace")
        let name = try input.string("MetricName")
        let recently = try input.string("RecentlyActive")
        guard recently == nil || recently == "PT3H" else {
            throw .invalidValue(
                "The value \(recently ?? "") for parameter RecentlyActive is invalid. Valid values: PT3H")
        }
        let since = recently.map { _ in (clock.now - .seconds(3 * 3600)).wholeSecondsSinceEpoch }
        var filters: [(name: String, value: String?)] = []
        for filter in try input.list("Dimensions") {
            filters.append((try filter.requiredString("Name"), try filter.string("Value")))
        }
        let found = metrics.withLock { $0.visibleMetrics(since: since) }.filter { metric in
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
}
