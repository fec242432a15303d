import AWSClients
import LoadMetrics
import ScenarioModel
import Wildcards

/// What a scenario asks of a stack's alarms: the cases, their plan, and what is missing.
struct AlarmPreparation {
    var cases: [AlarmCase] = []
    var plan: AlarmPlan
    /// A request that is all right; nil when the scenario has none.
    var healthy: Step?
    /// Patterns that no alarm's name meets.
    var findings: [Finding] = []
    /// Alarms that no pattern names.
    var undrilled: [String] = []

    init(scenario: Scenario, stack: StackMap, options: DrillOptions) {
        healthy = scenario.stream?.write ?? scenario.cache?.write ?? scenario.flows.first?.steps.first
        let effect = healthy.map { TrafficEffect(healthy: $0, in: stack) } ?? TrafficEffect()
        for specification in scenario.alarms {
            let pattern = WildcardPattern(specification.namePattern)
            let matching = stack.alarms.filter { pattern.matches($0.name) }
            for alarm in matching where !cases.contains(where: { $0.alarm.name == alarm.name }) {
                var chosen = specification
                chosen.fault = FaultChoice.resolved(specification.fault, for: alarm, in: stack, options: options)
                cases.append(AlarmCase(alarm: alarm, specification: chosen, stack: stack, healthy: effect))
            }
            guard matching.isEmpty else { continue }
            let names = stack.alarms.map(\.name).joined(separator: ", ")
            findings.append(
                Finding(
                    id: "alarm.missing", resource: specification.namePattern,
                    message: "no alarm of the stack is named \(specification.namePattern); it has: \(names)",
                    remedy: "create the alarm, or correct the pattern in the scenario's alarms"))
        }
        let named = Set(cases.map(\.alarm.name))
        undrilled = stack.alarms.map(\.name).filter { !named.contains($0) }
        plan = AlarmPlan(cases: cases, healthy: effect)
    }
}
