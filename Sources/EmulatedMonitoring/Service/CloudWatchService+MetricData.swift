import EmulatorCore
import ExactJSON
import Timekeeping

extension CloudWatchService {
    private struct Datum {
        var metric: MetricIdentity
        var unit: String
        var second: Int64
        var resolution: Int64
        var values: [(value: Double, count: Double)]
        var set: StatisticSet?
    }

    /// PutMetricData: all of it or, when anything is wrong, nothing; visible at once.
    func putMetricData(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let namespace = try input.requiredString("Namespace")
        guard !namespace.isEmpty, namespace.utf8.count <= 255, !namespace.hasPrefix(":") else {
            throw .invalidValue("The value \(namespace) for parameter Namespace is invalid.")
        }
        guard !namespace.hasPrefix("AWS/") else {
            throw .invalidValue("The value AWS/ for parameter Namespace is invalid.")
        }
        let list = try input.list("MetricData")
        guard !list.isEmpty else { throw input.missing("MetricData") }
        guard list.count <= 1000 else { throw .invalidValue("MetricData must have at most 1000 elements.") }
        let now = clock.now
        var data: [Datum] = []
        for (index, element) in list.enumerated() {
            data.append(try datum(element, namespace, now, path: "MetricData.member.\(index + 1)"))
        }
        metrics.withLock { store in
            for datum in data {
                store.publish(datum.metric, unit: datum.unit, at: datum.second, resolution: datum.resolution) {
                    bucket in
                    if let set = datum.set { bucket.add(set) }
                    for (value, count) in datum.values { bucket.add(value, count: count) }
                }
            }
        }
        return .object([:])
    }

    private func datum(
        _ input: CallInput, _ namespace: String, _ now: Timestamp, path: String
    ) throws(AWSServiceError) -> Datum {
        let name = try input.requiredString("MetricName")
        guard !name.isEmpty, name.utf8.count <= 255 else {
            throw .invalidValue("The value \(name) for parameter \(path).MetricName is invalid.")
        }
        // From two weeks back to two hours ahead (PutMetricData's reference).
        let moment = try input.timestamp("Timestamp") ?? now
        guard now - moment <= .seconds(14 * 86_400), moment - now <= .seconds(2 * 3600) else {
            throw .invalidValue(
                "The parameter \(path).Timestamp must specify a time no more than two weeks in the past and no more "
                    + "than two hours in the future.")
        }
        let resolution = try input.integer("StorageResolution") ?? 60
        guard resolution == 1 || resolution == 60 else {
            throw .invalidValue("The value \(resolution) for parameter \(path).StorageResolution is invalid.")
        }
        var datum = Datum(
            metric: MetricIdentity(
                namespace: namespace, name: name, dimensions: try input.dimensions("Dimensions")),
            unit: try input.unit("Unit") ?? "None", second: moment.wholeSecondsSinceEpoch,
            resolution: Int64(resolution), values: [])

        let value = try input.double("Value")
        let values = try input.doubles("Values")
        let set = try input.structure("StatisticValues")
        try Self.checkExclusive([
            ("\(path).Value", value != nil), ("\(path).Values", values != nil), ("\(path).StatisticValues", set != nil),
        ])
        if let value {
            datum.values = [(try checked(value, "\(path).Value"), 1)]
        } else if let values {
            let counts = try input.doubles("Counts") ?? Array(repeating: 1, count: values.count)
            guard counts.count == values.count else {
                throw .invalidValue("The parameters \(path).Values and \(path).Counts must be of the same size.")
            }
            guard (1...150).contains(values.count) else {
                throw .invalidValue("The parameter \(path).Values must have between 1 and 150 elements.")
            }
            for (value, count) in zip(values, counts) {
                guard count > 0 else { throw .invalidValue("The parameter \(path).Counts must be greater than 0.") }
                datum.values.append((try checked(value, "\(path).Values"), try checked(count, "\(path).Counts")))
            }
        } else if let set {
            datum.set = try statisticSet(set, path: "\(path).StatisticValues")
        }
        return datum
    }

    /// Exactly one of the ways to hand in samples is taken.
    private static func checkExclusive(_ members: [(name: String, isGiven: Bool)]) throws(AWSServiceError) {
        let given = members.filter(\.isGiven).map(\.name)
        switch given.count {
        case 1: break
        case 0:
            let names = members.map(\.name).joined(separator: ", ")
            throw .init("MissingRequiredParameterException", "One of the parameters \(names) must be specified.")
        default:
            throw .invalidCombination(
                "The parameters \(given[0]) and \(given[1]) are mutually exclusive and you have specified both.")
        }
    }

    private func statisticSet(_ input: CallInput, path: String) throws(AWSServiceError) -> StatisticSet {
        func member(_ key: String) throws(AWSServiceError) -> Double {
            guard let value = try input.double(key) else { throw input.missing("\(path).\(key)") }
            return try checked(value, "\(path).\(key)")
        }
        let set = StatisticSet(
            sampleCount: try member("SampleCount"), sum: try member("Sum"), minimum: try member("Minimum"),
            maximum: try member("Maximum"))
        guard set.sampleCount > 0, set.minimum <= set.maximum else {
            throw .invalidValue("The parameter \(path) must have samples, and a minimum that is not above its maximum.")
        }
        return set
    }

    /// Values are finite and within ±2^360 (MetricDatum's reference).
    private func checked(_ value: Double, _ path: String) throws(AWSServiceError) -> Double {
        guard value.isFinite, abs(value) <= 0x1p360 else {
            let text = value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : "\(value)"
            throw .invalidValue("The value \(text) for parameter \(path) is invalid.")
        }
        return value
    }
}
