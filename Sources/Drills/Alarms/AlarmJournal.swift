import AWSClients
import LoadMetrics
import Timekeeping

/// What one alarm went through during the drill.
struct AlarmJournal {
    /// A round's half as it was sent.
    struct Sending: Equatable {
        /// The minute in which the last of it was sent.
        var since: Timestamp
        /// The datapoint that what was sent makes; nil when a period stays without one.
        var total: Double?
        /// Faults sent for this alarm itself.
        var requests: Int
    }

    var below: Sending?
    var belowSide: AlarmObservation.Side?
    var at: Sending?
    var atDatapoint: Double?
    var stateAtEnd = ""
    var firedAt: Timestamp?
    var clearedAt: Timestamp?
    var evaluated: [Double] = []
    var actions: [String] = []
    var events: [(at: Timestamp, kind: String, value: Double?, text: String)] = []
    var findings: [Finding] = []
}

/// What to make of a journal: the verdicts on one alarm, a pure function.
extension AlarmJournal {
    /// The observation for the report.
    func observation(of subject: AlarmCase, began: Timestamp) -> AlarmObservation {
        let alarm = subject.alarm
        var findings = subject.findings + findings
        var atSide: AlarmObservation.Side?
        if let at {
            let exact = firedAt != nil && rangOnOurs(at, subject)
            atSide = AlarmObservation.Side(
                sent: at.total ?? 0, requests: at.requests, datapoint: atDatapoint,
                state: firedAt == nil ? stateAtEnd : "ALARM",
                verdict: exact ? .pass : .fail)
            if firedAt == nil, findings.isEmpty {
                findings.append(silence(alarm, at: at))
            } else if firedAt != nil, !exact {
                let points = evaluated.map { "\($0)" }.joined(separator: ", ")
                findings.append(
                    Finding(
                        id: "alarm.datapoint", resource: alarm.name,
                        message:
                            "alarm \(alarm.name) rang on [\(points)], and we caused \(at.total.map { "\($0)" } ?? "none")",
                        remedy: "look for other failing traffic, or for a metric that counts something else"))
            }
        }
        if firedAt != nil, subject.specification.expect.action == .sns,
            !actions.contains(where: { $0.contains(":sns:") })
        {
            findings.append(
                Finding(
                    id: "alarm.noAction", resource: alarm.name,
                    message: "alarm \(alarm.name) rang, and its history shows no SNS action carried out",
                    remedy:
                        "check AlarmActions and the topic's policy: cloudwatch.amazonaws.com must be allowed to publish"
                ))
        }
        let cleared = subject.specification.expect.clears == nil || clearedAt != nil
        let passed =
            belowSide?.verdict == .pass && atSide?.verdict == .pass && cleared && findings.isEmpty
        let verdict: CheckVerdict
        if subject.isObscure {
            verdict = .invalid
        } else if at == nil {
            verdict = findings.isEmpty ? .skipped : .fail
        } else {
            verdict = passed ? .pass : .fail
        }
        return AlarmObservation(
            name: alarm.name,
            metric: "\(alarm.watchedText) \(alarm.statistic)/\(alarm.periodSeconds)s",
            condition: alarm.conditionText, threshold: alarm.threshold, periodSeconds: alarm.periodSeconds,
            fault: subject.effect.description, evidence: at == nil ? "none" : "realTraffic", verdict: verdict,
            belowThreshold: belowSide, atThreshold: atSide,
            firedAfterSeconds: firedAt.flatMap { fired in at.map { (fired - $0.since).inSeconds } },
            clearedAfterSeconds: clearedAt.flatMap { cleared in firedAt.map { (cleared - $0).inSeconds } },
            evaluatedDatapoints: evaluated, actions: actions,
            timeline: events.sorted { $0.at < $1.at }.map {
                AlarmObservation.Event(
                    second: ($0.at - began).inSeconds, kind: $0.kind, value: $0.value, text: $0.text)
            },
            findings: findings)
    }

    /// Whether the alarm rang on the datapoint that we caused; of a time only that it breaches is known.
    private func rangOnOurs(_ at: Sending, _ subject: AlarmCase) -> Bool {
        guard let total = at.total else { return true }
        if subject.prediction?.isExact == false {
            return evaluated.contains(where: AlarmForecast(subject.alarm).breaches)
        }
        return evaluated.contains { Self.same($0, total) }
    }

    /// Equal but for the last digits that another order of sums may change.
    static func same(_ first: Double, _ second: Double) -> Bool {
        first == second || abs(first - second) <= 1e-9 * max(abs(first), abs(second))
    }

    /// The alarm did not ring and nothing in its definition says why.
    private func silence(_ alarm: MetricAlarm, at: Sending) -> Finding {
        let metric = alarm.watchedText
        let message: String
        if let datapoint = atDatapoint {
            message =
                "alarm \(alarm.name) stayed \(stateAtEnd) although \(metric) came to \(datapoint) and it rings at "
                + alarm.conditionText
        } else {
            message = "alarm \(alarm.name) stayed \(stateAtEnd): CloudWatch has no datapoint for \(metric)"
        }
        return Finding(
            id: "alarm.silent", resource: alarm.name, message: message,
            remedy: "compare the alarm's namespace, metric and dimensions with what ListMetrics shows")
    }
}
