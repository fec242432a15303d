import AWSClients
import LoadMetrics
import Timekeeping

extension AlarmDrill {
    func ringing() async throws(DrillError) -> [String] {
        try await alarms().filter { $0.state == "ALARM" && !alwaysRinging.contains($0.name) }.map(\.name)
    }

    func alarms() async throws(DrillError) -> [MetricAlarm] {
        try await aws { () async throws(AWSCallError) in try await cloudWatch.alarms(named: watched.map(\.name)) }
    }

    /// A metric's samples between two moments, as CloudWatch has them.
    func samples(
        _ metric: MetricIdentity, from start: Timestamp, to end: Timestamp
    ) async throws(DrillError) -> PeriodSamples {
        let points = try await aws { () async throws(AWSCallError) in
            try await cloudWatch.statistics(of: metric, from: start, to: end, periodSeconds: 60)
        }
        return points.reduce(into: PeriodSamples()) { all, point in
            all.add(
                PeriodSamples(
                    sum: point.sum, count: point.sampleCount, minimum: point.minimum, maximum: point.maximum))
        }
    }

    /// Each member's datapoint of the period that ends with a minute, as CloudWatch shows it.
    func values(_ members: [Int], lastMinute: Timestamp) async throws(DrillError) -> [Int: Double?] {
        var values: [Int: Double?] = [:]
        for index in members {
            let alarm = plan.cases[index].alarm
            guard let signal = try? AlarmSignal(alarm) else { continue }
            let end = lastMinute + .seconds(60)
            var samples: [MetricIdentity: PeriodSamples] = [:]
            for metric in signal.metrics {
                samples[metric] = try await self.samples(metric, from: end - .seconds(alarm.periodSeconds), to: end)
            }
            values[index] = .some(signal.value { samples[$0] ?? PeriodSamples() })
        }
        return values
    }

    /// Whether a datapoint is the one that was sent: equal to it, or on its side where only a bound is known.
    func arrived(_ datapoint: Double?, _ wanted: Double?, _ index: Int) -> Bool {
        // Nothing was sent that makes a datapoint: none is waited for.
        guard let wanted, wanted != 0 else {
            return (datapoint ?? 0) == 0 || plan.cases[index].prediction?.isExact == false
        }
        guard let datapoint else { return false }
        return plan.cases[index].prediction?.isExact == false || AlarmJournal.same(datapoint, wanted)
    }

    /// Reads from the history whether an alarm has rung since a moment, on which datapoints, and what it did then.
    mutating func readFiring(_ index: Int, since: Timestamp) async throws(DrillError) -> Bool {
        let name = plan.cases[index].alarm.name
        let history = try await aws { () async throws(AWSCallError) in
            try await cloudWatch.history(of: name, since: since)
        }
        guard let firing = history.first(where: { $0.kind == "StateUpdate" && $0.newState == "ALARM" }) else {
            return false
        }
        journals[index]?.firedAt = firing.at
        journals[index]?.evaluated = firing.evaluatedDatapoints.map(\.value)
        journals[index]?.actions = history.filter {
            $0.kind == "Action" && $0.at >= firing.at && $0.summary.hasPrefix("Successfully")
        }.map(\.summary)
        return true
    }

    /// Collects each alarm's datapoints and state changes over the whole drill, for its timeline.
    mutating func readTimelines() async throws(DrillError) {
        for (index, subject) in plan.cases.enumerated() {
            let history = try await aws { () async throws(AWSCallError) in
                try await cloudWatch.history(of: subject.alarm.name, since: began)
            }
            for item in history {
                if item.kind == "StateUpdate", let state = item.newState {
                    journals[index]?.events.append((item.at, "state", nil, state))
                } else if item.kind == "Action" {
                    journals[index]?.events.append((item.at, "action", nil, item.summary))
                    // An action can show in the history later than the change of state that made it.
                    let isOurs = journals[index]?.firedAt.map { item.at >= $0 } ?? false
                    if isOurs, item.summary.hasPrefix("Successfully"),
                        journals[index]?.actions.contains(item.summary) == false
                    {
                        journals[index]?.actions.append(item.summary)
                    }
                }
            }
            guard let signal = try? AlarmSignal(subject.alarm) else { continue }
            var minutes: [Timestamp: [MetricIdentity: PeriodSamples]] = [:]
            for metric in signal.metrics {
                let points = try await aws { () async throws(AWSCallError) in
                    try await cloudWatch.statistics(of: metric, from: began, to: clock.now(), periodSeconds: 60)
                }
                for point in points {
                    minutes[point.at, default: [:]][metric] = PeriodSamples(
                        sum: point.sum, count: point.sampleCount, minimum: point.minimum, maximum: point.maximum)
                }
            }
            for (at, samples) in minutes {
                guard let value = signal.value({ samples[$0] ?? PeriodSamples() }) else { continue }
                journals[index]?.events.append((at, "datapoint", value, "\(value)"))
            }
        }
    }
}
