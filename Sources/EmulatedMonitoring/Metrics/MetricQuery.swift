import EmulatorCore
import ExactJSON
import MetricMath

/// One of the queries of GetMetricData, or one of the metrics of an alarm on metric math.
struct MetricQuery: Sendable, Equatable {
    /// A statistic of one metric.
    struct Source: Sendable, Equatable {
        var metric: MetricIdentity
        var statistic: MetricStatistic
        var unit: String?
        /// Seconds.
        var period: Int
    }

    enum Kind: Sendable, Equatable {
        case source(Source)
        case expression(MathExpression)
    }

    var id: String
    var label: String?
    var returnsData: Bool
    var kind: Kind
    /// Seconds, of an expression that names no metric.
    var ownPeriod: Int?
    /// As it came, for describing it.
    var json: JSONValue

    init(_ input: CallInput) throws(AWSServiceError) {
        id = try input.requiredString("Id")
        guard let first = id.utf8.first, (0x61...0x7A).contains(first), id.utf8.count <= 255,
            id.utf8.allSatisfy({
                $0 == 0x5F || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
            })
        else {
            throw .init("ValidationError", "The value '\(id)' for parameter Id must start with a lowercase letter.")
        }
        label = try input.string("Label")
        returnsData = try input.bool("ReturnData") ?? true
        ownPeriod = try input.integer("Period")
        if let ownPeriod, !Self.isPeriod(ownPeriod) { throw Self.wrongPeriod }
        json = input.value
        if let account = try input.string("AccountId"), !account.isEmpty {
            throw .init(
                "ValidationError", "The query \(id) names an AccountId: metrics of other accounts are not emulated.")
        }
        let statistic = try input.structure("MetricStat")
        let expression = try input.string("Expression")
        switch (statistic, expression) {
        case (let statistic?, nil): kind = .source(try Source(statistic))
        case (nil, let text?): kind = .expression(try Self.expression(text))
        default:
            throw .init("ValidationError", "The query \(id) must have exactly one of MetricStat and Expression.")
        }
    }

    /// As the caller wrote it: `Sum`, `p99`.
    var statisticName: String { json["MetricStat"]?["Stat"]?.stringValue ?? "" }

    /// As descriptions show it: `ReturnData` is always told.
    var described: JSONValue {
        var members = json.objectValue ?? [:]
        members["ReturnData"] = .bool(returnsData)
        return .object(members)
    }

    private static func expression(_ text: String) throws(AWSServiceError) -> MathExpression {
        if text.prefix(7).uppercased() == "SELECT " {
            throw .init("ValidationError", "Metrics Insights queries are not emulated.")
        }
        do throws(MetricMathError) { return try MathParser.parse(text) } catch {
            throw .init("ValidationError", error.message)
        }
    }

    static func isPeriod(_ period: Int) -> Bool {
        [1, 5, 10, 20, 30].contains(period) || (period > 0 && period % 60 == 0 && period <= 604_800)
    }

    static let wrongPeriod = AWSServiceError(
        "ValidationError", "Period must be 1, 5, 10, 20, 30, or a multiple of 60.")
}

extension MetricQuery.Source {
    init(_ input: CallInput) throws(AWSServiceError) {
        guard let metric = try input.structure("Metric")?.metric() else { throw input.missing("Metric") }
        let name = try input.requiredString("Stat")
        guard let statistic = MetricStatistic(name) else {
            throw .init("ValidationError", "The value \(name) for parameter Stat is invalid.")
        }
        let period = try input.requiredInteger("Period")
        guard MetricQuery.isPeriod(period) else { throw MetricQuery.wrongPeriod }
        self.init(metric: metric, statistic: statistic, unit: try input.unit("Unit"), period: period)
    }

    /// The samples of each period of a grid; the grid's period counts, not this source's.
    func windows(over grid: TimeGrid, in store: MetricStore) -> [StatisticWindow?] {
        let numbers =
            unit == nil
            ? store.seriesOfFirstUnit(of: metric, over: grid) : store.seriesNumbers(of: metric, unit: unit)
        return store.windows(of: numbers, over: grid, withDistribution: statistic.needsDistribution)
    }
}
