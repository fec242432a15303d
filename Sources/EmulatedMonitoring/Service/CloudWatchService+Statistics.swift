import EmulatorCore
import ExactJSON
import Timekeeping

extension CloudWatchService {
    private static let datapointLimit: Int64 = 1440

    /// GetMetricStatistics: periods count from the start time, rounded down to the minute; datapoints in order of time.
    func getMetricStatistics(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let metric = try input.metric()
        let unit = try input.unit("Unit")
        let period = Int64(try input.requiredInteger("Period"))
        guard [1, 5, 10, 20, 30].contains(period) || (period > 0 && period % 60 == 0) else {
            throw .invalidValue("The parameter Period must be a multiple of 60.")
        }
        let startTime = try input.requiredTimestamp("StartTime")
        let endTime = try input.requiredTimestamp("EndTime")
        guard startTime < endTime else {
            throw .invalidValue("The parameter StartTime must be less than the parameter EndTime.")
        }
        let statistics = try statistics(input)
        let start = startTime.floored(toSeconds: period < 60 ? period : 60).wholeSecondsSinceEpoch
        let end = endTime.wholeSecondsSinceEpoch
        let count = (end - start + period - 1) / period
        guard count <= Self.datapointLimit else {
            throw .invalidCombination(
                "You have requested up to \(Self.grouped(count)) datapoints, which exceeds the limit of "
                    + "\(Self.grouped(Self.datapointLimit)). You may reduce the datapoints requested by increasing Period, "
                    + "or decreasing the time range.")
        }

        let datapoints = metrics.withLock { store in
            var datapoints: [JSONValue] = []
            let units = unit.map { [$0] } ?? store.units(of: metric)
            for index in 0..<max(count, 0) {
                let from = start + index * period
                for unit in units {
                    guard let window = store.aggregate(metric, unit: unit, from: from, to: min(from + period, end))
                    else {
                        continue
                    }
                    if let datapoint = Self.datapoint(window, unit, statistics) { datapoints.append(datapoint) }
                }
            }
            return datapoints
        }
        return ["Label": .string(metric.name), "Datapoints": .array(datapoints)]
    }

    /// `1,440`.
    private static func grouped(_ number: Int64) -> String {
        let digits = String(number)
        let parts = stride(from: digits.count, to: 0, by: -3).map { digits.prefix($0).suffix(3) }
        return parts.reversed().joined(separator: ",")
    }

    private func statistics(_ input: CallInput) throws(AWSServiceError) -> [(name: String, statistic: MetricStatistic)]
    {
        var statistics: [(name: String, statistic: MetricStatistic)] = []
        for key in ["Statistics", "ExtendedStatistics"] {
            for name in try input.strings(key) ?? [] {
                guard let statistic = MetricStatistic(name), statistic.isPlain == (key == "Statistics") else {
                    throw .invalidValue("The value \(name) for parameter \(key) is invalid.")
                }
                statistics.append((name, statistic))
            }
        }
        guard !statistics.isEmpty else {
            throw .init("MissingRequiredParameterException", "Must specify either Statistics or ExtendedStatistics")
        }
        return statistics
    }

    private static func datapoint(
        _ window: StatisticWindow, _ unit: String, _ statistics: [(name: String, statistic: MetricStatistic)]
    ) -> JSONValue? {
        var members: [String: JSONValue] = [:]
        var extended: [String: JSONValue] = [:]
        for (name, statistic) in statistics {
            guard let value = statistic.value(of: window) else { continue }
            if statistic.isPlain { members[name] = .double(value) } else { extended[name] = .double(value) }
        }
        if !extended.isEmpty { members["ExtendedStatistics"] = .object(extended) }
        guard !members.isEmpty else { return nil }
        members["Timestamp"] = .integer(window.start)
        members["Unit"] = .string(unit)
        return .object(members)
    }
}

extension CallInput {
    /// A metric named by the members Namespace, MetricName and Dimensions.
    func metric() throws(AWSServiceError) -> MetricIdentity {
        MetricIdentity(
            namespace: try requiredString("Namespace"), name: try requiredString("MetricName"),
            dimensions: try dimensions("Dimensions"))
    }
}
