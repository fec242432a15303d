import Testing
import Timekeeping

@testable import EmulatedMonitoring

/// The two tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, row by
/// row: `0` is within the threshold, `X` breaches it, `-` is missing, the newest on the right.
@Suite struct AlarmEvaluationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var points: String
        var required: Int
        var filled: Int
        /// The states for missing, ignore, breaching and notBreaching; nil retains the state.
        var states: [AlarmState?]

        var testDescription: String { "\(points), \(required) of 3" }
    }

    static let rows: [Row] = [
        // Three of three.
        Row(points: "0 - X - X", required: 3, filled: 0, states: [.ok, .ok, .ok, .ok]),
        Row(points: "- - - - 0", required: 3, filled: 2, states: [.ok, .ok, .ok, .ok]),
        Row(points: "- - - - -", required: 3, filled: 3, states: [.insufficientData, nil, .alarm, .ok]),
        Row(points: "0 X X - X", required: 3, filled: 0, states: [.alarm, .alarm, .alarm, .alarm]),
        Row(points: "- - X - -", required: 3, filled: 2, states: [.alarm, nil, .alarm, .ok]),
        // Two of three.
        Row(points: "0 - X - X", required: 2, filled: 0, states: [.alarm, .alarm, .alarm, .alarm]),
        Row(points: "0 0 X 0 X", required: 2, filled: 0, states: [.alarm, .alarm, .alarm, .alarm]),
        Row(points: "0 - X - -", required: 2, filled: 1, states: [.ok, .ok, .alarm, .ok]),
        Row(points: "- - - - 0", required: 2, filled: 2, states: [.ok, .ok, .alarm, .ok]),
        Row(points: "- - - X -", required: 2, filled: 2, states: [.alarm, nil, .alarm, .ok]),
    ]

    static let treatments: [MissingDataTreatment] = [.missing, .ignore, .breaching, .notBreaching]

    static func slots(_ text: String) -> [AlarmDatapoint?] {
        text.split(separator: " ").enumerated().map { index, mark in
            let start = Timestamp(nanosecondsSinceEpoch: Int64(index) * 60_000_000_000)
            switch mark {
            case "0": return AlarmDatapoint(start: start, value: 0)
            case "X": return AlarmDatapoint(start: start, value: 10)
            default: return nil
            }
        }
    }

    @Test("AWS's tables of missing data are met in every column", arguments: rows)
    func table(row: Row) {
        for (treatment, expected) in zip(Self.treatments, row.states) {
            let criteria = AlarmCriteria(
                comparison: .greaterThan, threshold: 5, evaluationPeriods: 3, datapointsToAlarm: row.required,
                missingData: treatment)
            for current in AlarmState.allCases {
                let evaluation = AlarmEvaluation(criteria, slots: Self.slots(row.points), current: current)
                #expect(evaluation.state == expected ?? current, "\(treatment) from \(current)")
                #expect(evaluation.filled == row.filled)
            }
        }
    }

    @Test("one breaching datapoint of one sounds the alarm, whatever is missing", arguments: treatments)
    func single(treatment: MissingDataTreatment) {
        let criteria = AlarmCriteria(
            comparison: .greaterThanOrEqual, threshold: 5, evaluationPeriods: 2, datapointsToAlarm: 1,
            missingData: treatment)
        #expect(AlarmEvaluation(criteria, slots: Self.slots("- - - X"), current: .ok).state == .alarm)
        #expect(AlarmEvaluation(criteria, slots: Self.slots("X - 0 0"), current: .alarm).state == .ok)
    }

    @Test(
        "each comparison breaches exactly on its side of the threshold",
        arguments: [
            (AlarmComparison.greaterThan, [false, false, true]), (.greaterThanOrEqual, [false, true, true]),
            (.lessThan, [true, false, false]), (.lessThanOrEqual, [true, true, false]),
        ])
    func comparisons(comparison: AlarmComparison, expected: [Bool]) {
        #expect([4.9, 5, 5.1].map { comparison.isBreached(by: $0, threshold: 5) } == expected)
    }

    @Test("the evaluation range is 5 for N = 3, as AWS shows it")
    func range() {
        #expect(EvaluationRange().datapoints(evaluationPeriods: 3) == 5)
        #expect(EvaluationRange(extraPeriods: 0).datapoints(evaluationPeriods: 0) == 1)
    }
}
