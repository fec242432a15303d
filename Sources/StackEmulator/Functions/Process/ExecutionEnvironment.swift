import ExactJSON
import NIOCore
import NIOHTTP1
import Synchronization
import Timekeeping

/// One process of a function, with a Runtime API of its own, so that every call is known to be this process's.
final class ExecutionEnvironment: Sendable {
    /// How the start of the runtime went.
    enum Start: Sendable {
        case ready(Duration)
        case failed(RuntimeOutcome)
    }

    private struct State {
        var session = RuntimeSession()
        /// Answers the runtime's open call for the next invocation.
        var poll: (@Sendable (ServerResponse) -> Void)?
        var invocation: Invocation?
        var outcome: OneShot<RuntimeOutcome>?
        /// Ends an invocation that takes too long.
        var timer: Scheduled<Void>?
        var processID: Int32?
        var isEnded = false
        /// MiB.
        var peakMemory = 0
        var measuredMemoryAt: ContinuousClock.Instant?
    }

    let function: LambdaFunction
    let log: FunctionLog
    private let eventLoop: any EventLoop
    private let nursery: TaskNursery
    private let date: HTTPDate
    private let started = ContinuousClock.now
    private let start = OneShot<Start>()
    private let stopping = OneShot<Void>()
    private let state = Mutex(State())

    init(
        function: LambdaFunction, log: FunctionLog, eventLoop: any EventLoop, nursery: TaskNursery, date: HTTPDate
    ) {
        self.function = function
        self.log = log
        self.eventLoop = eventLoop
        self.nursery = nursery
        self.date = date
    }

    /// Runs the process to its end; `stop` and cancellation end it with its whole process group.
    ///
    /// - Parameter variables: what the process sees, given the address of its Runtime API.
    func run(variables: (_ runtimeAPI: String) -> [String: String]) async {
        let listener = HTTPListener(
            group: eventLoop, nursery: nursery, maximumBodyBytes: { _ in RuntimeSession.maximumResponseBytes },
            limits: Self.limits, date: date
        ) { self.answer($0) }
        let end: ProcessEnd
        do {
            let address = "127.0.0.1:\(try await listener.bind(host: "127.0.0.1", port: 0))"
            end = await runProcess(variables(address))
            // Children that left the process group still carry the address of this Runtime API.
            StrayProcesses.end(withVariable: "AWS_LAMBDA_RUNTIME_API", address)
        } catch {
            end = .notStarted("no Runtime API: \(error)")
        }
        finish(Task.isCancelled ? .stopped : .exited(end))
        await listener.close()
    }

    private func runProcess(_ variables: [String: String]) async -> ProcessEnd {
        await withTaskGroup(of: ProcessEnd?.self) { group in
            group.addTask {
                await FunctionProcess.run(
                    self.function.code.command, environment: variables, eventLoop: self.eventLoop,
                    started: { id in self.state.withLock { $0.processID = id } },
                    output: { [log = self.log] in log.append($0) })
            }
            group.addTask {
                await self.stopping.value
                return nil
            }
            var end: ProcessEnd?
            while let result = await group.next() {
                if let result {
                    end = result
                    stopping.fulfill(())
                } else {
                    group.cancelAll()
                }
            }
            return end ?? .notStarted("cancelled")
        }
    }

    /// Waits for the runtime to ask for its first invocation.
    func waitForStart(atMost limit: Duration) async -> Start {
        let timer = eventLoop.scheduleTask(in: .nanoseconds(limit.wholeNanoseconds)) {
            _ = self.start.fulfill(.failed(.timedOut))
        }
        let result = await start.value
        timer.cancel()
        switch result {
        case .failed: stop()
        case .ready: _ = measureMemory()
        }
        return result
    }

