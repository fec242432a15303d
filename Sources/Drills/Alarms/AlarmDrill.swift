import AWSClients
import HTTPExchange
import LoadMetrics
import ScenarioModel
import Timekeeping

/// Sets real small fires and looks whether every alarm rings: at its threshold, not below it, and not for another's sake.
///
/// Each round sends one failing request fewer than its thresholds need, waits until CloudWatch shows it and has evaluated it,
/// adds what is missing while that still counts or lets it leave every evaluated window and sends all of it anew, and goes
/// on with healthy traffic until the alarms are clear.
struct AlarmDrill {
    var plan: AlarmPlan
    var client: ProbeClient
    var connection: AWSConnection
    var stack: StackMap
    /// What is changed and not yet taken back.
    var journal: DrillJournal
    var clock: any TargetClock
    var timing: MetricTiming
    /// A request that is all right: keeps datapoints coming while alarms clear.
    var healthy: Step
    var say: @Sendable (DrillProgress) -> Void

    var journals: [Int: AlarmJournal] = [:]
    private(set) var unasked: [Finding] = []
    /// Set when the drill had to end early; what was seen until then stands.
    private(set) var failure: DrillError?
    /// Alarms that ring whatever is sent; they take no part in what follows.
    var alwaysRinging: Set<String> = []
    /// The last minute in which something was sent: more would change the datapoints of alarms on numbers of requests.
    var filled: Timestamp?
    private(set) var began = Timestamp(nanosecondsSinceEpoch: 0)

    init(
        plan: AlarmPlan, client: ProbeClient, connection: AWSConnection, stack: StackMap, journal: DrillJournal,
        clock: any TargetClock, timing: MetricTiming, healthy: Step, say: @escaping @Sendable (DrillProgress) -> Void
    ) {
        self.plan = plan
        self.client = client
        self.connection = connection
        self.stack = stack
        self.journal = journal
        self.clock = clock
        self.timing = timing
        self.healthy = healthy
        self.say = say
    }

    var cloudWatch: CloudWatchClient { CloudWatchClient(connection: connection) }

    /// All alarms of the stack, the ones that are not drilled included: none may ring unasked.
    var watched: [MetricAlarm] { stack.alarms }

    /// The observations, in the order of the plan's cases.
    var observations: [AlarmObservation] {
        plan.cases.indices.map { (journals[$0] ?? AlarmJournal()).observation(of: plan.cases[$0], began: began) }
    }

    mutating func run() async {
        began = clock.now()
        for index in plan.cases.indices { journals[index] = AlarmJournal() }
        do throws(DrillError) {
            for planned in plan.rounds {
                let round = try await settle(planned)
                guard !round.members.isEmpty else { continue }
                let sent = try await below(round)
                try await at(round, after: sent)
                try await clear(round)
            }
            // Alarms that ring on healthy service are in no round, and are looked at all the same.
            if plan.rounds.isEmpty { _ = try await settle(AlarmPlan.Round.empty) }
            try await readTimelines()
        } catch {
            failure = error
        }
    }

    // MARK: The steps of a round

    /// Waits until no alarm rings and nothing that was sent before lies in a window that the round will evaluate.
    ///
    /// - Returns: the round without alarms that ring whatever is sent: they are findings already.
    private mutating func settle(_ planned: AlarmPlan.Round) async throws(DrillError) -> AlarmPlan.Round {
        let longest = plan.cases.map { $0.alarm.periodSeconds * ($0.alarm.evaluationPeriods + 1) }.max() ?? 0
        let deadline = clock.now() + .seconds(longest + 900)
        var round = planned
        while true {
            try await passMinute(healthy: round.calm)
            let ringing = try await alarms().filter { $0.state == "ALARM" && !alwaysRinging.contains($0.name) }
            var quiet = ringing.isEmpty
            for index in round.members where quiet { quiet = try await isQuiet(plan.cases[index]) }
            if quiet { break }
            if clock.now() >= deadline {
                guard !ringing.isEmpty else {
                    throw DrillError(
                        code: .configuration,
                        message:
                            "the stack is not quiet enough to drill its alarms: errors keep coming from other traffic")
                }
                for alarm in ringing { noteAlwaysRinging(alarm) }
                round.members.removeAll { alwaysRinging.contains(plan.cases[$0].alarm.name) }
                if round.members.isEmpty { break }
            }
        }
        if round.wantsSilence, !round.members.isEmpty {
            try await pass(minutes: longestPeriod(round), healthy: round.lead)
        }
        return round
    }

