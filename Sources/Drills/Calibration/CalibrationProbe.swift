import AWSClients
import HTTPExchange
import LoadEngine
package import ScenarioModel
import Timekeeping

/// Finds out what a deployed stack does where AWS's documentation is silent.
package struct CalibrationProbe: Sendable {
    private var scenario: Scenario
    private var target: Target
    private var options: DrillOptions
    private var journal: DrillJournal
    private var client: ProbeClient
    private var say: @Sendable (String) -> Void

    /// - Parameters:
    ///   - scenario: its `cache` section says what to write and to read.
    ///   - journal: where temporary alarms and changes are noted before they are made.
    package init(
        scenario: Scenario, target: Target, options: DrillOptions, journal: DrillJournal,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.scenario = scenario
        self.target = target
        self.options = options
        self.journal = journal
        self.say = say
        let runID = journal.header.runID
        client = ProbeClient(
            target: target, markerHeader: scenario.cache?.originMarkerHeader ?? "x-origin-id",
            seed: runID.utf8.reduce(scenario.seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 },
            mark: RunMark(runID: runID),
            ledger: TrafficLedger())
    }

    /// Tries one fact after the other; what cannot be seen is recorded as such.
    package func facts() async throws(DrillError) -> [CalibrationRecord.Fact] {
        guard let connection = target.aws, let stack = target.stack else {
            throw DrillError(code: .configuration, message: "a calibration needs a stack, not a bare URL")
        }
        var facts: [CalibrationRecord.Fact] = []
        func add(_ fact: CalibrationRecord.Fact) {
            facts.append(fact)
            say("\(fact.name): \(fact.value ?? "not seen") (\(fact.evidence))")
        }
        add(try await errorAnswers())
        add(try await invalidation())
        add(try await refusal(stack, connection))
        for fact in try await alarmRange(connection) { add(fact) }
        return facts
    }

    // MARK: The stage's cache

    /// Whether the answer to a request for an item that does not exist comes out of the cache the second time.
    private func errorAnswers() async throws(DrillError) -> CalibrationRecord.Fact {
        let name = "caches-error-answers"
        guard let read = scenario.cache?.request else { return unseen(name, "the scenario has no cache.request") }
        let id = ["id": "\(RunMark(runID: journal.header.runID).prefix)4000-8000-000000000000"]
        let first = try await client.send(read, variables: id)
        let second = try await client.send(read, variables: id)
        guard first.response.status >= 400, let marker = first.marker, let other = second.marker else {
            return unseen(name, "a read of a missing item answered \(first.response.status), its origin marker unknown")
        }
        let isCached = marker == other
        return .init(
            name: name, value: String(isCached),
            evidence: "two reads of a missing item (\(first.response.status)) had "
                + (isCached ? "the same origin marker" : "two origin markers"))
    }

    /// Whether an unsigned `Cache-Control: max-age=0` reaches the origin.
    private func invalidation() async throws(DrillError) -> CalibrationRecord.Fact {
        let name = "invalidation-needs-permission"
        guard let cache = scenario.cache, let write = cache.write else {
            return unseen(name, "the scenario has no cache.write")
        }
        let written = try await client.send(write)
        let variables = written.captured
        let first = try await client.send(cache.request, variables: variables)
        let hit = try await client.send(cache.request, variables: variables)
        guard let marker = first.marker, hit.marker == marker else {
            return unseen(name, "a second read was not served from the cache")
        }
        let forced = try await client.send(
            cache.request, variables: variables, headers: [HTTPHeader("Cache-Control", "max-age=0")])
        let isObeyed = forced.response.status < 400 && forced.marker != marker
        return .init(
            name: name, value: String(!isObeyed),
            evidence: "an unsigned read with Cache-Control: max-age=0 answered \(forced.response.status) "
                + (isObeyed ? "from the origin" : "and not from the origin"))
    }

    // MARK: A function that may not run

    /// What the gateway answers when the function is throttled.
    private func refusal(
        _ stack: StackMap, _ connection: AWSConnection
    ) async throws(DrillError) -> CalibrationRecord.Fact {
        let name = "refused-invocation-status"
        guard options.misconfigures else {
            return unseen(name, "needs --allow-misconfigure: the function is throttled for it")
        }
        guard let step = scenario.cache?.write,
            let function = stack.method(step.method, path: step.url.source).flatMap(stack.function(behind:))
        else { return unseen(name, "the scenario has no cache.write that a function answers") }
        let faults = FunctionFaultClient(connection: connection)
        let reserved = try await aws { () async throws(AWSCallError) in
            try await faults.reservedConcurrency(of: function.name)
        }
        let number = try journal.note(.reservedConcurrency(function: function.name, reserved))
        let result: Result<Int, DrillError>
        do throws(DrillError) {
            try await aws { () async throws(AWSCallError) in try await faults.reserveConcurrency(0, for: function.name)
            }
            try await target.clock.wait(target.clock is RealClock ? .seconds(10) : .zero)
            result = .success(try await client.send(step).response.status)
        } catch {
            result = .failure(error)
        }
        try await journal.undo(number, connection)
        let status = try result.get()
        guard (400...599).contains(status) else { return unseen(name, "a throttled function's API answered \(status)") }
        return .init(
            name: name, value: String(status), evidence: "\(function.name) with no concurrency reserved for it")
    }

    // MARK: Alarms

    /// How many periods an alarm of one period looks back, and how long a datapoint takes to be shown.
    ///
    /// One datapoint is published; the alarm forgets it when it leaves the range.
    private func alarmRange(_ connection: AWSConnection) async throws(DrillError) -> [CalibrationRecord.Fact] {
        let cloudWatch = CloudWatchClient(connection: connection)
        let name = "firedrill-\(RunMark(runID: journal.header.runID).prefix)range"
        let metric = MetricIdentity(namespace: "Firedrill/Calibration", name: name, dimensions: [:])
        let number = try journal.note(.deleteAlarm(name))
        let result: Result<[CalibrationRecord.Fact], DrillError>
        do throws(DrillError) {
            result = .success(try await watchRange(cloudWatch, metric))
        } catch {
            result = .failure(error)
        }
        try await journal.undo(number, connection)
        return try result.get()
    }

    private func watchRange(
        _ cloudWatch: CloudWatchClient, _ metric: MetricIdentity
    ) async throws(DrillError) -> [CalibrationRecord.Fact] {
        let clock = target.clock
        let start = clock.now().floored(toSeconds: 60) + .seconds(61)
        try await clock.wait(start - clock.now())
        let published = clock.now()
        try await aws { () async throws(AWSCallError) in
            try await cloudWatch.putAlarm([
                "AlarmName": .string(metric.name), "Namespace": .string(metric.namespace),
                "MetricName": .string(metric.name), "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
                "Threshold": 100, "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "missing",
                "ActionsEnabled": false,
            ])
            try await cloudWatch.put(metric, [(value: 1, count: 1)], at: published)
        }
        var shown: Timestamp?
        var wasSeen = false
        for _ in 0..<90 {
            let points = try await aws { () async throws(AWSCallError) in
                try await cloudWatch.statistics(
                    of: metric, from: published.floored(toSeconds: 60), to: clock.now() + .seconds(60),
                    periodSeconds: 60)
            }
            if shown == nil, !points.isEmpty { shown = clock.now() }
            let alarm = try await aws { () async throws(AWSCallError) in
                try await cloudWatch.alarms(named: [metric.name])
            }.first
            if alarm?.state == "OK" { wasSeen = true }
            if wasSeen, alarm?.state == "INSUFFICIENT_DATA", let at = alarm?.stateUpdatedAt {
                let minutes = (at - (published.floored(toSeconds: 60) + .seconds(60))).inSeconds / 60
                let range = max(1, Int(minutes.rounded(.down)))
                let delay = shown.map { Int(($0 - published).inSeconds.rounded()) }
                return [
                    .init(
                        name: "evaluation-range-extra-periods", value: String(range - 1),
                        evidence: "an alarm of one period forgot its only datapoint after \(range) min"),
                    .init(
                        name: "metric-delay-seconds", value: delay.map { String($0) },
                        evidence: "from PutMetricData until GetMetricStatistics showed it", isSwitch: false),
                ]
            }
            try await clock.wait(.seconds(20))
        }
        return [
            unseen("evaluation-range-extra-periods", "the alarm did not take the datapoint and forget it within 30 min")
        ]
    }

    private func unseen(_ name: String, _ reason: String) -> CalibrationRecord.Fact {
        .init(name: name, value: nil, evidence: reason)
    }
}
