import LoadEngine
package import LoadMetrics
package import ScenarioModel
import AWSClients
import Synchronization
import Timekeeping
import Wiring

/// One run from its first request to its last count: load, probes, alarm drill, reconciliation, in this order.
///
/// Each phase that cannot be carried out leaves a problem in the result and the next one goes on; what was measured is
/// never thrown away.
package final class DrillRun: Sendable {
    private let scenario: Scenario
    private let target: Target
    private let runID: String
    /// Everything that the run sends lies after this moment.
    private let beganOnTarget: Timestamp
    private let say: @Sendable (DrillProgress) -> Void
    private let ledger = TrafficLedger()
    private let client: ProbeClient
    private let loadTraffic = Mutex(Traffic())
    private let result: Mutex<RunResult>
    private let options: DrillOptions
    private let journal: DrillJournal
    private let isClean = Mutex(false)

    /// - Parameters:
    ///   - information: who runs what where; times and phases are filled in by the run.
    ///   - options: what the run may do.
    ///   - journal: where changes are noted before they are made.
    ///   - say: hears what happens, from any thread.
    package init(
        scenario: Scenario, target: Target, information: RunInformation, tool: RunResult.Tool,
        options: DrillOptions = DrillOptions(), journal: DrillJournal,
        say: @escaping @Sendable (DrillProgress) -> Void
    ) {
        self.scenario = scenario
        self.target = target
        self.options = options
        self.journal = journal
        self.say = say
        runID = information.id
        beganOnTarget = target.clock.now()
        client = ProbeClient(
            target: target, markerHeader: scenario.cache?.originMarkerHeader ?? "x-origin-id",
            // Ids must be the run's own: a second run against the same table would meet the first one's items.
            seed: information.id.utf8.reduce(scenario.seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 },
            mark: RunMark(runID: information.id), ledger: ledger)
        result = Mutex(
            RunResult(tool: tool, run: information, total: RequestSummary(name: "all", method: "")))
    }

    /// Sends one request and looks whether the stack works at all.
    ///
    /// - Throws: `DrillError` that says what does not, with the function's last words.
    package func preflight() async throws(DrillError) {
        try await Preflight(scenario: scenario, target: target, client: client).check()
        for line in try await AlarmGate(scenario: scenario, target: target, options: options).pass() {
            say(.note(line))
        }
    }

    /// Runs all phases. When the task is cancelled the load drains, the rest is left out, and the result says so.
    ///
    /// - Throws: `DrillError` when the load cannot even begin: there is nothing to report then.
    package func run() async throws(DrillError) -> RunResult {
        let began = Timestamp.system()
        var obstacle: DrillError?
        await phase("load", detail: scenario.loads.map(\.name).joined(separator: ", ")) { () throws(DrillError) in
            do throws(DrillError) {
                try await load()
            } catch {
                obstacle = error
                throw error
            }
        }
        if let obstacle, obstacle.code != .interrupted { throw obstacle }
        if let stack = target.stack, let aws = target.aws {
            noteFindings(stack, region: aws.configuration.region)
            if let specification = scenario.cache { await cache(specification) }
            if let specification = scenario.stream { await stream(specification, stack: stack, aws: aws) }
            if !scenario.alarms.isEmpty { await alarms(stack: stack, aws: aws) }
            await phase("reconciliation", detail: "our counts and CloudWatch's") { () throws(DrillError) in
                try await reconcile(stack: stack, aws: aws, since: beganOnTarget)
            }
        }
        await removeItems()
        return result.withLock { result in
            let ended = Timestamp.system()
            result.run.endedAt = ended.iso8601
            result.run.wallSeconds = (ended - began).inSeconds
            result.run.skippedSeconds = target.clock.skipped.inSeconds
            result.run.interrupted = Task.isCancelled
            return result
        }
    }

    /// Runs one phase, times it, and keeps its failure as a problem of the run.
    private func phase(
        _ name: String, detail: String, _ body: () async throws(DrillError) -> Void
    ) async {
        guard !Task.isCancelled else { return }
        say(.phase(name, detail: detail))
        let began = Timestamp.system()
        do throws(DrillError) {
            try await body()
        } catch {
            if error.code != .interrupted, !Task.isCancelled {
                result.withLock { $0.problems.append(RunProblem(phase: name, message: error.message)) }
                say(.note("\(name) could not be carried out: \(error.message)"))
            }
        }
        let seconds = (Timestamp.system() - began).inSeconds
        result.withLock { $0.run.phases.append(RunInformation.Phase(name: name, seconds: seconds)) }
    }

    /// Takes back what is still changed, and removes what the run wrote to a stack that lives on, also when the run has been asked to stop.
    private func removeItems() async {
        if let aws = target.aws {
            for (number, reversal) in journal.outstanding {
                do throws(DrillError) { try await journal.undo(number, aws) } catch {
                    say(.note("could not \(reversal.description), firedrill undo tries again: \(error.message)"))
                }
            }
        }
        guard target.outlivesRun, let stack = target.stack, let aws = target.aws else { return }
        let runID = runID
        let removed: Result<Int, DrillError> = await Task {
            do throws(DrillError) {
                return .success(try await ItemCleaner(connection: aws).clean(runID: runID, stack: stack.stackName))
            } catch { return .failure(error) }
        }.value
        switch removed {
        case .success(let count):
            isClean.withLock { $0 = true }
            if count > 0 { say(.note("removed \(count) items that the run had written")) }
        case .failure(let error):
            say(.note("items of this run remain, firedrill clean \(runID) removes them: \(error.message)"))
        }
    }

    /// Nothing of the run is left in its target, as far as it can tell.
    package var leftNothing: Bool { journal.outstanding.isEmpty && isClean.withLock { $0 } }

    // MARK: Phases

    private func load() async throws(DrillError) {
        guard !scenario.loads.isEmpty else { return }
        let runner: LoadRunner
        do throws(ScenarioError) {
            runner = LoadRunner(plan: try LoadPlan(scenario: counted(scenario), baseURL: target.baseURL, runID: runID))
        } catch {
            throw DrillError(code: .configuration, message: "\(error)")
        }
        let say = self.say
        let outcome: Result<LoadResult, LoadError> = await withTaskCancellationHandler {
            do throws(LoadError) {
                return .success(
                    try await runner.run { progress in
                        let second = Int(progress.elapsed.inSeconds.rounded())
                        let total = Int(progress.duration.inSeconds.rounded())
                        if progress.phase == .warmup {
                            say(.warmup(second: second, total: total))
                        } else if let last = progress.lastSecond {
                            say(
                                .load(
                                    second: second, total: total, requestsPerSecond: Double(last.requests),
                                    p95Milliseconds: last.p95, errors: progress.errors, inFlight: progress.inFlight))
                        }
                    })
            } catch { return .failure(error) }
        } onCancel: {
            runner.stop()
        }
        switch outcome {
        case .success(let load):
            loadTraffic.withLock { $0 = load.traffic }
            result.withLock { result in
                result.requests = load.requests
                result.total = load.total
                result.timeline = load.timeline
                result.generator = load.generator
            }
        case .failure(let error): throw DrillError(code: .unreachable, message: "\(error)")
        }
    }

    /// Where the stack is known its stage says which reads go through the cache, whatever the scenario says.
    private func counted(_ scenario: Scenario) -> Scenario {
        guard let stack = target.stack else { return scenario }
        var scenario = scenario
        for flow in scenario.flows.indices {
            for index in scenario.flows[flow].steps.indices {
                let step = scenario.flows[flow].steps[index]
                let method = stack.method(step.method, path: step.url.source)
                scenario.flows[flow].steps[index].cached = method.map(stack.caches) ?? false
            }
        }
        return scenario
    }

    /// What the definitions alone betray; the causes behind what traffic then shows.
    private func noteFindings(_ stack: StackMap, region: String) {
        let wiring = stack.wiring(region: region)
        let found = WiringRules.findings(in: wiring, promises: WiringPromises(of: scenario))
            .filter { !Self.judgedByTraffic.contains($0.id) }
        for finding in found {
            say(.note("wiring\(finding.severity == .advice ? ", advice" : ""): \(finding.message)"))
        }
        let errors = found.filter { $0.severity == .error }.map { finding in
            // An alarm's checks go by its name.
            let alarm = wiring.alarms.first { $0.logicalID == finding.place.logicalID }
            return Finding(
                id: finding.id, resource: alarm?.name ?? finding.place.logicalID, message: finding.message,
                remedy: finding.remedy)
        }
        result.withLock { $0.findings = errors }
    }

    /// Rules whose question the alarm drill answers better: it works the numbers out from the scenario's own faults.
    private static let judgedByTraffic: Set<String> = [
        "alarm.threshold", "alarm.alwaysOn", "alarm.unreachable", "alarm.notMoved", "alarm.missing",
    ]

    private func cache(_ specification: CacheProbeSpecification) async {
        let ttl = Int(specification.ttl.inSeconds)
        await phase("cache", detail: "over the whole TTL of \(ttl) s") { () throws(DrillError) in
            let probe = CacheProbe(specification: specification, client: client, clock: target.clock, say: say)
            let observation = try await probe.run()
            result.withLock { $0.cache = observation }
        }
    }

    private func stream(_ specification: StreamProbeSpecification, stack: StackMap, aws: AWSConnection) async {
        await phase("stream", detail: "\(specification.samples) items") { () throws(DrillError) in
            // The wiring has told already that nothing follows the stream.
            guard let consumer = stack.streamConsumers.first else { return }
            var specification = specification
            // Nothing will come through a mapping that is off: enough waiting to show it by traffic.
            if consumer.mapping.isOff {
                specification.timeout = min(specification.timeout, .seconds(consumer.mapping.batchingWindowSeconds + 3))
            }
            let probe = StreamProbe(
                specification: specification, client: client, logs: LogsClient(connection: aws),
                logGroup: consumer.function.logGroup, runID: runID, clock: target.clock,
                pause: { duration throws(DrillError) in try await RealClock().wait(duration) }, say: say)
            let observation = try await probe.run()
            result.withLock { $0.stream = observation }
        }
    }

    private var timing: MetricTiming { target.clock is RealClock ? .deployed : .emulated }

    private func alarms(stack: StackMap, aws: AWSConnection) async {
        let preparation = AlarmPreparation(scenario: scenario, stack: stack, options: options)
        result.withLock { result in
            result.findings += preparation.findings
            result.undrilledAlarms = preparation.undrilled
        }
        guard !preparation.cases.isEmpty else { return }
        guard let healthy = preparation.healthy else {
            let message =
                "alarms clear only on healthy traffic, and the scenario has no request that is all right: add a flow, "
                + "stream.write or cache.write"
            result.withLock { $0.problems.append(RunProblem(phase: "alarms", message: message)) }
            return
        }
        let plan = preparation.plan
        await phase("alarms", detail: "\(plan.cases.count) alarms, \(plan.failingRequests) failing requests") {
            () throws(DrillError) in
            for line in DrillForecast(plan, timing: timing).text { say(.note(line)) }
            var drill = AlarmDrill(
                plan: plan, client: client, connection: aws, stack: stack, journal: journal, clock: target.clock,
                timing: timing, healthy: healthy, say: say)
            let proof =
                options.provesDelivery
                ? try await DeliveryProof(
                    plan.cases.map(\.alarm), runID: runID, connection: aws, journal: journal) : nil
            await drill.run()
            var (observations, unasked) = (drill.observations, drill.unasked)
            if drill.failure == nil {
                try await addLowerEvidence(plan.cases, aws, to: &observations)
                if let proof { try await add(proof, plan.cases, to: &observations) }
            }
            result.withLock { result in
                result.alarms = observations
                result.findings += unasked
            }
            if let failure = drill.failure { throw failure }
        }
    }

    /// Lower grades of evidence for the alarms that no traffic rings, where they are allowed.
    private func addLowerEvidence(
        _ cases: [AlarmCase], _ aws: AWSConnection, to observations: inout [AlarmObservation]
    ) async throws(DrillError) {
        let evidence = LowerEvidence(
            connection: aws, journal: journal, clock: target.clock, timing: timing, runID: runID)
        for (index, subject) in cases.enumerated() where subject.isObscure {
            if options.usesShadowMetrics { try await evidence.shadow(subject.alarm, &observations[index]) }
            if options.forcesState, observations[index].evidence == "none" {
                try await evidence.force(&observations[index])
            }
        }
    }

    private func add(
        _ proof: DeliveryProof, _ cases: [AlarmCase], to observations: inout [AlarmObservation]
    ) async throws(DrillError) {
        let arrived = try await proof.arrived()
        for (index, subject) in cases.enumerated() where observations[index].firedAfterSeconds != nil {
            let hasTopic = subject.alarm.alarmActions.contains { $0.contains(":sns:") }
            guard hasTopic else { continue }
            observations[index].delivered = arrived.contains(subject.alarm.name)
            guard observations[index].delivered == false else { continue }
            observations[index].findings.append(DeliveryProof.finding(subject.alarm))
            observations[index].verdict = .fail
        }
    }

    private func reconcile(stack: StackMap, aws: AWSConnection, since: Timestamp) async throws(DrillError) {
        // The last minute must close and be flushed; on AWS metrics take up to three minutes more.
        let settling: Duration = target.clock is RealClock ? .seconds(240) : .seconds(70)
        try await target.clock.wait(settling)
        let reconciliation = Reconciliation(
            cloudWatch: CloudWatchClient(connection: aws), stack: stack,
            toleranceShare: target.kind == .emulator ? 0 : 0.01, countsCache: scenario.cache != nil)
        var counts = ledger.counts
        counts.add(loadTraffic.withLock { $0 })
        let rows = try await reconciliation.rows(client: counts, from: since, to: target.clock.now())
        result.withLock { $0.reconciliation = rows }
    }
}
