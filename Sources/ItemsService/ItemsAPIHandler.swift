import ExactJSON
package import LambdaRuntime
package import Timekeeping

/// The API function: one proxy event in, one proxy answer out.
package struct ItemsAPIHandler: LambdaHandler {
    private let configuration: ItemsConfiguration
    private let routes: ItemsRoutes
    private let effects: FaultEffects
    private let now: @Sendable () -> Timestamp
    private let random: @Sendable () -> UInt64
    private let log: @Sendable (String) -> Void

    /// - Parameters:
    ///   - random: Makes each invocation's origin marker its own, also when the platform repeats a request id.
    ///   - log: Writes one line.
    package init(
        configuration: ItemsConfiguration, table: any ItemTable, effects: FaultEffects,
        now: @escaping @Sendable () -> Timestamp, random: @escaping @Sendable () -> UInt64,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.configuration = configuration
        routes = ItemsRoutes(configuration: configuration, table: table)
        self.effects = effects
        self.now = now
        self.random = random
        self.log = log
    }

    /// Answers one request.
    ///
    /// - Throws: Whatever is not the caller's doing, so that it counts as an error of the function.
    package func handle(_ payload: [UInt8], context: LambdaContext) async throws -> [UInt8] {
        let event = try ProxyEvent(payload)
        let origin = "\(context.requestID)-\(String(random(), radix: 16))"
        var line: [String: JSONValue] = [
            "requestId": .string(context.requestID), "method": .string(event.method),
            "resource": .string(event.resource), "origin": .string(origin),
        ]
        let start = now()
        do {
            let answer = try await answer(event, context)
            line["status"] = .integer(answer.status)
            line["durationMs"] = .double((now() - start).inMilliseconds)
            log(LogLine.text(.info, "request", line))
            return answer.proxyAnswer(origin: origin, allowedOrigin: configuration.allowedOrigin).serialized()
        } catch {
            line["error"] = .string(String(describing: error))
            log(LogLine.text(.error, "request failed", line))
            throw error
        }
    }

    private func answer(_ event: ProxyEvent, _ context: LambdaContext) async throws -> ItemsAnswer {
        if let faulted = try await faulted(event, context) { return faulted }
        return try await routes.answer(event)
    }

    /// Does what the fault header asks for; nil when there is none to honour, or the answer that it wants.
    private func faulted(_ event: ProxyEvent, _ context: LambdaContext) async throws -> ItemsAnswer? {
        guard configuration.faultsEnabled, let text = event.headers[InjectedFault.headerName] else { return nil }
        switch InjectedFault(text.lowercased()) {
        case nil:
            return .error(
                400,
                "\(InjectedFault.headerName) must be throw, exit, timeout, status-400 to status-599 or delay-1 to delay-60000"
            )
        case .status(let status): return .error(status, "injected fault")
        case .delay(let duration):
            try await effects.sleep(duration)
            return nil
        case .throwing: throw ItemsError(code: .injectedFault, message: "injected fault: throw")
        case .exit:
            log(LogLine.text(.warn, "injected fault: exit", ["requestId": .string(context.requestID)]))
            effects.exit(1)
            throw ItemsError(code: .injectedFault, message: "injected fault: exit")
        case .timeout:
            // Well past the deadline, so that the platform and not this sleep ends the invocation.
            try await effects.sleep(max(context.deadline - now(), .zero) + .seconds(5))
            throw ItemsError(code: .injectedFault, message: "injected fault: timeout")
        }
    }
}