    /// Whether the faults of earlier rounds and runs have left the windows that this alarm evaluates.
    private func isQuiet(_ subject: AlarmCase) async throws(DrillError) -> Bool {
        guard let signal = try? AlarmSignal(subject.alarm), let prediction = subject.prediction else { return true }
        // With several periods, breaching ones must have left all of them.
        let forecast = AlarmForecast(subject.alarm)
        let periods = prediction.periods > 1 ? forecast.range : 1
        let since = clock.now() - .seconds(subject.alarm.periodSeconds * periods + 60)
        for metric in signal.metrics where subject.effect.moves([metric], beside: plan.healthy) {
            // Healthy requests take their time too.
            guard plan.healthy.samples[metric] ?? 0 == 0, !plan.healthy.bounds.contains(metric) else { continue }
            if try await samples(metric, from: since, to: clock.now() + .seconds(60)).sum > 0 { return false }
        }
        return true
    }

    private mutating func noteAlwaysRinging(_ alarm: MetricAlarm) {
        alwaysRinging.insert(alarm.name)
        let finding = Finding(
            id: "alarm.alwaysOn", resource: alarm.name,
            message: "alarm \(alarm.name) rings on healthy service: \(alarm.stateReason)",
            remedy: "check its threshold (\(alarm.conditionText)), its metric and its treatment of missing data")
        if let index = plan.cases.firstIndex(where: { $0.alarm.name == alarm.name }) {
            journals[index]?.findings.append(finding)
        } else {
            unasked.append(finding)
        }
    }

    /// Sends the lower side and sees that CloudWatch has it, has evaluated it, and has kept quiet.
    ///
    /// - Returns: the minute in which the last of it was sent.
    private mutating func below(_ round: AlarmPlan.Round) async throws(DrillError) -> Timestamp {
        say(.note("below the threshold: \(text(round.below, round))"))
        let minute = try await play(round.below, lead: round.lead)
        for index in round.members {
            let sent = sending(round, round.belowValues, round.below, index, minute)
            journals[index]?.below = sent
        }
        var seen: [Int: Double?] = [:]
        var rang: Set<String> = []
        let deadline = clock.now() + timing.patience
        while clock.now() < deadline {
            try await passMinute(healthy: round.rest)
            rang.formUnion(try await ringing())
            seen = try await values(round.members, lastMinute: minute)
            if round.members.allSatisfy({ arrived(seen[$0] ?? nil, round.belowValues[$0], $0) }) { break }
        }
        for _ in 0..<2 {
            try await passMinute(healthy: round.rest)
            rang.formUnion(try await ringing())
        }
        let states = Dictionary(try await alarms().map { ($0.name, $0.state) }) { first, _ in first }
        for index in round.members {
            let alarm = plan.cases[index].alarm
            let datapoint = seen[index] ?? nil
            try checkAlone(datapoint, round, index)
            let arrived = arrived(datapoint, round.belowValues[index], index)
            journals[index]?.belowSide = AlarmObservation.Side(
                sent: round.belowValues[index] ?? 0, requests: round.below.faults[index] ?? 0, datapoint: datapoint,
                state: states[alarm.name] ?? "", verdict: arrived ? .pass : .fail)
        }
        noteEarly(rang, round)
        noteUnasked(rang, script: round.below, round)
        return minute
    }

    /// A share that other people's traffic takes part in is none that we caused.
    private func checkAlone(_ datapoint: Double?, _ round: AlarmPlan.Round, _ index: Int) throws(DrillError) {
        let subject = plan.cases[index]
        guard let prediction = subject.prediction, prediction.budget.isRatio, prediction.isExact,
            let wanted = round.belowValues[index],
            let datapoint, datapoint != wanted
        else { return }
        throw DrillError(
            code: .configuration,
            message:
                "\(subject.alarm.name) compares a ratio, and other traffic changes it: its datapoint is \(datapoint), "
                + "our requests alone make \(wanted); drill it when nobody else calls the API")
    }

