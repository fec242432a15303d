import AWSClients
import LoadMetrics
import ScenarioModel

/// One alarm to drill: what its definition says it takes, and what the scenario allows.
struct AlarmCase: Equatable {
    /// Most failing requests for one alarm when the scenario names no number.
    static let defaultMaximumFailures = 100

    var alarm: MetricAlarm
    var specification: AlarmDrillSpecification
    var effect: FaultEffect
    /// Faults within one period that make a breaching datapoint; nil when traffic cannot be computed for this alarm.
    var needed: Int?
    /// Broken wiring found in the definition, and why it cannot be drilled.
    var findings: [Finding]

    var allowed: Int { specification.expect.maximumFailures ?? Self.defaultMaximumFailures }

    /// How many faults to send for it at the threshold, never more than the scenario allows.
    ///
    /// None where nothing can be computed: failures for nothing are no drill.
    var target: Int { needed.map { min($0, allowed) } ?? 0 }

    init(alarm: MetricAlarm, specification: AlarmDrillSpecification, stack: StackMap) {
        self.alarm = alarm
        self.specification = specification
        effect = FaultEffect(of: specification.fault, in: stack)
        needed = Self.faultsNeeded(alarm)
        findings = WiringFindings.alarm(alarm, in: stack)
        addFindings(stack)
    }

    /// The smallest number of faults, each adding 1, that breaches the threshold.
    static func faultsNeeded(_ alarm: MetricAlarm) -> Int? {
        guard alarm.statistic == "Sum", alarm.threshold.isFinite else { return nil }
        // Beyond any number of requests, and within what an integer holds.
        let threshold = min(max(alarm.threshold, -1), 1e9)
        switch alarm.comparison {
        case "GreaterThanOrEqualToThreshold": return max(0, Int(threshold.rounded(.up)))
        case "GreaterThanThreshold": return max(0, Int(threshold.rounded(.down)) + 1)
        default: return nil
        }
    }

    private mutating func addFindings(_ stack: StackMap) {
        func add(_ id: String, _ message: String, _ remedy: String) {
            findings.append(
                Finding(id: id, resource: alarm.name, message: "alarm \(alarm.name) \(message)", remedy: remedy))
        }
        guard let needed else {
            add(
                "alarm.undrillable",
                "uses \(alarm.statistic) with \(alarm.comparison): no traffic is computed for that yet",
                "drill it by hand, or watch the Sum")
            return
        }
        if needed == 0 {
            add(
                "alarm.alwaysOn", "rings at \(alarm.threshold) with \(alarm.comparison): healthy service breaches it",
                "raise the threshold above what healthy service shows")
        }
        if needed > allowed {
            add(
                "alarm.threshold",
                "rings only at \(needed) failures in \(alarm.periodSeconds) s; the scenario wants it to ring at \(allowed)",
                "lower the alarm's threshold \(alarm.threshold), or raise the scenario's expect.failures")
        }
        if alarm.datapointsToAlarm > 1 {
            add(
                "alarm.datapoints",
                "needs \(alarm.datapointsToAlarm) breaching periods of \(alarm.periodSeconds) s: one burst of failures goes unseen",
                "set DatapointsToAlarm to 1, or state a sustained fault")
        }
        if effect.contribution(to: alarm.metric) == 0 {
            let metric = alarm.metric?.description ?? "a metric expression"
            add(
                "alarm.notMoved", "watches \(metric), which its fault (\(effect.description)) does not move",
                "watch \(moved), or state the fault that this alarm is for")
        }
        if case .streamRecord = specification.fault { findings += WiringFindings.mappings(stack) }
    }

    /// The most telling of the metrics that the fault moves.
    private var moved: String {
        let stageOrFunction = effect.contributions.keys.sorted { $0.description < $1.description }
        return stageOrFunction.first { !$0.dimensions.isEmpty && $0.dimensions.count <= 2 }?.description
            ?? "a metric that it moves"
    }
}

extension MetricAlarm {
    /// `>= 10 in 1 of 2`.
    var conditionText: String {
        let symbols = [
            "GreaterThanOrEqualToThreshold": ">=", "GreaterThanThreshold": ">", "LessThanThreshold": "<",
            "LessThanOrEqualToThreshold": "<=",
        ]
        let limit = Int(exactly: threshold).map { String($0) } ?? "\(threshold)"
        return "\(symbols[comparison] ?? comparison) \(limit) in \(datapointsToAlarm) of \(evaluationPeriods)"
    }
}
