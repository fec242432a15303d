import EmulatorCore
import ExactJSON
import Timekeeping
import MetricMath

/// Where an alarm's datapoints come from.
enum AlarmSource: Sendable, Equatable {
    case metric(AlarmMetric)
    case math(AlarmMath)

    /// Seconds.
    var period: Int {
        switch self {
        case .metric(let metric): metric.query.period
        case .math(let math): math.set.shapes[math.result].period
        }
    }

    /// The values of each period of a grid; nil where there is none.
    func datapoints(over grid: TimeGrid, in store: MetricStore) -> [AlarmDatapoint?] {
        switch self {
        case .metric(let metric):
            return metric.query.windows(over: grid, in: store).map { window in
                guard let window, let value = metric.query.statistic.value(of: window) else { return nil }
                return AlarmDatapoint(
                    start: Timestamp(nanosecondsSinceEpoch: window.start * 1_000_000_000), value: value,
                    sampleCount: window.sampleCount)
            }
        case .math(let math):
            var known: [Int: MathValue] = [:]
            let series = math.set.series(of: math.result, over: grid, in: store, &known).first
            return (series?.values ?? []).enumerated().map { place, value in
                value.map {
                    AlarmDatapoint(
                        start: Timestamp(nanosecondsSinceEpoch: grid.second(place) * 1_000_000_000), value: $0)
                }
            }
        }
    }

    /// Alarms on DynamoDB's own metrics always ignore missing data (PutMetricAlarm's reference).
    var alwaysIgnoresMissingData: Bool {
        if case .metric(let metric) = self { metric.query.metric.namespace == "AWS/DynamoDB" } else { false }
    }
}

/// One metric that an alarm watches.
struct AlarmMetric: Sendable, Equatable {
    var query: MetricQuery.Source
    /// The name as the caller wrote it: `Sum`, `p99`.
    var statistic: String

    /// Reads the members of PutMetricAlarm that name a metric.
    init(_ input: CallInput) throws(AWSServiceError) {
        guard let name = try input.string("MetricName"), let namespace = try input.string("Namespace") else {
            throw .invalidCombination("MetricName and Namespace are required for an alarm on a single metric.")
        }
        let metric = MetricIdentity(namespace: namespace, name: name, dimensions: try input.dimensions("Dimensions"))
        let plain = try input.string("Statistic")
        let extended = try input.string("ExtendedStatistic")
        switch (plain, extended) {
        case (let text?, nil): statistic = text
        case (nil, let text?): statistic = text
        case (nil, nil): throw .invalidCombination("Exactly one of Statistic and ExtendedStatistic must be specified.")
        default: throw .invalidCombination("Statistic and ExtendedStatistic are mutually exclusive.")
        }
        guard let parsed = MetricStatistic(statistic), parsed.isPlain == (extended == nil) else {
            throw .invalidValue(
                "The value \(statistic) for parameter \(extended == nil ? "Statistic" : "ExtendedStatistic") is invalid."
            )
        }
        guard let period = try input.integer("Period") else { throw .invalidCombination("Period must be specified.") }
        guard [10, 20, 30].contains(period) || (period > 0 && period % 60 == 0 && period <= 604_800) else {
            throw .invalidValue("Period must be 10, 20, 30 or a multiple of 60")
        }
        query = .init(metric: metric, statistic: parsed, unit: try input.unit("Unit"), period: period)
    }
}

/// An expression over metrics that an alarm watches.
struct AlarmMath: Sendable, Equatable {
    var set: MetricQuerySet
    /// The place of the one query that returns data.
    var result: Int

    /// Reads the member Metrics of PutMetricAlarm.
    init(_ input: CallInput, _ metrics: [CallInput]) throws(AWSServiceError) {
        for key in ["MetricName", "Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"]
        where input.value[key].map({ !$0.isNull && $0 != [] }) ?? false {
            throw .invalidCombination("\(key) must not be given together with Metrics.")
        }
        guard metrics.count <= 20 else { throw .invalidValue("Metrics must have at most 20 elements.") }
        let set = try MetricQuerySet(metrics)
        let results = set.queries.indices.filter { set.queries[$0].returnsData }
        guard let result = results.first, results.count == 1 else {
            throw .init("ValidationError", "Exactly one element of the metrics list should return data.")
        }
        guard set.shapes[result].type == .series else {
            throw .init(
                "ValidationError",
                "Error in expression '\(set.queries[result].id)': an alarm needs a single time series, "
                    + "not \(set.shapes[result].type.rawValue).")
        }
        self.set = set
        self.result = result
    }
}

extension MetricStatistic {
    /// One of the five that go into `Statistic` rather than `ExtendedStatistic`.
    var isPlain: Bool {
        switch self {
        case .sampleCount, .sum, .average, .minimum, .maximum: true
        case .percentile, .trimmed: false
        }
    }
}