    /// Lets what was sent leave every window that will be evaluated.
    private mutating func leave(_ round: AlarmPlan.Round) async throws(DrillError) {
        let minutes =
            round.members.compactMap { index -> Int? in
                guard let prediction = plan.cases[index].prediction else { return nil }
                // Full periods came before the last one: none of them may be among the N.
                let periods = prediction.periods > 1 ? AlarmForecast(plan.cases[index].alarm).range + 1 : 1
                return prediction.periodMinutes * periods
            }.max() ?? 1
        var rang: Set<String> = []
        for _ in 0..<max(1, minutes) {
            try await passMinute(healthy: round.calm)
            rang.formUnion(try await ringing())
        }
        if round.wantsSilence { try await pass(minutes: longestPeriod(round), healthy: 0) }
        noteEarly(rang, round)
        noteUnasked(rang, script: round.below, round)
    }

    /// A member that rings before its threshold has been sent has failed its lower side.
    private mutating func noteEarly(_ rang: Set<String>, _ round: AlarmPlan.Round) {
        for index in round.members where rang.contains(plan.cases[index].alarm.name) {
            let alarm = plan.cases[index].alarm
            journals[index]?.belowSide?.state = "ALARM"
            journals[index]?.belowSide?.verdict = .fail
            let finding = Finding(
                id: "alarm.early", resource: alarm.name,
                message:
                    "alarm \(alarm.name) rang at \(round.belowValues[index].map { "\($0)" } ?? "no datapoint"), below its "
                    + "threshold (\(alarm.conditionText))",
                remedy: "check its statistic and metric: it counts something else than failures")
            if journals[index]?.findings.contains(finding) == false { journals[index]?.findings.append(finding) }
        }
    }

    private mutating func at(_ round: AlarmPlan.Round, after lower: Timestamp) async throws(DrillError) {
        let elapsed = Int((nextMinute(atOnce: true) - lower).inSeconds / 60)
        let period = round.members.compactMap { plan.cases[$0].prediction?.periodMinutes }.min() ?? 1
        let approach = ThresholdApproach.choose(
            below: round.below, at: round.at, elapsedMinutes: elapsed, delayMinutes: timing.delayMinutes,
            periodMinutes: period, isStill: round.isStill
        ) { plan.ringsOnce(round, toppedUpWith: $0, afterMinutes: elapsed) }
        let minute: Timestamp
        switch approach {
        case .topUp(let missing):
            let script = TrafficScript(minutes: [missing])
            say(.note("at the threshold, \(elapsed) min after the first: \(text(script, round)) more"))
            minute = try await play(script, lead: 0, atOnce: true)
        case .anew:
            try await leave(round)
            say(.note("at the threshold: \(text(round.at, round))"))
            minute = try await play(round.at, lead: round.lead)
        }
        for index in round.members {
            let sent = sending(round, round.atValues, round.at, index, minute)
            journals[index]?.at = sent
        }
        try await awaitRinging(round, since: minute, approach: approach)
    }

    private mutating func awaitRinging(
        _ round: AlarmPlan.Round, since minute: Timestamp, approach: ThresholdApproach
    ) async throws(DrillError) {
        let patience =
            round.members.map { index in
                // A round of several long periods takes as long as its definition says.
                max(
                    plan.cases[index].specification.expect.within,
                    .seconds(60 * (plan.cases[index].prediction?.minutesToFire ?? 0)) + timing.patience)
            }.max() ?? .zero
        let deadline = minute + patience
        // The first periods of several may have been enough for an alarm that is not what it says.
        let first = minute - .seconds(60 * (round.at.minutes.count - 1))
        let since = approach == .anew ? first : minute
        var waiting = Set(round.members)
        var rang: Set<String> = []
        while !waiting.isEmpty, clock.now() < deadline {
            try await passMinute(healthy: round.between)
            let alarms = try await alarms()
            for index in waiting {
                guard let alarm = alarms.first(where: { $0.name == plan.cases[index].alarm.name }) else { continue }
                journals[index]?.stateAtEnd = alarm.state
                if try await readFiring(index, since: since) {
                    waiting.remove(index)
                    say(.note("\(alarm.name) rang after \(Int((clock.now() - minute).inSeconds)) s"))
                }
            }
            rang.formUnion(alarms.filter { $0.state == "ALARM" && !alwaysRinging.contains($0.name) }.map(\.name))
        }
        for (index, value) in try await values(round.members, lastMinute: minute) {
            journals[index]?.atDatapoint = value
        }
        noteUnasked(rang, script: round.at, round)
    }

