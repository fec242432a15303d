import AWSClients

/// Which alarms are drilled together, with what traffic minute by minute, and what it adds up to on every alarm.
struct AlarmPlan: Equatable {
    /// Alarms that are drilled at the same time.
    struct Round: Equatable {
        /// Indices into the plan's cases, in the order in which their faults are sent.
        var members: [Int]
        /// The traffic just below the thresholds, and at them.
        var below: TrafficScript
        var at: TrafficScript
        /// Healthy requests a minute before the round, after its lower side, and while its alarms clear.
        var calm: Int
        /// Healthy requests a minute between the periods of a side and until the alarms have rung.
        var between: Int
        /// Healthy requests a minute right before a side.
        var lead: Int
        /// Healthy requests a minute after the lower side: an alarm on absent traffic has to get its traffic back.
        var rest: Int
        /// The members' datapoints on either side, by case index.
        var belowValues: [Int: Double] = [:]
        var atValues: [Int: Double] = [:]

        /// Nothing but the script's own requests may lie in the periods that are judged.
        var isStill: Bool { between != calm }
        /// A whole period without any request comes first: the next one holds just what the script says.
        var wantsSilence: Bool { lead != calm }

        static let empty = Round(
            members: [], below: TrafficScript(minutes: []), at: TrafficScript(minutes: []),
            calm: AlarmPrediction.usualCalm, between: AlarmPrediction.usualCalm, lead: AlarmPrediction.usualCalm,
            rest: AlarmPrediction.usualCalm)
    }

    var cases: [AlarmCase]
    var healthy: TrafficEffect
    var rounds: [Round]

    /// Puts alarms into one round as long as what is sent for one brings no other to another value than it is meant to have.
    ///
    /// Faults that count for most alarms come first, so that the others only add what is missing.
    init(cases: [AlarmCase], healthy: TrafficEffect = TrafficEffect()) {
        self.cases = cases
        self.healthy = healthy
        rounds = []
        func breadth(_ index: Int) -> Int {
            cases.count { other in
                (try? AlarmSignal(other.alarm)).map { cases[index].effect.moves($0.metrics, beside: healthy) } ?? false
            }
        }
        var remaining = cases.indices.filter { cases[$0].prediction != nil }
            .map { ($0, breadth($0)) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }.map(\.0)
        while let first = remaining.first {
            var round = round(of: [first])
            for index in remaining.dropFirst() {
                if let wider = joined(round, index) { round = wider }
            }
            remaining.removeAll { round?.members.contains($0) ?? ($0 == first) }
            if let round { rounds.append(round) }
        }
    }

    private func joined(_ round: Round?, _ index: Int) -> Round? {
        guard let round, !(round.members + [index]).contains(where: { cases[$0].misconfigures }),
            let prediction = cases[index].prediction, !prediction.budget.isRatio,
            let first = cases[round.members[0]].prediction, !first.budget.isRatio,
            prediction.periods == first.periods,
            prediction.periods == 1 || prediction.periodMinutes == first.periodMinutes
        else { return nil }
        return self.round(of: round.members + [index])
    }

    /// The members' traffic in one; nil when one of them would come to another value than its own.
    private func round(of members: [Int]) -> Round? {
        let predictions = members.compactMap { index in cases[index].prediction.map { (index, $0) } }
        guard predictions.count == members.count, let first = predictions.first?.1 else { return nil }
        if members.count == 1 {
            let index = members[0]
            return Round(
                members: members, below: first.script(first.budget.below, index: index),
                at: first.script(first.budget.at, index: index), calm: first.calm, between: first.between,
                lead: first.wantsSilence ? first.between : first.calm, rest: first.rest,
                belowValues: first.budget.below.value.map { [index: $0] } ?? [:],
                atValues: first.budget.at.value.map { [index: $0] } ?? [:])
        }
        let calm = predictions.map(\.1.calm).max() ?? AlarmPrediction.usualCalm
        guard let below = minute(predictions, \.budget.below), let at = minute(predictions, \.budget.at) else {
            return nil
        }
        let rest = TrafficScript.steady(calm, minutes: first.periodMinutes - 1)
        var minutes: [TrafficScript.Minute] = []
        for _ in 1..<first.periods { minutes += [at] + rest }
        return Round(
            members: members, below: TrafficScript(minutes: minutes + [below]),
            at: TrafficScript(minutes: minutes + [at]),
            calm: calm, between: calm, lead: calm, rest: calm,
            belowValues: values(members, of: below), atValues: values(members, of: at))
    }

