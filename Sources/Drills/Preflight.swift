import AWSClients
import ScenarioModel
import Timekeeping

/// One request before the first: a stack whose handlers do not start is told at once, not by a run full of errors.
struct Preflight: Sendable {
    var scenario: Scenario
    var target: Target
    var client: ProbeClient

    /// - Throws: `DrillError` with the function's last words when its API answers with a server error.
    func check() async throws(DrillError) {
        guard let stack = target.stack, let aws = target.aws, let step = scenario.flows.first?.steps.first,
            let method = stack.method("GET", path: "/") ?? stack.method(step.method, path: step.url.source)
        else { return }
        // Health where there is one: nothing is written then.
        let probe = method.path == "/" ? Step(method: "GET", url: Template(literal: "/"), name: "preflight") : step
        let since = target.clock.now() - .seconds(1)
        let answer = try await client.send(probe)
        guard answer.response.status >= 500 else { return }
        let function = stack.function(behind: method)
        let logs = LogsClient(connection: aws)
        let lines = (try? await logs.events(group: function?.logGroup ?? "", since: since)) ?? []
        let words = lines.suffix(6).map { "  " + $0.message.trimmingTrailingNewlines }.joined(separator: "\n")
        throw DrillError(
            code: .unreachable,
            message:
                "\(answer.request.method) \(answer.request.url) answered \(answer.response.status) before any load: "
                + "the function \(function?.name ?? "behind it") does not work"
                + (words.isEmpty ? ", and its log is empty" : ". Its log ends with:\n\(words)"))
    }
}

extension String {
    fileprivate var trimmingTrailingNewlines: String {
        var text = self[...]
        while text.last?.isNewline == true { text.removeLast() }
        return String(text)
    }
}