    /// Hands the runtime an invocation and waits for its outcome; a runtime that is late is stopped.
    func invoke(_ invocation: Invocation, atMost limit: Duration) async -> RuntimeOutcome {
        let outcome = OneShot<RuntimeOutcome>()
        // The timer and the connection live on the event loop: one hop for both.
        if eventLoop.inEventLoop {
            hand(invocation, outcome, atMost: limit)
        } else {
            eventLoop.execute { self.hand(invocation, outcome, atMost: limit) }
        }
        let result = await outcome.value
        switch result {
        case .response, .failure, .exited, .notTaken: break
        case .timedOut, .stopped: stop()
        }
        return result
    }

    private func hand(_ invocation: Invocation, _ outcome: OneShot<RuntimeOutcome>, atMost limit: Duration) {
        let timer = eventLoop.scheduleTask(in: .nanoseconds(limit.wholeNanoseconds)) {
            _ = outcome.fulfill(.timedOut)
        }
        let (poll, isEnded) = state.withLock { state -> ((@Sendable (ServerResponse) -> Void)?, Bool) in
            if state.isEnded { return (nil, true) }
            state.outcome = outcome
            state.timer = timer
            if let poll = state.poll.take() {
                state.session.begin(invocation.requestID)
                return (poll, false)
            }
            state.invocation = invocation
            return (nil, false)
        }
        if isEnded {
            timer.cancel()
            outcome.fulfill(.notTaken)
        } else {
            poll?(event(for: invocation))
        }
    }

    /// Ends the process and its whole group, without waiting for it.
    func stop() { stopping.fulfill(()) }

    /// Says that `run` will not be called, because the emulator is shutting down.
    func abandon() { finish(.stopped) }

    /// Whether whoever asks is on the thread that serves this process's Runtime API.
    var isHere: Bool { eventLoop.inEventLoop }

    var isEnded: Bool { state.withLock { $0.isEnded } }

    /// The largest resident size that the process was seen with, in MiB; 0 when it cannot be told.
    func measureMemory() -> Int {
        let now = ContinuousClock.now
        let (id, known) = state.withLock { state -> (Int32?, Int) in
            // The kernel's account of a process is long; once in a while is enough for a peak.
            if let last = state.measuredMemoryAt, now - last < Self.memoryInterval { return (nil, state.peakMemory) }
            state.measuredMemoryAt = now
            return (state.isEnded ? nil : state.processID, state.peakMemory)
        }
        guard let id else { return known }
        let peak = ProcessMemory.peakMebibytes(of: id)
        return state.withLock { state in
            state.peakMemory = max(state.peakMemory, peak)
            return state.peakMemory
        }
    }

    private static let memoryInterval = Duration.milliseconds(500)
    /// A runtime needs one connection; what opens many is at odds with the emulator, and cannot have all its descriptors.
    private static let limits = {
        var limits = ConnectionLimits.trusted
        limits.connections = 64
        return limits
    }()

    private func finish(_ outcome: RuntimeOutcome) {
        let (waiter, poll, wasTaken) = state.withLock { state in
            state.isEnded = true
            state.session.end()
            // An invocation that still lies here was never seen by the runtime.
            let wasTaken = state.invocation.take() == nil
            state.timer.take()?.cancel()
            return (state.outcome.take(), state.poll.take(), wasTaken)
        }
        start.fulfill(.failed(outcome))
        waiter?.fulfill(wasTaken || outcome == .stopped ? outcome : .notTaken)
        poll?(Self.refusal(status: 403, type: "InvalidStateTransition", message: "The environment has ended."))
    }

    // MARK: Runtime API

