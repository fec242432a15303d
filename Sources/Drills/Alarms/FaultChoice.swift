import AWSClients
import ScenarioModel

/// Which fault rings an alarm, chosen from what it watches where the scenario names none.
enum FaultChoice {
    /// The scenario's fault, or the gentlest one that moves the alarm's metric.
    static func resolved(
        _ fault: AlarmFault, for alarm: MetricAlarm, in stack: StackMap, options: DrillOptions
    ) -> AlarmFault {
        guard case .automatic = fault else { return fault }
        let metrics = (try? AlarmSignal(alarm))?.metrics ?? []
        return metrics.lazy.compactMap { choice(for: $0, of: alarm, in: stack, options: options) }.first ?? .automatic
    }

    private static func choice(
        for metric: MetricIdentity, of alarm: MetricAlarm, in stack: StackMap, options: DrillOptions
    ) -> AlarmFault? {
        let function = stack.functions.first { $0.name == metric.dimensions["FunctionName"] }
        switch (metric.namespace, metric.name) {
        case ("AWS/ApiGateway", "4XXError"):
            // A resource that does not exist: no code runs, nothing is written, nothing is cached.
            if metric.dimensions["Resource"] == nil { return .request(unknownRoute) }
            return nil
        case ("AWS/ApiGateway", "5XXError"):
            guard let step = uncached(metric, stack) else { return nil }
            return options.misconfigures ? .throttle(step) : .header(step, value: "status-500")
        case ("AWS/Lambda", "Errors"):
            return function.map { .invocation(function: $0.name, payload: AlarmFault.poison) }
        case ("AWS/Lambda", "Throttles"):
            guard options.misconfigures, let step = uncached(metric, stack) else { return nil }
            return .throttle(step)
        case ("AWS/Lambda", "Duration"), ("AWS/ApiGateway", "Latency"), ("AWS/ApiGateway", "IntegrationLatency"):
            return delay(metric, alarm, stack)
        default: return nil
        }
    }

    /// An answer that is right and comes too late, by a quarter and a little more than the alarm allows.
    private static func delay(_ metric: MetricIdentity, _ alarm: MetricAlarm, _ stack: StackMap) -> AlarmFault? {
        guard alarm.threshold > 0, alarm.threshold < 20_000,
            let step = uncached(metric, stack, where: { $0.httpMethod == "GET" && $0.pathParameters.isEmpty }),
            let function = stack.method(step.method, path: step.url.source).flatMap(stack.function(behind:))
        else { return nil }
        let milliseconds = Int(alarm.threshold * 1.25) + 100
        // A function that is ended by its time-out answers with an error, not late.
        guard milliseconds < function.timeoutSeconds * 1000 else { return nil }
        return .header(step, value: "delay-\(milliseconds)")
    }

    private static var unknownRoute: Step {
        Step(
            method: "GET", url: Template(uuidsAnd: [.literal("/firedrill-"), .expression(.uuid)]),
            name: "a resource that does not exist")
    }

    /// A request to a method that no cache answers, with fresh ids, of the function that the metric names.
    private static func uncached(
        _ metric: MetricIdentity, _ stack: StackMap, where fits: (APIMethod) -> Bool = { _ in true }
    ) -> Step? {
        let method = stack.methods.first { method in
            guard fits(method), !stack.caches(method), method.httpMethod != "OPTIONS",
                let function = stack.function(behind: method)
            else { return false }
            if let name = metric.dimensions["FunctionName"], name != function.name { return false }
            if let path = metric.dimensions["Resource"], metric.namespace == "AWS/ApiGateway" {
                return path == method.path && metric.dimensions["Method"] == method.httpMethod
            }
            return true
        }
        guard let method else { return nil }
        var pieces: [Template.Piece] = []
        for segment in method.path.split(separator: "/") {
            pieces.append(.literal("/"))
            pieces.append(segment.hasPrefix("{") ? .expression(.uuid) : .literal(String(segment)))
        }
        return Step(
            method: method.httpMethod == "ANY" ? "GET" : method.httpMethod,
            url: Template(uuidsAnd: pieces.isEmpty ? [.literal("/")] : pieces), name: "fault")
    }
}
