import AWSClients
import HTTPExchange
import LoadMetrics
import ScenarioModel
import Timekeeping

/// Sets real small fires and looks whether every alarm rings: at its threshold, not below it, and not for another's sake.
///
/// Each round sends one fault fewer than the threshold needs, waits until CloudWatch shows it and has evaluated it, lets
/// it leave every evaluated window, sends the whole number within one minute, and goes on with healthy traffic until the
/// alarms are clear.
struct AlarmDrill {
    var plan: AlarmPlan
    var client: ProbeClient
    var cloudWatch: CloudWatchClient
    var clock: any TargetClock
    /// A request that is all right: keeps datapoints coming while alarms clear.
    var healthy: Step
    /// All alarms of the stack, the ones that are not drilled included: none may ring unasked.
    var watched: [MetricAlarm]
    var say: @Sendable (DrillProgress) -> Void

    private(set) var journals: [Int: AlarmJournal] = [:]
    private(set) var unasked: [Finding] = []
    /// Set when the drill had to end early; what was seen until then stands.
    private(set) var failure: DrillError?
    /// Alarms that ring whatever is sent; they take no part in what follows.
    private var alwaysRinging: Set<String> = []
    private var began = Timestamp(nanosecondsSinceEpoch: 0)

    init(
        plan: AlarmPlan, client: ProbeClient, cloudWatch: CloudWatchClient, clock: any TargetClock, healthy: Step,
        watched: [MetricAlarm], say: @escaping @Sendable (DrillProgress) -> Void
    ) {
        self.plan = plan
        self.client = client
        self.cloudWatch = cloudWatch
        self.clock = clock
        self.healthy = healthy
        self.watched = watched
        self.say = say
    }

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
                try await below(round)
                try await leave(round)
                try await at(round)
                try await clear(round)
            }
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
            try await passMinute()
            let ringing = try await alarms().filter { $0.state == "ALARM" && !alwaysRinging.contains($0.name) }
            var quiet = ringing.isEmpty
            for subject in round.members.map({ plan.cases[$0] }) where quiet {
                guard let metric = subject.alarm.metric, subject.alarm.statistic == "Sum" else { continue }
                let since = clock.now() - .seconds(subject.alarm.periodSeconds + 60)
                quiet = try await sum(metric, since: since) ?? 0 == 0
            }
            if quiet { return round }
            if clock.now() >= deadline {
                guard !ringing.isEmpty else {
                    throw DrillError(
                        code: .configuration,
                        message:
                            "the stack is not quiet enough to drill its alarms: errors keep coming from other traffic")
                }
                for alarm in ringing { noteAlwaysRinging(alarm) }
                round.members.removeAll { alwaysRinging.contains(plan.cases[$0].alarm.name) }
            }
        }
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

    private mutating func below(_ round: AlarmPlan.Round) async throws(DrillError) {
        say(.note("below the threshold: \(text(round.below, round))"))
        let since = try await send(round.below, of: round)
        for index in round.members {
            let sent = sending(round.below, for: index, since: since)
            journals[index]?.below = sent
        }
        // CloudWatch must show what was sent, and then have had two evaluations to make something of it.
        var seen: [Int: Double?] = [:]
        var rang: Set<String> = []
        let deadline = clock.now() + .seconds(300)
        while clock.now() < deadline {
            try await passMinute()
            rang.formUnion(try await ringing())
            seen = try await sums(round.members, since: since)
            let complete = round.members.allSatisfy { index in
                (seen[index] ?? nil) ?? 0 >= plan.total(round.below, on: plan.cases[index].alarm.metric)
            }
            if complete { break }
        }
        for _ in 0..<2 {
            try await passMinute()
            rang.formUnion(try await ringing())
        }
        let states = Dictionary(try await alarms().map { ($0.name, $0.state) }) { first, _ in first }
        for index in round.members {
            let alarm = plan.cases[index].alarm
            let sent = plan.total(round.below, on: alarm.metric)
            let datapoint = seen[index] ?? nil
            journals[index]?.belowSide = AlarmObservation.Side(
                sent: sent, requests: round.below[index] ?? 0, datapoint: datapoint, state: states[alarm.name] ?? "",
                verdict: (datapoint ?? 0) == sent ? .pass : .fail)
        }
        noteEarly(rang, round)
        noteUnasked(rang, faults: round.below, round)
    }

    /// Lets the first faults leave every window that will be evaluated.
    private mutating func leave(_ round: AlarmPlan.Round) async throws(DrillError) {
        let period = round.members.map { plan.cases[$0].alarm.periodSeconds }.max() ?? 0
        var rang: Set<String> = []
        for _ in 0..<(max(60, period) / 60) {
            try await passMinute()
            rang.formUnion(try await ringing())
        }
        noteEarly(rang, round)
        noteUnasked(rang, faults: round.below, round)
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
                    "alarm \(alarm.name) rang at \(plan.total(round.below, on: alarm.metric)), below its threshold "
                    + "(\(alarm.conditionText))",
                remedy: "check its statistic and metric: it counts something else than failures")
            if journals[index]?.findings.contains(finding) == false { journals[index]?.findings.append(finding) }
        }
    }

    private mutating func at(_ round: AlarmPlan.Round) async throws(DrillError) {
        say(.note("at the threshold: \(text(round.at, round))"))
        let since = try await send(round.at, of: round)
        for index in round.members {
            let sent = sending(round.at, for: index, since: since)
            journals[index]?.at = sent
        }
        let patience = round.members.map { plan.cases[$0].specification.expect.within }.max() ?? .zero
        let deadline = since + patience
        var waiting = Set(round.members)
        var rang: Set<String> = []
        while !waiting.isEmpty, clock.now() < deadline {
            try await passMinute()
            let alarms = try await alarms()
            for index in waiting {
                guard let alarm = alarms.first(where: { $0.name == plan.cases[index].alarm.name }) else { continue }
                journals[index]?.stateAtEnd = alarm.state
                if try await readFiring(index, since: since) {
                    waiting.remove(index)
                    say(.note("\(alarm.name) rang after \(Int((clock.now() - since).inSeconds)) s"))
                }
            }
            rang.formUnion(alarms.filter { $0.state == "ALARM" && !alwaysRinging.contains($0.name) }.map(\.name))
        }
        for (index, value) in try await sums(round.members, since: since) { journals[index]?.atDatapoint = value }
        noteUnasked(rang, faults: round.at, round)
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
            try await passMinute()
            for alarm in try await alarms() where alarm.state == "OK" {
                for index in waiting where plan.cases[index].alarm.name == alarm.name {
                    journals[index]?.clearedAt = alarm.stateUpdatedAt ?? clock.now()
                    waiting.remove(index)
                }
            }
        }
        for index in waiting {
            let name = plan.cases[index].alarm.name
            journals[index]?.findings.append(
                Finding(
                    id: "alarm.stuck", resource: name,
                    message: "alarm \(name) did not clear within \(Int(patience.inSeconds)) s of healthy traffic",
                    remedy: "check its treatment of missing data and whether its metric can fall at all"))
        }
        say(.note(waiting.isEmpty ? "all clear" : "\(waiting.count) alarms did not clear"))
    }

    // MARK: Sending and asking

    /// Sends a half round's faults at the start of a minute, so that all lie in one period of any length.
    private mutating func send(
        _ faults: [Int: Int], of round: AlarmPlan.Round
    ) async throws(DrillError) -> Timestamp {
        let start = clock.now().floored(toSeconds: 60) + .seconds(61)
        try await clock.wait(start - clock.now())
        let since = clock.now().floored(toSeconds: 60)
        for index in round.members {
            let subject = plan.cases[index]
            for _ in 0..<(faults[index] ?? 0) {
                let fault = subject.specification.fault
                let answer: ProbeAnswer
                switch fault {
                case .request(let step), .streamRecord(let step): answer = try await client.send(step)
                case .header(let step, let value):
                    answer = try await client.send(step, headers: [HTTPHeader("x-firedrill-fault", value)])
                }
                // A fault that did not happen proves nothing about an alarm, and must not be held against it.
                if let obstacle = FaultEffect.obstacle(fault, status: answer.response.status, isHit: answer.isHit) {
                    throw DrillError(
                        code: .configuration,
                        message: "the fault for \(subject.alarm.name) was not caused: \(answer.request.method) "
                            + "\(answer.request.url) \(obstacle)")
                }
            }
            let count = faults[index] ?? 0
            journals[index]?.events.append(
                (clock.now(), "sent", Double(count), "\(count) faults: \(subject.effect.description)"))
        }
        return since
    }

    /// Sends healthy requests and lets time pass until the next minute's datapoints are in and evaluated.
    private func passMinute() async throws(DrillError) {
        for _ in 0..<3 {
            let answer = try await client.send(healthy)
            guard (200..<300).contains(answer.response.status) else {
                throw DrillError(
                    code: .configuration,
                    message: "the healthy request \(answer.request.method) \(answer.request.url) answered "
                        + "\(answer.response.status): alarms cannot be told from other failures then")
            }
        }
        let next = clock.now().floored(toSeconds: 60) + .seconds(75)
        try await clock.wait(next - clock.now())
    }

    private func ringing() async throws(DrillError) -> [String] {
        try await alarms().filter { $0.state == "ALARM" && !alwaysRinging.contains($0.name) }.map(\.name)
    }

    private func alarms() async throws(DrillError) -> [MetricAlarm] {
        try await aws { () async throws(AWSCallError) in try await cloudWatch.alarms(named: watched.map(\.name)) }
    }

    private func sum(_ metric: MetricIdentity, since: Timestamp) async throws(DrillError) -> Double? {
        let points = try await aws { () async throws(AWSCallError) in
            try await cloudWatch.statistics(
                of: metric, from: since, to: clock.now() + .seconds(60), periodSeconds: 60)
        }
        return points.isEmpty ? nil : points.reduce(0) { $0 + $1.sum }
    }

    private func sums(_ members: [Int], since: Timestamp) async throws(DrillError) -> [Int: Double?] {
        var sums: [Int: Double?] = [:]
        for index in members {
            guard let metric = plan.cases[index].alarm.metric else { continue }
            sums[index] = .some(try await sum(metric, since: since))
        }
        return sums
    }

    /// Reads from the history whether an alarm has rung since a moment, on which datapoints, and what it did then.
    private mutating func readFiring(_ index: Int, since: Timestamp) async throws(DrillError) -> Bool {
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

    /// An alarm that rings although what was sent stays below its threshold is a finding.
    private mutating func noteUnasked(_ rang: Set<String>, faults: [Int: Int], _ round: AlarmPlan.Round) {
        for alarm in watched where rang.contains(alarm.name) {
            let total = plan.total(faults, on: alarm.metric)
            let drilled = plan.cases.firstIndex { $0.alarm.name == alarm.name }
            if let drilled, round.members.contains(drilled) { continue }
            if let needed = AlarmCase.faultsNeeded(alarm), needed > 0, total >= Double(needed) { continue }
            let finding = Finding(
                id: "alarm.unasked", resource: alarm.name,
                message:
                    "alarm \(alarm.name) rang without being meant to: our faults add up to \(total) on its metric, and it "
                    + "rings at \(alarm.conditionText)",
                remedy: "check which metric and dimensions it watches")
            if !unasked.contains(finding) { unasked.append(finding) }
        }
    }

    private func sending(_ faults: [Int: Int], for index: Int, since: Timestamp) -> AlarmJournal.Sending {
        AlarmJournal.Sending(
            since: since, total: plan.total(faults, on: plan.cases[index].alarm.metric), requests: faults[index] ?? 0)
    }

    private func text(_ faults: [Int: Int], _ round: AlarmPlan.Round) -> String {
        round.members.map { "\(faults[$0] ?? 0) for \(plan.cases[$0].alarm.name)" }.joined(separator: ", ")
    }

    /// Collects each alarm's datapoints and state changes over the whole drill, for its timeline.
    private mutating func readTimelines() async throws(DrillError) {
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
            guard let metric = subject.alarm.metric else { continue }
            let points = try await aws { () async throws(AWSCallError) in
                try await cloudWatch.statistics(of: metric, from: began, to: clock.now(), periodSeconds: 60)
            }
            for point in points { journals[index]?.events.append((point.at, "datapoint", point.sum, "\(point.sum)")) }
        }
    }
}