    private func answer(_ request: ServerRequest) -> ServerAnswer {
        let prefix = "/2018-06-01/runtime/"
        let path = request.path
        guard path.hasPrefix(prefix) else { return .now(Self.unknownPath) }
        let parts = path.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false)
        let errorType = request.headers.first(name: "Lambda-Runtime-Function-Error-Type")
        switch (request.method, parts.count, parts.first, parts.last) {
        case ("GET", 2, "invocation", "next"): return next()
        case ("POST", 3, "invocation", "response"):
            let verdict = state.withLock {
                $0.session.response(to: parts[1], body: request.body, isTooLong: request.isBodyTooLong)
            }
            return settle(verdict, isTooLong: request.isBodyTooLong)
        case ("POST", 3, "invocation", "error"):
            return settle(state.withLock { $0.session.failure(of: parts[1], body: request.body, type: errorType) })
        case ("POST", 2, "init", "error"):
            return settle(state.withLock { $0.session.initFailure(body: request.body, type: errorType) })
        default: return .now(Self.unknownPath)
        }
    }

    private func next() -> ServerAnswer {
        let (verdict, invocation) = state.withLock { state -> (RuntimeSession.Verdict, Invocation?) in
            let verdict = state.session.next()
            guard case .park = verdict, let invocation = state.invocation.take() else { return (verdict, nil) }
            state.session.begin(invocation.requestID)
            return (verdict, invocation)
        }
        switch verdict {
        case .park(let isFirst):
            if isFirst { start.fulfill(.ready(ContinuousClock.now - started)) }
            if let invocation { return .now(event(for: invocation)) }
            return .handedOver { answer in self.park(answer) }
        case .refuse(let status, let type, let message):
            return .now(Self.refusal(status: status, type: type, message: message))
        case .finish, .initFailed: return .now(Self.accepted)
        }
    }

    /// Keeps the runtime's call open; a call that was open before is given up, its connection has been left.
    private func park(_ answer: @escaping @Sendable (ServerResponse) -> Void) {
        let (older, invocation, isEnded) = state.withLock { state in
            if state.isEnded { return (state.poll.take(), Invocation?.none, true) }
            let older = state.poll
            let invocation = state.invocation.take()
            if let invocation { state.session.begin(invocation.requestID) }
            state.poll = invocation == nil ? answer : nil
            return (older, invocation, false)
        }
        let ended = Self.refusal(status: 403, type: "InvalidStateTransition", message: "The call is no longer open.")
        older?(ended)
        if isEnded { answer(ended) }
        if let invocation { answer(event(for: invocation)) }
    }

    private func settle(_ verdict: RuntimeSession.Verdict, isTooLong: Bool = false) -> ServerAnswer {
        switch verdict {
        case .finish(let outcome):
            let waiter = state.withLock { state in
                state.timer.take()?.cancel()
                return state.outcome.take()
            }
            // What the runtime wrote before its answer is read in the same turn of the event loop: the outcome comes after.
            eventLoop.execute { _ = waiter?.fulfill(outcome) }
            return .now(
                isTooLong
                    ? Self.refusal(
                        status: 413, type: "RequestEntityTooLarge", message: "Exceeded maximum allowed payload size")
                    : Self.accepted)
        case .initFailed(let outcome):
            start.fulfill(.failed(outcome))
            return .now(Self.accepted)
        case .refuse(let status, let type, let message):
            return .now(Self.refusal(status: status, type: type, message: message))
        case .park: return .now(Self.accepted)
        }
    }

    private func event(for invocation: Invocation) -> ServerResponse {
        var headers: HTTPHeaders = [
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": invocation.requestID,
            "Lambda-Runtime-Deadline-Ms": String(invocation.deadline.millisecondsSinceEpoch),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.functionARN,
            "Lambda-Runtime-Trace-Id": invocation.traceID,
        ]
        if let context = invocation.clientContext { headers.add(name: "Lambda-Runtime-Client-Context", value: context) }
        return ServerResponse(status: 200, headers: headers, body: invocation.payload)
    }

    private static let accepted = ServerResponse(
        status: 202, headers: ["Content-Type": "application/json"], body: Array(#"{"status":"OK"}"#.utf8))
    private static let unknownPath = refusal(status: 404, type: "NotFound", message: "no such path of the Runtime API")

    private static func refusal(status: Int, type: String, message: String) -> ServerResponse {
        ServerResponse(
            status: status, headers: ["Content-Type": "application/json"],
            body: LambdaText.errorPayload(type: type, message: message))
    }
}
