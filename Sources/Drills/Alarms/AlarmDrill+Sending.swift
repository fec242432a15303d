import AWSClients
import HTTPExchange
import LoadMetrics
import ScenarioModel
import Timekeeping

/// How long metrics take where the drill runs.
struct MetricTiming: Sendable, Equatable {
    /// Minutes from the end of a request's minute until its datapoint can be evaluated.
    var delayMinutes: Int
    /// How long a datapoint is waited for.
    var patience: Duration
    /// How long a function's changed configuration takes to hold everywhere.
    var propagation: Duration

    /// The emulator publishes and evaluates at the end of each minute.
    static let emulated = MetricTiming(delayMinutes: 0, patience: .seconds(300), propagation: .zero)
    /// One minute until it is flushed, one or two until it is there; no figure is promised.
    static let deployed = MetricTiming(delayMinutes: 3, patience: .seconds(900), propagation: .seconds(10))
}

extension AlarmDrill {
    /// Requests under way at the same time: enough for hundreds within a minute, few enough to disturb nobody.
    private static let width = 16
    /// The last second of a minute at which a handful of requests still end in it.
    private static let lastSecond = 40.0

    /// The minute that requests would be sent in now.
    func nextMinute(atOnce: Bool) -> Timestamp {
        let floor = clock.now().floored(toSeconds: 60)
        return atOnce && (clock.now() - floor).inSeconds <= Self.lastSecond ? floor : floor + .seconds(60)
    }

    /// Sends a script, each minute's requests at its start, so that they lie in one period of any length.
    ///
    /// - Parameter lead: healthy requests in the rest of the minute before it.
    /// - Returns: the last minute.
    mutating func play(
        _ script: TrafficScript, lead: Int, atOnce: Bool = false
    ) async throws(DrillError) -> Timestamp {
        if !atOnce { try await fill(healthy: lead) }
        let first = nextMinute(atOnce: atOnce)
        var minute = first
        for (offset, requests) in script.minutes.enumerated() {
            minute = first + .seconds(60 * offset)
            let start = minute + .seconds(1)
            if clock.now() < start { try await clock.wait(start - clock.now()) }
            try await sendMisconfigured(requests)
            filled = minute
            if clock.now() >= minute + .seconds(60) {
                throw DrillError(
                    code: .unreachable,
                    message:
                        "\(requests.failing + requests.healthy) requests of the alarm drill took longer than the minute "
                        + "that they belong to: the target answers too slowly for its alarms to be drilled")
            }
        }
        for (index, count) in script.faults.sorted(by: { $0.key < $1.key }) {
            let beside = plan.cases[index].prediction?.budget.isRatio == true ? " beside \(script.healthy) healthy" : ""
            journals[index]?.events.append(
                (
                    clock.now(), "sent", Double(count),
                    "\(count) faults\(beside): \(plan.cases[index].effect.description)"
                ))
        }
        return minute
    }

    /// Sends a minute's requests with the changes that its faults need, and takes these back whatever happens.
    private func sendMisconfigured(_ minute: TrafficScript.Minute) async throws(DrillError) {
        let before = Set(journal.outstanding.map(\.number))
        let result: Result<Void, DrillError>
        do throws(DrillError) {
            try await misconfigure(for: TrafficScript(minutes: [minute]))
            result = .success(try await send(minute))
        } catch {
            result = .failure(error)
        }
        for (number, reversal) in journal.outstanding where !before.contains(number) {
            try await journal.undo(number, connection)
            say(.note("undone: \(reversal.description)"))
        }
        try result.get()
    }

    private func send(_ minute: TrafficScript.Minute) async throws(DrillError) {
        let faults = minute.faults.sorted { $0.key < $1.key }.flatMap {
            Array(repeating: Int?.some($0.key), count: $0.value)
        }
        let orders = faults + Array(repeating: nil, count: minute.healthy)
        for start in stride(from: 0, to: orders.count, by: Self.width) {
            let batch = orders[start..<min(start + Self.width, orders.count)]
            let failure = await withTaskGroup(of: DrillError?.self) { group in
                for order in batch {
                    group.addTask {
                        do throws(DrillError) {
                            if let index = order { try await cause(index) } else { try await sendHealthy() }
                            return nil
                        } catch { return error }
                    }
                }
                return await group.reduce(nil) { $0 ?? $1 }
            }
            if let failure { throw failure }
        }
    }

    /// Causes one fault of a case and sees that it happened.
    private func cause(_ index: Int) async throws(DrillError) {
        let subject = plan.cases[index]
        let fault = subject.specification.fault
        let answer: ProbeAnswer
        switch fault {
        case .automatic: return
        case .invocation(let function, let payload): return try await invoke(function, payload, for: subject)
        case .request(let step), .streamRecord(let step), .throttle(let step): answer = try await client.send(step)
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

    private func invoke(_ function: String, _ payload: String, for subject: AlarmCase) async throws(DrillError) {
        try DrillError.checkInterruption()
        let faults = FunctionFaultClient(connection: connection)
        let error = try await aws { () async throws(AWSCallError) in
            try await faults.invoke(function, payload: Array(payload.utf8))
        }
        guard error == nil else { return }
        throw DrillError(
            code: .configuration,
            message:
                "the fault for \(subject.alarm.name) was not caused: \(function) took the payload \(payload) without an "
                + "error; state another payload, or another fault")
    }

    /// Makes the changes that a script's faults need, each noted on disk before.
    private func misconfigure(for script: TrafficScript) async throws(DrillError) {
        let steps = script.faults.filter { $0.value > 0 }.keys.sorted().compactMap { index -> Step? in
            if case .throttle(let step) = plan.cases[index].specification.fault { step } else { nil }
        }
        for step in steps {
            guard let function = stack.method(step.method, path: step.url.source).flatMap(stack.function(behind:))
            else {
                throw DrillError(
                    code: .configuration,
                    message: "no function answers \(step.method) \(step.url.source): none to throttle")
            }
            let faults = FunctionFaultClient(connection: connection)
            let reserved = try await aws { () async throws(AWSCallError) in
                try await faults.reservedConcurrency(of: function.name)
            }
            _ = try journal.note(.reservedConcurrency(function: function.name, reserved))
            try await aws { () async throws(AWSCallError) in
                try await faults.reserveConcurrency(0, for: function.name)
            }
            say(.note("\(function.name) may run no invocation until the faults are sent"))
            try await clock.wait(timing.propagation)
        }
    }

    private func sendHealthy() async throws(DrillError) {
        let answer = try await client.send(healthy)
        guard (200..<300).contains(answer.response.status) else {
            throw DrillError(
                code: .configuration,
                message: "the healthy request \(answer.request.method) \(answer.request.url) answered "
                    + "\(answer.response.status): alarms cannot be told from other failures then")
        }
    }

    /// Sends healthy requests and lets time pass until the next minute's datapoints are in and evaluated.
    mutating func passMinute(healthy count: Int) async throws(DrillError) {
        try await fill(healthy: count)
        let next = clock.now().floored(toSeconds: 60) + .seconds(75)
        try await clock.wait(next - clock.now())
    }

    /// Sends healthy requests unless this minute has had its own.
    private mutating func fill(healthy count: Int) async throws(DrillError) {
        let minute = clock.now().floored(toSeconds: 60)
        guard filled != minute else { return }
        try await send(TrafficScript.Minute(healthy: count))
        filled = minute
    }

    mutating func pass(minutes: Int, healthy count: Int) async throws(DrillError) {
        for _ in 0..<max(0, minutes) { try await passMinute(healthy: count) }
    }
}
