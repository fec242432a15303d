import EmulatedMonitoring
import EmulatedServices
import EmulatorCore
import ExactJSON
import NIOCore
import Synchronization
import Timekeeping

/// Lambda: functions, their execution environments, invocations.
final class LambdaService: Sendable {
    /// What the service needs from the emulator around it.
    struct Surroundings: Sendable {
        var account: EmulatedAccount
        var clock: VirtualClock
        var realTime: @Sendable () -> Timestamp
        var keys: KeyService
        var logs: LogsService
        var metrics: CloudWatchService
        var nursery: TaskNursery
        var eventLoops: any EventLoopGroup
        var date: HTTPDate
        var switches: EmulatorSwitches
        /// What every process sees besides its own variables, PATH above all.
        var baseEnvironment: [String: String]
    }

    private struct Entry {
        var function: LambdaFunction
        var pool: EnvironmentPool
        var metrics: LambdaMetrics
    }

    private struct State {
        var functions: [String: Entry] = [:]
        var endpointURL = ""
    }

    let surroundings: Surroundings
    private let state = Mutex(State())

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    func add(_ function: LambdaFunction) {
        let entry = Entry(
            function: function, pool: EnvironmentPool(),
            metrics: LambdaMetrics(function: function.name, service: surroundings.metrics))
        state.withLock { $0.functions[function.name] = entry }
    }

    /// Where processes reach the emulated services.
    func setEndpoint(_ url: String) { state.withLock { $0.endpointURL = url } }

    /// Ends environments that were idle for a while, every minute from now on.
    func start() {
        surroundings.clock.every(.seconds(60)) { [weak self] _ in
            guard let self else { return }
            let limit = surroundings.clock.now - surroundings.switches.environmentIdleLifetime
            let pools = state.withLock { $0.functions.values.map(\.pool) }
            for pool in pools { pool.reap(idleSince: limit) }
        }
    }

    var functions: [LambdaFunction] {
        state.withLock { $0.functions.values.map(\.function) }.sorted { $0.name < $1.name }
    }

    /// The function that a name, ARN or partial ARN names, with or without the qualifier `$LATEST`.
    func function(_ identifier: String) throws(AWSServiceError) -> LambdaFunction { try entry(identifier).function }

    func metrics(of identifier: String) throws(AWSServiceError) -> LambdaMetrics { try entry(identifier).metrics }

    private func entry(_ identifier: String) throws(AWSServiceError) -> Entry {
        let name = Self.name(in: identifier)
        guard let entry = state.withLock({ $0.functions[name] }) else {
            throw AWSServiceError(
                "ResourceNotFoundException",
                "Function not found: \(surroundings.account.arn("lambda", "function:\(name)"))",
                status: 404)
        }
        return entry
    }

    static func name(in identifier: String) -> String {
        var parts = identifier.split(separator: ":", omittingEmptySubsequences: false)
        if let index = parts.firstIndex(of: "function"), index + 1 < parts.count { parts.removeFirst(index + 1) }
        return String(parts.first ?? "")
    }

