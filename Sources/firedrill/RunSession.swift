import AWSClients
import AWSSigning
import Drills
import HTTPExchange
import LoadEngine
import LoadMetrics
import ScenarioModel
import Timekeeping

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Brings up or finds the target of a scenario and runs the drill on it.
struct RunSession: Sendable {
    var scenario: Scenario
    var environment: [String: String]
    var options = DrillOptions()
    /// Folder of the reports, and of the journals of stacks that live on; nil when nothing will be changed.
    var reports: String?
    var say: @Sendable (DrillProgress) -> Void

    func run() async throws -> RunResult {
        try await withTarget { try await drill($0) }
    }

    /// What the alarm drill would do, a line each.
    func plan() async throws -> [String] {
        try await withTarget { makeTarget in
            do {
                let target = try await makeTarget()
                let gate = AlarmGate(scenario: scenario, target: target, options: options)
                var lines = gate.forecast()
                do throws(DrillError) { lines += try await gate.pass() } catch {
                    // What the drill would be refused for belongs into its plan.
                    lines.append("refused: \(error.message)")
                }
                return lines
            } catch let error as DrillError {
                throw CommandFailure(exitCode: .badConfiguration, message: error.message)
            }
        }
    }

    /// Records what the target does where AWS's documentation is silent.
    func calibrate(_ tell: @escaping @Sendable (String) -> Void) async throws -> CalibrationRecord {
        try await withTarget { makeTarget in
            do {
                let target = try await makeTarget()
                let information = information(target)
                let (journal, file) = try journal(of: information.id, target)
                let probe = CalibrationProbe(
                    scenario: scenario, target: target, options: options, journal: journal, say: tell)
                let facts = try await probe.facts()
                if let stack = target.stack, let connection = target.aws, target.outlivesRun {
                    _ = try await ItemCleaner(connection: connection)
                        .clean(runID: information.id, stack: stack.stackName)
                }
                if journal.outstanding.isEmpty { file?.remove() }
                return CalibrationRecord(
                    recordedAt: information.startedAt, stack: target.stack?.stackName ?? "",
                    region: target.aws?.configuration.region ?? "", facts: facts)
            } catch let error as DrillError {
                throw CommandFailure(exitCode: .badConfiguration, message: error.message)
            }
        }
    }

    /// Brings up or finds the target for a piece of work.
    private func withTarget<Value: Sendable>(
        _ work: @escaping @Sendable (@escaping @Sendable () async throws -> Target) async throws -> Value
    ) async throws -> Value {
        switch scenario.target {
        case .emulator(let specification):
            say(.phase("emulator", detail: specification.template ?? "the built-in stack"))
            let emulator = EmulatorProcess(executable: BundledHandlers.executable, specification: specification)
            // Until the drill begins nothing is measured: a signal ends the command, and the emulator with its input.
            Interrupts.shared.listen { _ in
                Console.error("interrupted before the drill began")
                Console.exit(.interrupted)
            }
            return try await emulator.running { address in
                for notice in address.notices { say(.note("not emulated: \(notice)")) }
                return try await work { try await emulated(address) }
            }
        case .stack(let specification):
            return try await work {
                try await DeployedTarget(specification: specification, environment: environment, say: say).found()
            }
        case .baseURL(let url):
            for part in skipped { say(.note("skipped: \(part)")) }
            return try await work {
                Target(
                    kind: .url, baseURL: url, aws: nil, stack: nil, clock: RealClock(), transport: CurlTransport())
            }
        }
    }

    /// What a bare URL leaves out, of what the scenario asks for.
    private var skipped: [String] {
        var parts: [String] = []
        if scenario.cache != nil { parts.append("cache probe") }
        if scenario.stream != nil { parts.append("stream probe") }
        if !scenario.alarms.isEmpty { parts.append("alarm drill") }
        parts += scenario.thresholds.filter(\.metric.isOfProbes).map {
            "threshold \($0.metric.rawValue): \($0.expression)"
        }
        parts += ["wiring check", "reconciliation with CloudWatch"]
        return parts.map { "\($0): a bare URL tells of no stack; name one with --stack" }
    }

    /// Finds the target and runs the drill; a signal ends the drill, never the emulator before it.
    private func drill(_ makeTarget: @escaping @Sendable () async throws -> Target) async throws -> RunResult {
        let say = self.say
        return try await Interrupts.shared.cancelling(
            onSignal: { say(.note("interrupted: finishing what is in flight; once more ends at once")) },
            onSecond: { Console.exit(.interrupted) }
        ) {
            do {
                let target = try await makeTarget()
                let information = information(target)
                let (journal, file) = try journal(of: information.id, target)
                let run = DrillRun(
                    scenario: scenario, target: target, information: information,
                    tool: RunResult.Tool(name: "firedrill", version: Firedrill.version), options: options,
                    journal: journal, say: say)
                do {
                    try await run.preflight()
                } catch {
                    if journal.outstanding.isEmpty { file?.remove() }
                    throw error
                }
                let result = try await run.run()
                if run.leftNothing {
                    file?.remove()
                } else if let file {
                    Console.error(
                        "something of this run is left in the stack: firedrill clean \(file.path) removes it")
                }
                return result
            } catch let error as DrillError {
                throw CommandFailure(
                    exitCode: error.code == .interrupted ? .interrupted : .badConfiguration, message: error.message)
            }
        }
    }

    /// A journal on disk for a stack that lives on; an emulated one ends with the run, and its changes with it.
    private func journal(
        of runID: String, _ target: Target
    ) throws(DrillError) -> (DrillJournal, JournalFile?) {
        let configuration = target.aws?.configuration
        let header = DrillJournal.Header(
            runID: runID, stack: target.stack?.stackName ?? "", region: configuration?.region ?? "",
            endpointURL: configuration?.endpointURL)
        guard target.outlivesRun, let reports else {
            return (try DrillJournal(header: header) { _ throws(DrillError) in }, nil)
        }
        let file = try JournalFile(path: "\(JournalFile.folder(reports: reports))/\(runID).jsonl")
        return (try DrillJournal(header: header) { line throws(DrillError) in try file.append(line) }, file)
    }

    private func emulated(_ address: EmulatorProcess.Address) async throws -> Target {
        let transport = CurlTransport()
        let configuration = AWSClientConfiguration(
            region: address.region, credentials: AWSCredentials(accessKeyID: "test", secretAccessKey: "test"),
            endpointURL: address.endpointURL)
        let clock = EmulatorClock(endpointURL: address.endpointURL, transport: transport)
        // Signatures age in real time, also where the clock is ahead.
        let connection = AWSConnection(configuration: configuration, transport: transport)
        let stack = try await StackDiscovery(connection: connection).discover(stack: address.stackName)
        return Target(
            kind: .emulator, baseURL: address.apiURL, aws: connection, stack: stack, clock: clock, transport: transport)
    }

    private func information(_ target: Target) -> RunInformation {
        let started = Timestamp.system()
        let name = scenario.name.map { $0.isLetter || $0.isNumber || $0 == "-" ? $0 : "-" }
        return RunInformation(
            id: "\(String(name.prefix(60)))-\(started.basicISO8601)-\(ProcessInfo.processInfo.processIdentifier)",
            scenario: scenario.name, scenarioFile: scenario.file,
            target: .init(kind: target.kind.rawValue, baseURL: target.baseURL, stack: target.stack?.stackName),
            startedAt: started.iso8601, seed: scenario.seed,
            host: .init(
                name: ProcessInfo.processInfo.hostName, cores: ProcessInfo.processInfo.activeProcessorCount,
                system: ProcessInfo.processInfo.operatingSystemVersionString))
    }
}
