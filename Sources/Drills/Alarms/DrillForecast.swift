import AWSClients
import LoadMetrics

/// What an alarm drill will do, told before anything is sent.
struct DrillForecast: Sendable, Equatable {
    struct Line: Sendable, Equatable {
        var alarm: String
        var condition: String
        var fault: String
        /// Of both sides together, were everything sent anew.
        var failing: Int
        var healthy: Int
        /// From the first request of the upper side, and from the ringing, with the delay of metrics.
        var minutesToFire: Int?
        var minutesToClear: Int?
        /// Why nothing is sent for it, or what becomes of it otherwise.
        var remark: String?
    }

    var lines: [Line]
    /// Of all rounds, the healthy requests between and afterwards included.
    var requests: Int
    var failing: Int
    var minutes: Int
    var cost: CostEstimate

    init(_ plan: AlarmPlan, timing: MetricTiming) {
        var lines: [Line] = []
        var requests = 0
        var minutes = 0
        for round in plan.rounds {
            let members = round.members.compactMap { plan.cases[$0].prediction }
            let firing = members.map(\.minutesToFire).max() ?? 0
            let clearing = members.compactMap(\.minutesToClear).max() ?? 0
            let leaving = members.map { $0.periodMinutes * ($0.periods > 1 ? $0.periods + 3 : 1) }.max() ?? 0
            let quiet = 1 + leaving
            let lower = round.below.minutes.count + 3 + timing.delayMinutes
            minutes += quiet + lower + leaving + firing + timing.delayMinutes + clearing
            requests += round.below.failing + round.below.healthy + round.at.failing + round.at.healthy
            requests += round.calm * (quiet + leaving + clearing) + round.between * (lower + firing)
        }
        for (index, subject) in plan.cases.enumerated() {
            let round = plan.rounds.first { $0.members.contains(index) }
            let isAlone = subject.prediction?.budget.isRatio == true
            let remark: String? =
                switch subject.outcome {
                case .predicted: subject.prediction == nil ? "needs more failing requests than are allowed" : nil
                case .alwaysOn: "rings on healthy service"
                case .notMoved: "is not moved by its fault"
                case .unreachable(let reason): reason
                case .obscure(let why): why.reason
                }
            lines.append(
                Line(
                    alarm: subject.alarm.name, condition: subject.alarm.conditionText,
                    fault: subject.effect.description,
                    failing: (round?.below.faults[index] ?? 0) + (round?.at.faults[index] ?? 0),
                    healthy: isAlone ? (round?.below.healthy ?? 0) + (round?.at.healthy ?? 0) : 0,
                    minutesToFire: subject.prediction.map { $0.minutesToFire + timing.delayMinutes },
                    minutesToClear: subject.prediction?.minutesToClear, remark: remark))
        }
        self.lines = lines
        self.requests = requests
        self.minutes = minutes
        failing = plan.failingRequests
        // A minute asks for the alarms, and for one metric and one history a member.
        cost = CostEstimate(requests: requests, monitoringCalls: minutes * (1 + 2 * plan.cases.count))
    }

    /// For people, a line each.
    var text: [String] {
        lines.map { line in
            let figures =
                "\(line.failing) failing" + (line.healthy > 0 ? " and \(line.healthy) healthy" : "") + " requests"
                + (line.minutesToFire.map { ", rings in about \($0) min" } ?? "")
                + (line.minutesToClear.map { ", clears \($0) min later" } ?? "")
            return "plan: \(line.alarm) (\(line.condition)): " + (line.remark ?? "\(figures); \(line.fault)")
        } + [
            "plan: at most \(failing) failing of \(requests) requests, about \(minutes) min of the target's time, \(cost.text)"
        ]
    }
}