    /// The fewest faults of each member that bring all of them to their own values.
    private func minute(
        _ predictions: [(Int, AlarmPrediction)], _ side: (AlarmPrediction) -> FaultBudget.Burst
    ) -> TrafficScript.Minute? {
        var minute = TrafficScript.Minute()
        for (index, prediction) in predictions {
            let goal = side(prediction)
            guard case .predicted = cases[index].outcome else {
                // Its fault does not move it: all of it is sent, and the silence is the evidence.
                minute.faults[index] = goal.failing
                continue
            }
            let fewest = (0...goal.failing).first { count in
                var tried = minute
                tried.faults[index] = count
                return (value(of: [tried], on: cases[index].alarm) ?? 0) == (goal.value ?? 0)
            }
            guard let fewest else { return nil }
            minute.faults[index] = fewest
        }
        // A fault of a later member must not have moved an earlier one.
        let stands = predictions.allSatisfy { index, prediction in
            guard case .predicted = cases[index].outcome else { return true }
            return (value(of: [minute], on: cases[index].alarm) ?? 0) == (side(prediction).value ?? 0)
        }
        return stands ? minute : nil
    }

    private func values(_ members: [Int], of minute: TrafficScript.Minute) -> [Int: Double] {
        members.reduce(into: [:]) { $0[$1] = value(of: [minute], on: cases[$1].alarm) }
    }

    // MARK: What traffic comes to

    private func simulation(of alarm: MetricAlarm) -> AlarmSimulation? {
        guard let signal = try? AlarmSignal(alarm), alarm.periodSeconds >= 60 else { return nil }
        let effects = Dictionary(uniqueKeysWithValues: cases.indices.map { ($0, cases[$0].effect.traffic) })
        return AlarmSimulation(
            signal: signal, forecast: AlarmForecast(alarm), periodMinutes: alarm.periodSeconds / 60, effects: effects,
            healthy: healthy)
    }

    /// What minutes within one period add up to on an alarm; nil without a datapoint.
    func value(of minutes: [TrafficScript.Minute], on alarm: MetricAlarm) -> Double? {
        simulation(of: alarm)?.value(of: minutes)
    }

    /// Whether an alarm that nobody meant to ring rings all the same, by its definition, on what a round sends.
    func expectsRinging(_ alarm: MetricAlarm, at script: TrafficScript, of round: Round) -> Bool {
        guard let simulation = simulation(of: alarm) else { return false }
        let range = simulation.forecast.range * simulation.periodMinutes
        let before = TrafficScript.steady(round.calm, minutes: range)
        let silence = TrafficScript.steady(round.lead, minutes: round.wantsSilence ? simulation.periodMinutes : 0)
        let after = TrafficScript.steady(round.between, minutes: range)
        return simulation.run(before + silence + script.minutes + after).contains { $0.state == .alarm }
    }

    /// Whether each member rings exactly once when its lower side is topped up some minutes later.
    ///
    /// Two minutes' requests lie in one window, then in two, and with several periods in one again.
    func ringsOnce(_ round: Round, toppedUpWith missing: TrafficScript.Minute, afterMinutes elapsed: Int) -> Bool {
        round.members.allSatisfy { index in
            guard let simulation = simulation(of: cases[index].alarm) else { return false }
            let range = simulation.forecast.range * simulation.periodMinutes
            let quiet = TrafficScript.steady(round.calm, minutes: range)
            let pause = TrafficScript.steady(round.rest, minutes: elapsed - 1)
            let minutes = quiet + round.below.minutes + pause + [missing] + quiet
            let states = simulation.run(minutes).map { $0.state == .alarm }
            return zip([false] + states, states).count { !$0 && $1 } == 1
        }
    }

    // MARK: Sums

    /// Failing requests in the whole drill.
    var failingRequests: Int { rounds.reduce(0) { $0 + $1.below.failing + $1.at.failing } }
}
