import ExactJSON
import Timekeeping

/// The words and the data that explain an alarm's state, as CloudWatch writes them.
struct AlarmStateReason: Sendable, Equatable {
    var text: String
    /// JSON; empty for a state that no evaluation gave.
    var data: JSONValue?

    /// What a new alarm carries until its first evaluation.
    static let initial = AlarmStateReason(text: "Unchecked: Initial alarm creation")

    init(text: String, data: JSONValue? = nil) {
        self.text = text
        self.data = data
    }

    init(_ evaluation: AlarmEvaluation, of alarm: AlarmConfiguration, at moment: Timestamp) {
        text = Self.words(evaluation, alarm.criteria)
        data = Self.data(evaluation, alarm, moment)
    }

    private static func words(_ evaluation: AlarmEvaluation, _ criteria: AlarmCriteria) -> String {
        let periods = evaluation.filled
        guard !evaluation.evaluated.isEmpty else {
            if evaluation.state == .insufficientData {
                return "Insufficient Data: \(plural(periods, "datapoint")) \(periods == 1 ? "was" : "were") unknown."
            }
            return "Threshold Crossed: no datapoints were received for \(plural(periods, "period")) and "
                + "\(missing(periods, criteria.missingData))."
        }

        let breaching = evaluation.evaluated.filter {
            criteria.comparison.isBreached(by: $0.value, threshold: criteria.threshold)
        }
        let isAlarm = evaluation.state == .alarm
        let cited = isAlarm ? breaching : evaluation.evaluated.filter { !breaching.contains($0) }
        let points = cited.map { "\(JavaNumber.text($0.value)) (\(shortDate($0.start)))" }.joined(separator: ", ")
        let verb = (cited.count == 1 ? "was" : "were") + (isAlarm ? "" : " not")
        let threshold = "\(verb) \(criteria.comparison.words) the threshold (\(JavaNumber.text(criteria.threshold)))"
        let tail = evaluation.filled > 0 ? " and \(missing(evaluation.filled, criteria.missingData))" : ""
        guard let required = criteria.datapointsToAlarm else {
            return "Threshold Crossed: \(plural(cited.count, "datapoint")) [\(points)] \(threshold)\(tail)."
        }
        let minimum = isAlarm ? required : criteria.evaluationPeriods - required + 1
        let transition = isAlarm ? "OK -> ALARM" : "ALARM -> OK"
        return "Threshold Crossed: \(cited.count) out of the last \(evaluation.evaluated.count) datapoints [\(points)] "
            + "\(threshold)\(tail) (minimum \(plural(minimum, "datapoint")) for \(transition) transition)."
    }

    private static func data(_ evaluation: AlarmEvaluation, _ alarm: AlarmConfiguration, _ moment: Timestamp)
        -> JSONValue
    {
        var members: [String: JSONValue] = [
            "version": "1.0",
            "queryDate": .string(longDate(moment)),
            "period": .integer(alarm.source.period),
            "threshold": .number(JavaNumber.text(alarm.criteria.threshold)),
            "recentDatapoints": .array(evaluation.evaluated.map { .number(JavaNumber.text($0.value)) }),
        ]
        if let first = evaluation.evaluated.first { members["startDate"] = .string(longDate(first.start)) }
        if case .metric(let metric) = alarm.source {
            members["statistic"] = .string(metric.statistic)
            if let unit = metric.query.unit { members["unit"] = .string(unit) }
        }
        members["evaluatedDatapoints"] = .array(
            evaluation.evaluated.reversed().map {
                [
                    "timestamp": .string(longDate($0.start)),
                    "sampleCount": .number(JavaNumber.text($0.sampleCount)),
                    "value": .number(JavaNumber.text($0.value)),
                ]
            })
        return .object(members)
    }

    private static func plural(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    private static func missing(_ count: Int, _ treatment: MissingDataTreatment) -> String {
        "\(plural(count, "missing datapoint")) \(count == 1 ? "was" : "were") treated as [\(treatment.label)]"
    }

    /// `31/01/26 08:05:00`, day first.
    private static func shortDate(_ moment: Timestamp) -> String {
        let civil = CivilTime(moment)
        return "\(pad(civil.day))/\(pad(civil.month))/\(pad(civil.year % 100)) "
            + "\(pad(civil.hour)):\(pad(civil.minute)):\(pad(civil.second))"
    }

    /// `2026-01-31T08:05:00.000+0000`.
    static func longDate(_ moment: Timestamp) -> String { moment.iso8601.dropLast() + "+0000" }

    private static func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}

/// Doubles as CloudWatch prints them: always with a fraction, with an exponent from ten million on.
enum JavaNumber {
    /// The text is also a valid JSON number; the infinities and not-a-number, which no datapoint is, give `0.0`.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "0.0" }
        let magnitude = abs(value)
        if magnitude == 0 || (magnitude >= 1e-3 && magnitude < 1e7) { return value.description }
        let text = value.description.lowercased()
        // Take Swift's shortest digits apart and set the point after the first one.
        let sign = text.hasPrefix("-") ? "-" : ""
        let parts = text.drop { $0 == "-" }.split(separator: "e")
        let mantissa = parts.first ?? "0"
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let pieces = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        let whole = pieces.first ?? "0"
        let fraction = pieces.count > 1 && pieces[1] != "0" ? pieces[1] : ""
        let digits = (whole + fraction).drop { $0 == "0" }
        let leadingZeros = (whole + fraction).count - digits.count
        exponent += whole.count - 1 - leadingZeros
        var rest = String(digits.dropFirst())
        while rest.hasSuffix("0") { rest.removeLast() }
        return "\(sign)\(digits.prefix(1)).\(rest.isEmpty ? "0" : rest)E\(exponent)"
    }
}