    /// Invokes a function and waits for it.
    ///
    /// - Throws: `TooManyRequestsException` when it is throttled, the key's errors when its variables cannot be opened.
    func invoke(
        _ identifier: String, payload: [UInt8], requestID: String = Identifiers.uuid(), traceID: String? = nil,
        clientContext: String? = nil
    ) async throws(AWSServiceError) -> InvocationResult {
        let entry = try entry(identifier)
        let function = entry.function
        let start = surroundings.clock.now
        let variables = try self.variables(of: function)
        let limit = min(function.reservedConcurrency ?? .max, surroundings.switches.concurrencyPerFunction)
        let place = entry.pool.take(limit: limit)
        if case .none = place {
            entry.metrics.recordThrottle(at: start)
            throw AWSServiceError(
                "TooManyRequestsException", "Rate Exceeded.", status: 429,
                members: ["Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "Type": "User"])
        }
        let concurrency = entry.pool.concurrency
        let call = Call(
            function: function, payload: payload, requestID: requestID,
            traceID: traceID
                ?? "Root=\(Identifiers.traceRoot(seconds: start.wholeSecondsSinceEpoch));Parent=\(Identifiers.hex(16));Sampled=0",
            clientContext: clientContext, variables: variables)
        let finished: Finished
        if case .warm(let environment) = place {
            finished = await perform(call, in: environment, initDuration: nil)
        } else {
            finished = await performCold(call)
        }
        entry.pool.giveBack(finished.reusable, at: surroundings.clock.now)
        entry.metrics.record(
            start: start, duration: finished.duration, failed: finished.result.functionError != nil,
            concurrency: concurrency)
        return finished.result
    }

    // MARK: One invocation

    private struct Call {
        var function: LambdaFunction
        var payload: [UInt8]
        var requestID: String
        var traceID: String
        var clientContext: String?
        var variables: [String: String]
    }

    private struct Finished {
        var result: InvocationResult
        var duration: Duration
        var reusable: ExecutionEnvironment?
    }

    private func performCold(_ call: Call) async -> Finished {
        var environment = startEnvironment(call)
        let limit = surroundings.switches.initializationLimit
        switch await environment.waitForStart(atMost: limit) {
        case .ready(let duration): return await perform(call, in: environment, initDuration: duration)
        case .failed(let first):
            environment.log.append(Self.initReport(first, limit))
            // A failed start is tried once more, within the invocation and its time.
            environment = startEnvironment(call, log: environment.log)
            let began = ContinuousClock.now
            environment.log.beginInvocation()
            environment.log.append("START RequestId: \(call.requestID) Version: $LATEST")
            switch await environment.waitForStart(atMost: call.function.timeout) {
            case .ready:
                return await perform(call, in: environment, initDuration: nil, hasStarted: true, since: began)
            case .failed(let outcome):
                return finish(call, in: environment, outcome, duration: ContinuousClock.now - began, initDuration: nil)
            }
        }
    }

    private func perform(
        _ call: Call, in environment: ExecutionEnvironment, initDuration: Duration?, hasStarted: Bool = false,
        since began: ContinuousClock.Instant = .now
    ) async -> Finished {
        if !hasStarted {
            environment.log.beginInvocation()
            environment.log.append("START RequestId: \(call.requestID) Version: $LATEST")
        }
        let remaining = max(.milliseconds(1), call.function.timeout - (ContinuousClock.now - began))
        let invocation = Invocation(
            requestID: call.requestID, payload: call.payload, deadline: surroundings.realTime() + remaining,
            traceID: call.traceID, clientContext: call.clientContext)
        let outcome = await environment.invoke(invocation, atMost: remaining)
        return finish(
            call, in: environment, outcome, duration: ContinuousClock.now - began, initDuration: initDuration)
    }

    private func finish(
        _ call: Call, in environment: ExecutionEnvironment, _ outcome: RuntimeOutcome, duration: Duration,
        initDuration: Duration?
    ) -> Finished {
        let memory = environment.measureMemory()
        environment.log.endInvocation()
        let report = InvocationReport(
            requestID: call.requestID, outcome: outcome, duration: duration, initDuration: initDuration,
            timeout: call.function.timeout, memorySize: call.function.memorySize, peakMemory: memory)
        for line in report.logLines { environment.log.append(line) }
        return Finished(
            result: InvocationResult(
                requestID: call.requestID, payload: report.payload, functionError: report.functionError,
                logTail: environment.log.tail),
            duration: report.measuredDuration, reusable: outcome.leavesEnvironmentUsable ? environment : nil)
    }

    private func startEnvironment(_ call: Call, log: FunctionLog? = nil) -> ExecutionEnvironment {
        let function = call.function
        let log = log ?? FunctionLog(group: function.logGroup, logs: surroundings.logs, clock: surroundings.clock)
        log.append(
            "INIT_START Runtime Version: \(function.runtime)\tRuntime Version ARN: "
                + "arn:aws:lambda:\(surroundings.account.region)::runtime:emulated")
        let environment = ExecutionEnvironment(
            function: function, log: log, eventLoop: surroundings.eventLoops.next(), nursery: surroundings.nursery,
            date: surroundings.date)
        let variables = call.variables
        let endpoint = state.withLock { $0.endpointURL }
        let isStarted = surroundings.nursery.start { [surroundings] in
            await environment.run { runtimeAPI in
                ProcessEnvironment.variables(
                    of: function, log: log, own: variables, runtimeAPI: runtimeAPI, endpoint: endpoint,
                    account: surroundings.account, base: surroundings.baseEnvironment)
            }
        }
        if !isStarted { environment.abandon() }
        return environment
    }

    private static func initReport(_ outcome: RuntimeOutcome, _ limit: Duration) -> String {
        switch outcome {
        case .timedOut:
            "INIT_REPORT Init Duration: \(LambdaText.milliseconds(limit)) ms\tPhase: init\tStatus: timeout"
        case .failure(_, let type): "INIT_REPORT Phase: init\tStatus: error\tError Type: \(type)"
        case .response, .exited, .stopped: "INIT_REPORT Phase: init\tStatus: error\tError Type: Runtime.ExitError"
        }
    }

    /// Opens a function's variables, with the errors that Invoke has for a key that does not let them be opened.
    private func variables(of function: LambdaFunction) throws(AWSServiceError) -> [String: String] {
        guard let environment = function.environment else { return [:] }
        do throws(AWSServiceError) { return try environment.decrypted(by: surroundings.keys) } catch {
            let detail = "Lambda was unable to decrypt the environment variables because "
            switch error.code {
            case "DisabledException":
                throw AWSServiceError(
                    "KMSDisabledException", detail + "the KMS key used is disabled. Please check the KMS key settings.",
                    status: 502)
            default:
                throw AWSServiceError(
                    "KMSAccessDeniedException", detail + "KMS access was denied. Please check your KMS permissions.",
                    status: 502)
            }
        }
    }
}

extension RuntimeOutcome {
    /// A process that timed out or ended cannot take another invocation.
    var leavesEnvironmentUsable: Bool {
        switch self {
        case .response, .failure: true
        case .exited, .timedOut, .stopped: false
        }
    }
}
