import AWSClients

/// How many faults of which kind are sent together, and what they add up to on every alarm.
struct AlarmPlan: Equatable {
    /// Alarms that are drilled at the same time.
    struct Round: Equatable {
        /// Indices into the plan's cases, in the order in which their faults are sent.
        var members: [Int]
        /// Faults for each member, by case index: just below the threshold, and at it.
        var below: [Int: Int]
        var at: [Int: Int]
    }

    var cases: [AlarmCase]
    var rounds: [Round]

    /// Puts alarms into one round as long as their faults do not push each other over the threshold.
    ///
    /// Faults that count for most alarms come first, so that the others only add what is missing.
    init(cases: [AlarmCase]) {
        self.cases = cases
        rounds = []
        func breadth(_ index: Int) -> Int {
            cases.count { cases[index].effect.contribution(to: $0.alarm.metric) > 0 }
        }
        var remaining = cases.indices.sorted { (breadth($1), $0) < (breadth($0), $1) }
        while !remaining.isEmpty {
            var round = Round(members: [], below: [:], at: [:])
            for index in remaining {
                let members = round.members + [index]
                let at = Self.counts(members, of: cases) { $0.target }
                let below = Self.counts(members, of: cases) { max(0, $0.target - 1) }
                if round.members.isEmpty || (at.fits && below.fits) {
                    round = Round(members: members, below: below.faults, at: at.faults)
                }
            }
            remaining.removeAll { round.members.contains($0) }
            rounds.append(round)
        }
    }

    /// Faults for each member so that each one's metric comes to its goal; `fits` is false when one is overshot.
    private static func counts(
        _ members: [Int], of cases: [AlarmCase], goal: (AlarmCase) -> Int
    ) -> (faults: [Int: Int], fits: Bool) {
        var faults: [Int: Int] = [:]
        for index in members {
            let own = cases[index].effect.contribution(to: cases[index].alarm.metric)
            let already = total(faults, on: cases[index].alarm.metric, cases: cases)
            // A fault that does not move the alarm's metric is sent all the same: the silence is the evidence.
            faults[index] = own > 0 ? max(0, goal(cases[index]) - Int(already)) : goal(cases[index])
        }
        let fits = members.allSatisfy { index in
            let sum = total(faults, on: cases[index].alarm.metric, cases: cases)
            return sum == 0 || Int(sum) == goal(cases[index])
        }
        return (faults, fits)
    }

    private static func total(_ faults: [Int: Int], on metric: MetricIdentity?, cases: [AlarmCase]) -> Double {
        faults.reduce(0) { $0 + Double($1.value) * cases[$1.key].effect.contribution(to: metric) }
    }

    /// What a set of faults adds up to on a metric.
    func total(_ faults: [Int: Int], on metric: MetricIdentity?) -> Double {
        Self.total(faults, on: metric, cases: cases)
    }

    /// Failing requests in the whole drill.
    var failingRequests: Int { rounds.reduce(0) { $0 + $1.below.values.reduce(0, +) + $1.at.values.reduce(0, +) } }

    /// A line a round, for people.
    var summary: [String] {
        rounds.map { round in
            round.members.map { index in
                let alarm = cases[index].alarm
                let sum = total(round.at, on: alarm.metric)
                return
                    "\(alarm.name): \(round.below[index] ?? 0) then \(round.at[index] ?? 0) faults, adds up to \(Int(sum))"
            }.joined(separator: "; ")
        }
    }
}
