import EmulatorCore
import NIOCore
import Timekeeping

/// One invocation, from the choice of an environment to the report in its log.
struct InvocationRun: Sendable {
    struct Finished: Sendable {
        var result: InvocationResult
        var duration: Duration
        var reusable: ExecutionEnvironment?
    }

    var target: FunctionTarget
    var request: InvocationRequest
    var functionARN: String
    /// On the emulator's clock.
    var start: Timestamp
    /// Where the process reaches the emulated services.
    var endpoint: String
    var surroundings: LambdaService.Surroundings

    private var function: LambdaFunction { target.configuration }

    /// - Throws: the errors that Invoke has for a key that does not let the variables be opened.
    func perform() async throws(AWSServiceError) -> Finished {
        // A process has its variables already, but AWS asks the key again and again.
        try requireKey()
        while let environment = target.pool.take() {
            if let finished = await perform(in: environment, initDuration: nil) { return finished }
        }
        return await performCold(try openVariables())
    }

    private func performCold(_ variables: [String: String]) async -> Finished {
        var environment = startEnvironment(variables)
        let limit = surroundings.switches.initializationLimit
        switch await environment.waitForStart(atMost: limit) {
        case .ready(let duration):
            if let finished = await perform(in: environment, initDuration: duration) { return finished }
        case .failed(let first):
            environment.log.append(platform: .initReport(first, limit: limit))
        }
        // A failed start is tried once more, within the invocation and its time.
        environment = startEnvironment(variables, log: environment.log)
        let began = ContinuousClock.now
        environment.log.beginInvocation()
        environment.log.append(platform: .start(requestID: request.requestID, version: function.version))
        switch await environment.waitForStart(atMost: function.timeout) {
        case .ready:
            let finished = await perform(in: environment, initDuration: nil, hasStarted: true, since: began)
            return finished
                ?? finish(in: environment, .exited(.exited(0)), since: began, initDuration: nil)
        case .failed(let outcome): return finish(in: environment, outcome, since: began, initDuration: nil)
        }
    }

    /// Nil when the environment was gone before it took the event.
    private func perform(
        in environment: ExecutionEnvironment, initDuration: Duration?, hasStarted: Bool = false,
        since began: ContinuousClock.Instant = .now
    ) async -> Finished? {
        if !hasStarted {
            if environment.isEnded { return nil }
            environment.log.beginInvocation()
            environment.log.append(platform: .start(requestID: request.requestID, version: function.version))
        }
        let remaining = max(.milliseconds(1), function.timeout - (ContinuousClock.now - began))
        let invocation = Invocation(
            requestID: request.requestID, payload: request.payload, deadline: surroundings.realTime() + remaining,
            traceID: request.traceID ?? newTraceID, clientContext: request.clientContext, functionARN: functionARN)
        let outcome = await environment.invoke(invocation, atMost: remaining)
        if outcome == .notTaken { return nil }
        return finish(in: environment, outcome, since: began, initDuration: initDuration)
    }

    private var newTraceID: String {
        "Root=\(Identifiers.traceRoot(seconds: start.wholeSecondsSinceEpoch));Parent=\(Identifiers.hex(16));Sampled=0"
    }

    private func finish(
        in environment: ExecutionEnvironment, _ outcome: RuntimeOutcome, since began: ContinuousClock.Instant,
        initDuration: Duration?
    ) -> Finished {
        let duration = ContinuousClock.now - began
        if let missing = MissingModule(outcome, of: function) {
            let words = missing.words(function: function.name)
            surroundings.notice(words)
            environment.log.append(ByteBuffer(string: "\(words)\n"))
        }
        let report = InvocationReport(
            requestID: request.requestID, outcome: outcome, duration: duration, initDuration: initDuration,
            timeout: function.timeout, memorySize: function.memorySize, peakMemory: environment.measureMemory())
        environment.log.endInvocation(report)
        return Finished(
            result: InvocationResult(
                requestID: request.requestID, payload: report.payload, functionError: report.functionError,
                logTail: environment.log.tail, executedVersion: function.version),
            duration: report.measuredDuration, reusable: outcome.leavesEnvironmentUsable ? environment : nil)
    }

    private func startEnvironment(_ own: [String: String], log: FunctionLog? = nil) -> ExecutionEnvironment {
        let log =
            log ?? FunctionLog(function: function, logs: surroundings.logs, clock: surroundings.clock)
        log.append(platform: .initStart(runtime: function.runtime, region: surroundings.account.region))
        let environment = ExecutionEnvironment(
            function: function, log: log, eventLoop: surroundings.eventLoops.any(), nursery: surroundings.nursery,
            date: surroundings.date)
        let isStarted = surroundings.nursery.start { [self] in
            await environment.run { runtimeAPI in
                ProcessEnvironment.variables(
                    of: function, log: log, own: own, runtimeAPI: runtimeAPI, endpoint: endpoint,
                    account: surroundings.account, base: surroundings.baseEnvironment)
            }
        }
        if !isStarted { environment.abandon() }
        return environment
    }

    // MARK: Keys

    private func requireKey() throws(AWSServiceError) {
        guard let environment = function.environment else { return }
        do throws(AWSServiceError) { try environment.requireKey(in: surroundings.keys) } catch {
            throw Self.refusal(error)
        }
    }

    private func openVariables() throws(AWSServiceError) -> [String: String] {
        guard let environment = function.environment else { return [:] }
        do throws(AWSServiceError) { return try environment.decrypted(by: surroundings.keys) } catch {
            throw Self.refusal(error)
        }
    }

    private static func refusal(_ error: AWSServiceError) -> AWSServiceError {
        let detail = "Lambda was unable to decrypt the environment variables because "
        switch error.code {
        case "DisabledException":
            return AWSServiceError(
                "KMSDisabledException", detail + "the KMS key used is disabled. Please check the KMS key settings.",
                status: 502)
        case "KMSInvalidStateException":
            return AWSServiceError(
                "KMSInvalidStateException",
                detail + "the state of the KMS key used is not valid for Decrypt. Please check the KMS key settings.",
                status: 502)
        case "NotFoundException":
            return AWSServiceError(
                "KMSNotFoundException", detail + "the KMS key was not found. Please check the KMS key settings.",
                status: 502)
        default:
            return AWSServiceError(
                "KMSAccessDeniedException", detail + "KMS access was denied. Please check your KMS permissions.",
                status: 502)
        }
    }
}
