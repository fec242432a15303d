import AWSClients
import ExactJSON
import LoadEngine
import LoadMetrics
import Timekeeping

/// Evidence on alarms that no traffic of a drill can ring: less than a pass, and named for what it is.
///
/// A shadow metric shows that a copy of the alarm's definition rings and keeps quiet where it should; nothing of its metric,
/// its dimensions or its actions. A forced state shows the actions; nothing of the threshold.
struct LowerEvidence: Sendable {
    var connection: AWSConnection
    var journal: DrillJournal
    var clock: any TargetClock
    var timing: MetricTiming
    var runID: String

    private var cloudWatch: CloudWatchClient { CloudWatchClient(connection: connection) }

    /// Sets an alarm off by hand and looks what its actions did.
    func force(_ observation: inout AlarmObservation) async throws(DrillError) {
        let since = clock.now() - .seconds(1)
        let name = observation.name
        let history = try await aws { () async throws(AWSCallError) in
            try await cloudWatch.setState("ALARM", of: name, reason: "Set by a fire drill to see its actions.")
            return try await cloudWatch.history(of: name, since: since)
        }
        observation.actions = history.filter { $0.kind == "Action" && $0.summary.hasPrefix("Successfully") }
            .map(\.summary)
        observation.evidence = "forcedState"
        observation.verdict = observation.actions.isEmpty ? .fail : .skipped
        if observation.actions.isEmpty {
            observation.findings.append(
                Finding(
                    id: "alarm.noAction", resource: name,
                    message: "alarm \(name) was set to ALARM by hand, and its history shows no action carried out",
                    remedy: "check AlarmActions and the topic's policy"))
        }
        // The next evaluation takes the state back; whoever was told is told that it is over.
        try await aws { () async throws(AWSCallError) in
            try await cloudWatch.setState("OK", of: name, reason: "The fire drill is over.")
        }
    }

    /// Plays made-up datapoints to a copy of the alarm, just on either side of its threshold.
    func shadow(_ alarm: MetricAlarm, _ observation: inout AlarmObservation) async throws(DrillError) {
        guard alarm.metric != nil, let values = Self.values(around: alarm), alarm.periodSeconds >= 60 else { return }
        let name = "firedrill-\(RunMark(runID: runID).prefix)\(alarm.name)"
        let metric = MetricIdentity(namespace: "Firedrill/Shadow", name: String(name.prefix(255)), dimensions: [:])
        let number = try journal.note(.deleteAlarm(metric.name))
        do throws(DrillError) {
            try await aws { () async throws(AWSCallError) in
                try await cloudWatch.putAlarm(Self.copy(of: alarm, on: metric))
            }
            let below = try await play(values.below, on: metric, of: alarm)
            // Its periods leave the evaluated ones before the others come.
            try await clock.wait(.seconds(alarm.periodSeconds * (AlarmForecast(alarm).range + 1)))
            let at = try await play(values.at, on: metric, of: alarm)
            observation.evidence = "shadowMetric"
            observation.verdict = below != "ALARM" && at == "ALARM" ? .skipped : .fail
            observation.belowThreshold = .init(
                sent: values.below, requests: 0, datapoint: values.below, state: below,
                verdict: below == "ALARM" ? .fail : .skipped)
            observation.atThreshold = .init(
                sent: values.at, requests: 0, datapoint: values.at, state: at, verdict: at == "ALARM" ? .skipped : .fail
            )
        } catch {
            try await journal.undo(number, connection)
            throw error
        }
        try await journal.undo(number, connection)
    }

    /// Publishes a value in each of M periods.
    ///
    /// - Returns: the copy's state when it has rung, or when it has had time to.
    private func play(_ value: Double, on metric: MetricIdentity, of alarm: MetricAlarm) async throws(DrillError)
        -> String
    {
        let cloudWatch = cloudWatch
        for period in 0..<max(1, alarm.datapointsToAlarm) {
            if period > 0 { try await clock.wait(.seconds(alarm.periodSeconds)) }
            let now = clock.now()
            // A number of samples is made of as many samples.
            let samples: (value: Double, count: Int) = alarm.statistic == "SampleCount" ? (1, Int(value)) : (value, 1)
            try await aws { () async throws(AWSCallError) in try await cloudWatch.put(metric, [samples], at: now) }
        }
        var state = ""
        for _ in 0..<(3 + timing.delayMinutes) {
            try await clock.wait(clock.now().floored(toSeconds: 60) + .seconds(75) - clock.now())
            let found = try await aws { () async throws(AWSCallError) in
                try await cloudWatch.alarms(named: [metric.name])
            }
            state = found.first?.state ?? ""
            if state == "ALARM" { break }
        }
        return state
    }

    /// One value that breaches and one that does not, as near to the threshold as their digits allow.
    static func values(around alarm: MetricAlarm) -> (below: Double, at: Double)? {
        let forecast = AlarmForecast(alarm)
        let threshold = alarm.threshold
        guard threshold.isFinite, abs(threshold) < 1e9, SampleStatistic(alarm.statistic) != nil else { return nil }
        let step = alarm.statistic == "SampleCount" ? 1 : max(abs(threshold) * 1e-6, 1e-6)
        let direction = forecast.ringsAbove ? step : -step
        let values =
            forecast.includesThreshold
            ? (below: threshold - direction, at: threshold) : (below: threshold, at: threshold + direction)
        guard alarm.statistic != "SampleCount" || (values.below >= 1 && values.at >= 1) else { return nil }
        return values
    }

    /// The alarm's definition on another metric, without actions.
    static func copy(of alarm: MetricAlarm, on metric: MetricIdentity) -> JSONValue {
        let plain = ["Sum", "Average", "SampleCount", "Minimum", "Maximum"].contains(alarm.statistic)
        return [
            "AlarmName": .string(metric.name), "Namespace": .string(metric.namespace),
            "MetricName": .string(metric.name),
            plain ? "Statistic" : "ExtendedStatistic": .string(alarm.statistic),
            "Period": .integer(alarm.periodSeconds), "EvaluationPeriods": .integer(alarm.evaluationPeriods),
            "DatapointsToAlarm": .integer(alarm.datapointsToAlarm), "Threshold": .double(alarm.threshold),
            "ComparisonOperator": .string(alarm.comparison), "TreatMissingData": .string(alarm.treatMissingData),
            "ActionsEnabled": false,
            "AlarmDescription": "A copy for the time of a fire drill; it may be removed.",
        ]
    }
}
