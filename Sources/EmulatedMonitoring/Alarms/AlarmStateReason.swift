import ExactJSON
import Timekeeping
import MetricMath

/// The words and the data that explain an alarm's state, as CloudWatch writes them.
///
/// They are written when somebody asks: a pass over a thousand alarms has no time for that.
indirect enum AlarmStateReason: Sendable, Equatable {
    /// Handed in, or of a composite alarm; the data are JSON.
    case given(text: String, data: JSONValue?)
    /// Found by looking at the periods of a grid, at a moment.
    case evaluated(AlarmEvaluation, MetricCondition, TimeGrid, Timestamp)

    /// What a new alarm carries until its first evaluation.
    static let initial = AlarmStateReason.given(text: "Unchecked: Initial alarm creation", data: nil)

    var text: String {
        switch self {
        case .given(let text, _): text
        case .evaluated(let evaluation, let condition, _, _): Self.words(evaluation, condition.criteria)
        }
    }

    /// Nil for a state that no evaluation gave.
    var data: JSONValue? {
        switch self {
        case .given(_, let data): data
        case .evaluated(let evaluation, let condition, let grid, let moment):
            Self.data(evaluation, condition, grid, moment)
        }
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

    private static func data(
        _ evaluation: AlarmEvaluation, _ alarm: MetricCondition, _ grid: TimeGrid, _ moment: Timestamp
    ) -> JSONValue {
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
        var evaluated: [JSONValue] = evaluation.evaluated.reversed().map {
            [
                "timestamp": .string(longDate($0.start)), "sampleCount": .number(JavaNumber.text($0.sampleCount)),
                "value": .number(JavaNumber.text($0.value)),
            ]
        }
        // Where nothing was received, the periods are told alone.
        if evaluated.isEmpty {
            evaluated = (0..<min(evaluation.filled, grid.count)).map { age in
                let start = grid.second(grid.count - 1 - age)
                return ["timestamp": .string(longDate(Timestamp(nanosecondsSinceEpoch: start * 1_000_000_000)))]
            }
        }
        members["evaluatedDatapoints"] = .array(evaluated)
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

    /// `Friday 22 July, 2022 15:57:45 UTC`.
    static func spokenDate(_ moment: Timestamp) -> String {
        let civil = CivilTime(moment)
        let days = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        // 1970 began on a Thursday.
        let day = Int(((moment.wholeSecondsSinceEpoch / 86_400) % 7 + 7) % 7)
        return "\(days[day]) \(pad(civil.day)) \(months[max(0, min(civil.month - 1, 11))]), \(civil.year) "
            + "\(pad(civil.hour)):\(pad(civil.minute)):\(pad(civil.second)) UTC"
    }

    private static func pad(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
