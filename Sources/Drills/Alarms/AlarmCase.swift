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
    /// What it takes by its definition.
    var outcome: AlarmPrediction.Outcome
    /// What is sent for it: as predicted, or what the scenario allows of it; nil when nothing is.
    var prediction: AlarmPrediction?
    /// Broken wiring found in the definition, and why it cannot be drilled.
    var findings: [Finding]

    var allowed: Int { specification.expect.maximumFailures ?? Self.defaultMaximumFailures }

    /// Whether its fault changes a function for as long as it lasts.
    var misconfigures: Bool {
        if case .throttle = specification.fault { true } else { false }
    }

    /// Whether traffic can be worked out for it at all.
    var isObscure: Bool {
        if case .obscure = outcome { true } else { false }
    }

    init(
        alarm: MetricAlarm, specification: AlarmDrillSpecification, stack: StackMap,
        healthy: TrafficEffect = TrafficEffect()
    ) {
        self.alarm = alarm
        self.specification = specification
        effect = FaultEffect(of: specification.fault, in: stack)
        outcome = AlarmPrediction.predict(alarm, fault: effect.traffic, healthy: healthy)
        if case .automatic = specification.fault, case .notMoved = outcome {
            outcome = .obscure(
                AlarmObscurity(
                    reason: "watches \(alarm.watchedText), for which no fault is known",
                    remedy: "state one under fault, allow more with --allow-misconfigure, or take lower evidence with "
                        + "--shadow-metrics or --force-state"))
        }
        findings = []
        if case .notMoved = outcome { prediction = unmoved(healthy) }
        if case .predicted(let predicted) = outcome { prediction = predicted.capped(at: allowed, alarm) }
        addFindings()
    }

    /// A fault that does not move the alarm is sent all the same where its number is known: the silence is the evidence.
    private func unmoved(_ healthy: TrafficEffect) -> AlarmPrediction? {
        guard let signal = try? AlarmSignal(alarm) else { return nil }
        var moving = effect.traffic
        for metric in signal.metrics { moving.samples[metric] = 1 }
        guard case .predicted(let assumed) = AlarmPrediction.predict(alarm, fault: moving, healthy: healthy),
            !assumed.budget.isRatio
        else { return nil }
        return assumed.capped(at: allowed, alarm)
    }

    private mutating func addFindings() {
        func add(_ id: String, _ message: String, _ remedy: String) {
            findings.append(
                Finding(id: id, resource: alarm.name, message: "alarm \(alarm.name) \(message)", remedy: remedy))
        }
        switch outcome {
        case .obscure(let obscurity): add("alarm.undrillable", obscurity.reason, obscurity.remedy)
        case .alwaysOn:
            add(
                "alarm.alwaysOn", "rings at \(alarm.threshold) with \(alarm.comparison): healthy service breaches it",
                "raise the threshold above what healthy service shows")
        case .unreachable(let reason):
            add("alarm.unreachable", reason, "correct its threshold, its comparison or its treatment of missing data")
        case .notMoved:
            add(
                "alarm.notMoved",
                "watches \(alarm.watchedText), which its fault (\(effect.description)) does not move",
                "watch \(moved), or state the fault that this alarm is for")
        case .predicted(let predicted):
            guard predicted.failing > allowed else { break }
            let span = alarm.periodSeconds * predicted.periods
            add(
                "alarm.threshold",
                "rings only at \(predicted.failing) failures in \(span) s; the scenario wants it to ring at \(allowed)",
                "lower the alarm's threshold \(alarm.threshold), or raise the scenario's expect.failures")
        }
    }

    /// The most telling of the metrics that the fault moves.
    private var moved: String {
        let errors = effect.moved.filter { $0.name.contains("Error") }.sorted { $0.description < $1.description }
        return errors.first { !$0.dimensions.isEmpty && $0.dimensions.count <= 2 }?.description
            ?? "a metric that it moves"
    }
}

extension AlarmPrediction {
    /// As many failing requests as are allowed over all periods, and the datapoints that they make.
    fileprivate func capped(at allowed: Int, _ alarm: MetricAlarm) -> AlarmPrediction? {
        guard failing > allowed else { return self }
        let share = allowed / periods
        guard share > 0, !budget.isRatio else { return nil }
        var capped = self
        // A sum: each failing request has its share of it.
        func burst(_ failing: Int) -> FaultBudget.Burst {
            let each = (budget.at.value ?? 0) / Double(max(1, budget.at.failing))
            return .init(failing: failing, healthy: 0, value: each * Double(failing))
        }
        capped.budget = FaultBudget(below: burst(share - 1), at: burst(share), isRatio: false)
        return capped
    }
}

extension MetricAlarm {
    /// What the alarm watches: a metric, or the expression and its metrics.
    var watchedText: String {
        if let metric { return metric.description }
        let expression = queries.first { $0.returnsData }?.expression ?? queries.compactMap(\.expression).first
        let metrics = queries.compactMap { query in query.metric.map { "\(query.id) = \($0)" } }
        return ([expression ?? "metric math"] + metrics).joined(separator: ", ")
    }

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
