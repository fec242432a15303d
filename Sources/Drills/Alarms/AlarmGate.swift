import AWSClients
import AWSQueryClients
package import ScenarioModel

/// Looks before the first request whether the alarm drill may be carried out at all.
package struct AlarmGate: Sendable {
    private var scenario: Scenario
    private var target: Target
    private var options: DrillOptions

    package init(scenario: Scenario, target: Target, options: DrillOptions) {
        self.scenario = scenario
        self.target = target
        self.options = options
    }

    /// - Returns: who would be told, a line each.
    /// - Throws: `DrillError` that names the flag which allows what is refused.
    package func pass() async throws(DrillError) -> [String] {
        guard let stack = target.stack, let connection = target.aws, !scenario.alarms.isEmpty else { return [] }
        let preparation = AlarmPreparation(scenario: scenario, stack: stack, options: options)
        let failing = preparation.plan.failingRequests
        guard failing <= options.maximumFailingRequests else {
            throw DrillError(
                code: .configuration,
                message:
                    "the drill would send \(failing) failing requests, more than the \(options.maximumFailingRequests) "
                    + "that are allowed: raise --max-failing-requests, or drill fewer alarms")
        }
        if let refusal = preparation.cases.lazy.compactMap({ Self.cachedFault($0, stack) }).first {
            throw DrillError(code: .configuration, message: refusal)
        }
        guard target.outlivesRun else { return [] }
        let description = try await aws { () async throws(AWSCallError) in
            try await CloudFormationClient(connection: connection).stack(named: stack.stackName)
        }
        if let sign = ProductionGate.sign(description, stage: stack.stage.name), !options.ownsProduction {
            throw DrillError(
                code: .configuration,
                message:
                    "the stack \(stack.stackName) looks like production: \(sign). A drill makes real failures; allow it "
                    + "with --i-own-this-production")
        }
        let gate = try await PagingGate.read(preparation.cases.map(\.alarm), connection)
        let isEmulated = !(target.clock is RealClock)
        if let refusal = gate.refusal(options, isEmulated: isEmulated) {
            throw DrillError(code: .configuration, message: refusal)
        }
        return gate.listeners.map { "will be told: \($0.text)" }
    }

    /// Why a fault would leave an error answer in the stage's cache for real users; nil when it would not.
    static func cachedFault(_ subject: AlarmCase, _ stack: StackMap) -> String? {
        guard let step = subject.specification.fault.step,
            let method = stack.method(step.method, path: step.url.source),
            stack.caches(method), step.url.constant != nil
        else { return nil }
        return
            "the fault for \(subject.alarm.name), \(step.method) \(step.url.source), goes through the stage's cache: its error "
            + "could be served to others. State it on a method that is not cached, or with a fresh id ({{ uuid }})"
    }

    /// What the alarm drill would do, a line each; nothing is sent.
    package func forecast() -> [String] {
        guard let stack = target.stack else { return ["a bare URL has no alarms to drill"] }
        let preparation = AlarmPreparation(scenario: scenario, stack: stack, options: options)
        let timing: MetricTiming = target.clock is RealClock ? .deployed : .emulated
        return preparation.findings.map(\.message) + DrillForecast(preparation.plan, timing: timing).text
            + preparation.undrilled.map { "not drilled: \($0)" }
    }
}
