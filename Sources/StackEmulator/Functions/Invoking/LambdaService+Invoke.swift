import EmulatorCore
import Timekeeping

extension LambdaService {
    /// Invokes a function and waits for it.
    ///
    /// - Parameter identifier: name or ARN, with or without qualifier.
    /// - Throws: `TooManyRequestsException` when it is throttled, the key's errors when its variables cannot be opened.
    func invoke(
        _ identifier: String, payload: [UInt8], requestID: String = Identifiers.uuid(), traceID: String? = nil,
        clientContext: String? = nil
    ) async throws(AWSServiceError) -> InvocationResult {
        try await invoke(
            FunctionIdentifier(identifier, account: surroundings.account),
            InvocationRequest(payload: payload, requestID: requestID, traceID: traceID, clientContext: clientContext))
    }

    func invoke(
        _ identifier: FunctionIdentifier, _ request: InvocationRequest
    ) async throws(AWSServiceError) -> InvocationResult {
        let record = try record(identifier)
        let target = try record.target(identifier.qualifier, draw: surroundings.draw())
        let start = surroundings.clock.now
        let running: Int
        switch concurrency.begin(record.name) {
        case .granted(let count): running = count
        case .reservedLimit:
            target.metrics.recordThrottle(at: start)
            throw Self.throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        case .accountLimit:
            target.metrics.recordThrottle(at: start)
            throw Self.throttled("ConcurrentInvocationLimitExceeded")
        }
        defer { concurrency.end(record.name) }
        let run = InvocationRun(
            target: target, request: request, functionARN: record.qualifiedARN(identifier.qualifier), start: start,
            endpoint: endpointURL, surroundings: surroundings)
        await target.queue.enter(on: surroundings.eventLoops.any())
        var duration: Duration?
        defer { target.queue.leave(after: duration) }
        let finished = try await run.perform()
        duration = finished.duration
        if let environment = finished.reusable { target.pool.giveBack(environment, at: surroundings.clock.now) }
        target.metrics.record(
            start: start, duration: finished.duration, failed: finished.result.functionError != nil,
            concurrency: running)
        return finished.result
    }

    private static func throttled(_ reason: String) -> AWSServiceError {
        AWSServiceError(
            "TooManyRequestsException", "Rate Exceeded.", status: 429,
            members: ["Reason": .string(reason), "Type": "User"])
    }
}
