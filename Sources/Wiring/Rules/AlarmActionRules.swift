import Wildcards

/// Does an alarm tell anybody?
enum AlarmActionRules {
    static let all = [action, disabled, target]

    static let action = WiringRule(
        "alarm.action", .advice, "an alarm tells somebody",
        because: "An alarm without an action turns red on a page that nobody looks at."
    ) { subject, promises in
        subject.alarms.compactMap { alarm in
            guard alarm.alarmActions.isEmpty, !subject.isFollowed(alarm) else { return nil }
            return WiringRule.Sighting(
                WiringPlace(alarm.logicalID, "AlarmActions"),
                "alarm \(alarm.name) tells nobody: it has no alarm action",
                remedy: "give it an AlarmActions entry, such as a topic's ARN",
                severity: promises.alarm(for: alarm)?.needsAction == true ? .error : nil)
        }
    }

    static let disabled = WiringRule(
        "alarm.disabled", .error, "an alarm's actions are enabled",
        because: "An alarm with actions looks as if it told somebody; with ActionsEnabled off it does not."
    ) { subject, _ in
        let alarms = subject.alarms.map { ($0.logicalID, $0.name, $0.actionsEnabled, $0.alarmActions) }
        let composites = subject.composites.map { ($0.logicalID, $0.name, $0.actionsEnabled, $0.alarmActions) }
        return (alarms + composites).compactMap { logicalID, name, enabled, actions in
            guard !enabled, !actions.isEmpty else { return nil }
            return WiringRule.Sighting(
                WiringPlace(logicalID, "ActionsEnabled"), "alarm \(name) tells nobody: its actions are disabled",
                remedy: "set ActionsEnabled: true")
        }
    }

    static let target = WiringRule(
        "alarm.topic", .error, "an alarm's actions point at something that exists and lets CloudWatch in",
        because: "CloudWatch takes any ARN as an action; one that leads nowhere fails silently when the alarm rings."
    ) { subject, promises in
        let alarms = subject.alarms.map { alarm in
            (alarm.logicalID, alarm.name, alarm.alarmActions, promises.alarm(for: alarm)?.needsAction == true)
        }
        let composites = subject.composites.map { ($0.logicalID, $0.name, $0.alarmActions, false) }
        return (alarms + composites).flatMap { logicalID, name, actions, mustArrive in
            actions.enumerated().compactMap { index, action in
                problem(with: action, in: subject, mustArrive: mustArrive).map { words, remedy, severity in
                    WiringRule.Sighting(
                        WiringPlace(logicalID, "AlarmActions", String(index)), "alarm \(name) \(words)", remedy: remedy,
                        severity: severity)
                }
            }
        }
    }

    private static func problem(
        with action: String, in subject: WiringSubject, mustArrive: Bool
    ) -> (String, String, WiringSeverity?)? {
        if subject.topics.contains(where: { $0.arn == action }) { return nil }
        let parts = action.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 6, parts[0] == "arn" else {
            return (
                "has the action \(action), which is no ARN",
                "give the ARN of a topic, of a function, or of what else it is to start", nil
            )
        }
        switch parts[2] {
        case "sns":
            if parts[3] != subject.region {
                return (
                    "publishes to \(action) in \(parts[3]), and CloudWatch publishes only within the alarm's region, \(subject.region)",
                    "use a topic of the alarm's region", nil
                )
            }
            if subject.missingTopics.contains(action) {
                return (
                    "publishes to \(action), and there is no such topic", "point AlarmActions at a topic that exists",
                    nil
                )
            }
            if subject.foundTopics.contains(action) { return nil }
            let own =
                subject.topics.isEmpty
                ? "" : "; the stack's own is \(subject.topics.map(\.name).joined(separator: ", "))"
            return (
                "publishes to \(action), which is no topic of this stack\(own)",
                "point AlarmActions at the stack's topic, or check that the other one exists and lets CloudWatch publish",
                mustArrive && !subject.topics.isEmpty ? .error : .advice
            )
        case "lambda":
            guard let function = subject.function(named: action) else { return nil }
            let permitted = subject.permissions.contains { permission in
                permission.principal == "lambda.alarms.cloudwatch.amazonaws.com"
                    && function.answers(to: permission.function)
            }
            return permitted
                ? nil
                : (
                    "invokes \(function.name), which does not let CloudWatch's alarms in",
                    "add an AWS::Lambda::Permission for lambda.alarms.cloudwatch.amazonaws.com", nil
                )
        default: return nil
        }
    }
}

extension WiringSubject {
    /// Whether a composite alarm that tells somebody rings with this one.
    func isFollowed(_ alarm: AlarmDefinition) -> Bool {
        composites.contains { $0.follows(alarm) && $0.actionsEnabled && !$0.alarmActions.isEmpty }
    }
}

extension WiringPromises {
    /// What the scenario expects of an alarm, by its name.
    func alarm(for alarm: AlarmDefinition) -> Alarm? {
        alarms.first { WildcardPattern($0.pattern).matches(alarm.name) }
    }
}
