/// How bad broken wiring is.
package enum WiringSeverity: String, Sendable, Codable, Comparable {
    /// Worth changing, but failures still show.
    case advice
    /// A failure would go unseen, wrong answers would be served, or healthy service would ring.
    case error

    package static func < (left: WiringSeverity, right: WiringSeverity) -> Bool { left == .advice && right == .error }
}

/// One thing that must be right in a stack's wiring, as a value: what it looks for, and what to tell of it.
package struct WiringRule: Sendable {
    /// Stable, for programs: `alarm.dimension`.
    package var id: String
    /// What a sighting is where it does not say otherwise.
    package var severity: WiringSeverity
    /// What must hold, in one line.
    package var title: String
    /// Why it matters, in one or two sentences.
    package var reason: String
    package var judge: @Sendable (WiringSubject, WiringPromises) -> [Sighting]

    /// One place where the rule does not hold.
    package struct Sighting: Sendable, Equatable {
        package var place: WiringPlace
        /// What is wrong, in one sentence, with names and figures.
        package var message: String
        /// What to do about it.
        package var remedy: String
        /// Where it differs from the rule's own.
        package var severity: WiringSeverity?

        package init(_ place: WiringPlace, _ message: String, remedy: String, severity: WiringSeverity? = nil) {
            self.place = place
            self.message = message
            self.remedy = remedy
            self.severity = severity
        }
    }

    init(
        _ id: String, _ severity: WiringSeverity, _ title: String, because reason: String,
        judge: @escaping @Sendable (WiringSubject, WiringPromises) -> [Sighting]
    ) {
        self.id = id
        self.severity = severity
        self.title = title
        self.reason = reason
        self.judge = judge
    }
}

/// A place where the wiring is not right.
package struct WiringFinding: Sendable, Equatable {
    /// The rule's id.
    package var id: String
    package var severity: WiringSeverity
    package var place: WiringPlace
    package var message: String
    package var reason: String
    package var remedy: String
}

/// All rules, by family.
package enum WiringRules {
    package static let all: [WiringRule] =
        AlarmMetricRules.all + AlarmReachRules.all + AlarmShapeRules.all + AlarmTimeRules.all + AlarmActionRules.all
        + TopicRules.all + WatchRules.all + PromisedAlarmRules.all + MappingRules.all + CacheRules.all + StageRules.all
        + MethodRules.all + FunctionRules.all + RoleRules.all + LogRules.all + ResourceRules.all

    /// Ids of rules that speak of alarms: a scenario without alarms does not ask them.
    private static func isOfAlarms(_ id: String) -> Bool { id.hasPrefix("alarm.") || id.hasPrefix("topic.") }

    /// What is wrong with a stack, errors first, then in the order of the rules.
    package static func findings(
        in subject: WiringSubject, promises: WiringPromises = .none
    ) -> [WiringFinding] {
        let asked = all.filter { rule in
            (promises.judgesAlarms || !isOfAlarms(rule.id)) && !subject.unjudgedRules.contains(rule.id)
        }
        let found = asked.flatMap { rule in
            rule.judge(subject, promises).map { sighting in
                WiringFinding(
                    id: rule.id, severity: sighting.severity ?? rule.severity, place: sighting.place,
                    message: sighting.message, reason: rule.reason, remedy: sighting.remedy)
            }
        }
        var unique: [WiringFinding] = []
        for finding in found where !unique.contains(finding) { unique.append(finding) }
        return unique.filter { $0.severity == .error } + unique.filter { $0.severity == .advice }
    }
}