    /// Keeps healthy traffic going until the alarms are back to OK.
    private mutating func clear(_ round: AlarmPlan.Round) async throws(DrillError) {
        let fired = round.members.filter { journals[$0]?.firedAt != nil }
        // Long periods take as long to leave the evaluated windows, whatever was said for short ones.
        let patience =
            fired.compactMap { index -> Duration? in
                let alarm = plan.cases[index].alarm
                let windows = Duration.seconds(alarm.periodSeconds * (alarm.evaluationPeriods + 1) + 300)
                return plan.cases[index].specification.expect.clears.map { max($0, windows) }
            }.max() ?? .zero
        let deadline = clock.now() + patience
        var waiting = Set(fired)
        while !waiting.isEmpty, clock.now() < deadline {
            try await passMinute(healthy: round.calm)
            for alarm in try await alarms() where alarm.state == "OK" {
                for index in waiting where plan.cases[index].alarm.name == alarm.name {
                    journals[index]?.clearedAt = alarm.stateUpdatedAt ?? clock.now()
                    waiting.remove(index)
                }
            }
        }
        for index in waiting where plan.cases[index].specification.expect.clears != nil {
            let name = plan.cases[index].alarm.name
            journals[index]?.findings.append(
                Finding(
                    id: "alarm.stuck", resource: name,
                    message: "alarm \(name) did not clear within \(Int(patience.inSeconds)) s of healthy traffic",
                    remedy: "check its treatment of missing data and whether its metric can fall at all"))
        }
        say(.note(waiting.isEmpty ? "all clear" : "\(waiting.count) alarms did not clear"))
    }

    /// An alarm that rings although what was sent stays below its threshold is a finding.
    private mutating func noteUnasked(_ rang: Set<String>, script: TrafficScript, _ round: AlarmPlan.Round) {
        for alarm in watched where rang.contains(alarm.name) {
            let drilled = plan.cases.firstIndex { $0.alarm.name == alarm.name }
            if let drilled, round.members.contains(drilled) { continue }
            if plan.expectsRinging(alarm, at: script, of: round) { continue }
            let total = script.minutes.last.flatMap { plan.value(of: [$0], on: alarm) } ?? 0
            let finding = Finding(
                id: "alarm.unasked", resource: alarm.name,
                message:
                    "alarm \(alarm.name) rang without being meant to: our faults add up to \(total) on its metric, and it "
                    + "rings at \(alarm.conditionText)",
                remedy: "check which metric and dimensions it watches")
            if !unasked.contains(finding) { unasked.append(finding) }
        }
    }

    private func sending(
        _ round: AlarmPlan.Round, _ values: [Int: Double], _ script: TrafficScript, _ index: Int, _ minute: Timestamp
    ) -> AlarmJournal.Sending {
        AlarmJournal.Sending(since: minute, total: values[index], requests: script.faults[index] ?? 0)
    }

    private func longestPeriod(_ round: AlarmPlan.Round) -> Int {
        round.members.compactMap { plan.cases[$0].prediction?.periodMinutes }.max() ?? 1
    }

    private func text(_ script: TrafficScript, _ round: AlarmPlan.Round) -> String {
        round.members.map { index in
            let isRatio = plan.cases[index].prediction?.budget.isRatio == true
            let healthy = isRatio ? " beside \(script.healthy) healthy" : ""
            return "\(script.faults[index] ?? 0)\(healthy) for \(plan.cases[index].alarm.name)"
        }.joined(separator: ", ")
    }
}
