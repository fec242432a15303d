import AWSClients
import EmulatedMonitoring
import Testing
import Timekeeping

@testable import Drills

/// What the drill works out beforehand, held against AWS's tables and against the emulator's own evaluation.
@Suite("Alarm forecast")
struct AlarmForecastTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var points: String
        var required: Int
        /// For missing, ignore, breaching and notBreaching; nil keeps the state.
        var states: [AlarmForecast.State?]
        var testDescription: String { "\(points), \(required) of 3" }
    }

    /// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, row by row: `0` is within
    /// the threshold, `X` breaches it, `-` is missing, the newest on the right.
    static let rows: [Row] = [
        Row(points: "0 - X - X", required: 3, states: [.ok, .ok, .ok, .ok]),
        Row(points: "- - - - 0", required: 3, states: [.ok, .ok, .ok, .ok]),
        Row(points: "- - - - -", required: 3, states: [.insufficient, nil, .alarm, .ok]),
        Row(points: "0 X X - X", required: 3, states: [.alarm, .alarm, .alarm, .alarm]),
        Row(points: "- - X - -", required: 3, states: [.alarm, nil, .alarm, .ok]),
        Row(points: "0 - X - X", required: 2, states: [.alarm, .alarm, .alarm, .alarm]),
        Row(points: "0 0 X 0 X", required: 2, states: [.alarm, .alarm, .alarm, .alarm]),
        Row(points: "0 - X - -", required: 2, states: [.ok, .ok, .alarm, .ok]),
        Row(points: "- - - - 0", required: 2, states: [.ok, .ok, .alarm, .ok]),
        Row(points: "- - - X -", required: 2, states: [.alarm, nil, .alarm, .ok]),
    ]

    static let treatments = ["missing", "ignore", "breaching", "notBreaching"]

    private func alarm(
        _ comparison: String = "GreaterThanThreshold", threshold: Double = 5, periods: Int, required: Int,
        missing: String
    ) -> MetricAlarm {
        DrillsTests.alarm(
            "a", "AWS/ApiGateway", "4XXError", ["ApiName": "serverless-api-dev"], threshold, comparison: comparison,
            changes: [
                "EvaluationPeriods": .integer(periods), "DatapointsToAlarm": .integer(required),
                "TreatMissingData": .string(missing),
            ])
    }

    @Test("AWS's tables of missing data are met in every column", arguments: rows) func tables(row: Row) {
        let slots = row.points.split(separator: " ").map { $0 == "X" ? 10 : $0 == "0" ? 0 : Double?.none }
        for (treatment, expected) in zip(Self.treatments, row.states) {
            let forecast = AlarmForecast(alarm(periods: 3, required: row.required, missing: treatment))
            for state in [AlarmForecast.State.ok, .alarm, .insufficient] {
                #expect(forecast.state(slots, from: state) == expected ?? state, "\(treatment) from \(state)")
            }
        }
    }

    @Test("every state agrees with the emulator's evaluation, whatever the datapoints") func agreesWithEmulator() throws
    {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let comparisons = [
            "GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold",
        ]
        for _ in 0..<4000 {
            let periods = Int.random(in: 1...5, using: &generator)
            let required = Int.random(in: 1...periods, using: &generator)
            let name = comparisons[Int.random(in: 0..<4, using: &generator)]
            let missing = Self.treatments[Int.random(in: 0..<4, using: &generator)]
            let forecast = AlarmForecast(alarm(name, periods: periods, required: required, missing: missing))
            let criteria = AlarmCriteria(
                comparison: try #require(AlarmComparison(rawValue: name)), threshold: 5, evaluationPeriods: periods,
                datapointsToAlarm: required, missingData: try #require(MissingDataTreatment(rawValue: missing)))
            let slots = (0..<forecast.range).map { _ -> Double? in
                [nil, 4, 5, 6][Int.random(in: 0..<4, using: &generator)]
            }
            let start = Timestamp(nanosecondsSinceEpoch: 0)
            let points = slots.map { value in value.map { AlarmDatapoint(start: start, value: $0) } }
            for state in AlarmState.allCases {
                let theirs = AlarmEvaluation(criteria, slots: points, current: state).state.rawValue
                let before = try #require(AlarmForecast.State(rawValue: state.rawValue))
                let ours = forecast.state(slots, from: before).rawValue
                #expect(
                    ours == theirs, "seed \(seed): \(slots) \(name) \(required) of \(periods) \(missing) from \(state)")
            }
        }
    }

    @Test("the range is as long as the emulator's, which follows AWS's own example") func range() {
        for periods in 1...10 {
            let forecast = AlarmForecast(alarm(periods: periods, required: 1, missing: "missing"))
            #expect(forecast.range == EvaluationRange().datapoints(evaluationPeriods: periods))
        }
    }
}

/// A small generator whose seed a failing test prints.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64 (Steele, Lea and Flood, 2014).
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
