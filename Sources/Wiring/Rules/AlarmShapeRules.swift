import StackTemplate

/// Is an alarm's definition one that CloudWatch takes?
///
/// Source: "PutMetricAlarm" of the CloudWatch API reference.
enum AlarmShapeRules {
    static let all = [valid, duplicate, math]

    static let valid = WiringRule(
        "alarm.invalid", .error, "CloudWatch takes an alarm's definition",
        because: "CloudFormation passes the definition on; what CloudWatch refuses ends the deployment half way."
    ) { subject, _ in
        subject.alarms.flatMap { alarm in
            problems(of: alarm).map { path, words, remedy in
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, path: path), "alarm \(alarm.name): \(words)", remedy: remedy)
            }
        }
    }

    private static func problems(of alarm: AlarmDefinition) -> [([String], String, String)] {
        var problems: [([String], String, String)] = []
        let comparisons =
            AlarmComparison.allCases.map(\.rawValue) + [
                "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold",
            ]
        if !comparisons.contains(alarm.comparison) {
            problems.append(
                (
                    ["ComparisonOperator"],
                    "there is no comparison \(alarm.comparison)"
                        + NearestName.hint(alarm.comparison, among: comparisons), "name one of CloudWatch's comparisons"
                ))
        }
        if alarm.threshold == nil, alarm.thresholdMetricID == nil {
            problems.append((["Threshold"], "it has no threshold that is a number", "give it a Threshold"))
        }
        let treatments = ["breaching", "notBreaching", "ignore", "missing"]
        if !treatments.contains(alarm.treatMissingData) {
            problems.append(
                (
                    ["TreatMissingData"],
                    "missing data cannot be treated as \(alarm.treatMissingData)"
                        + NearestName.hint(alarm.treatMissingData, among: treatments),
                    "use one of \(treatments.joined(separator: ", "))"
                ))
        }
        let periods = alarm.evaluationPeriods ?? 0
        if periods < 1 {
            problems.append((["EvaluationPeriods"], "it evaluates \(periods) periods", "give it at least 1"))
        }
        if let needed = alarm.datapointsToAlarm, needed < 1 || needed > max(periods, 1) {
            problems.append(
                (
                    ["DatapointsToAlarm"], "\(needed) of \(periods) periods cannot breach",
                    "make DatapointsToAlarm 1 to EvaluationPeriods"
                ))
        }
        for watched in alarm.metrics where watched.hasNamelessDimension {
            problems.append(
                (
                    watched.metricPath + ["Dimensions"], "a dimension has no name or no value",
                    "give it both, or take it out"
                ))
        }
        for watched in alarm.metrics {
            guard let period = watched.periodSeconds else {
                problems.append((watched.path + ["Period"], "it has no period", "give it a Period of 60 s or more"))
                continue
            }
            if ![10, 20, 30].contains(period), period < 60 || period % 60 != 0 {
                problems.append(
                    (
                        watched.path + ["Period"], "\(period) s is no period",
                        "use 10, 20, 30 or a multiple of 60 seconds"
                    ))
            } else {
                let longest = period >= 3600 ? 604_800 : 86_400
                if period.multipliedReportingOverflow(by: periods).overflow || period * periods > longest {
                    problems.append(
                        (
                            ["EvaluationPeriods"],
                            "\(periods) periods of \(period) s are longer than \(Words.duration(seconds: longest))",
                            "shorten the period or evaluate fewer"
                        ))
                }
            }
            if AlarmStatistic(watched.statistic) == .unknown {
                problems.append(
                    (
                        watched.path + ["Statistic"], "there is no statistic \(watched.statistic)",
                        "use Sum, Average or a percentile such as p99"
                    ))
            }
        }
        return problems
    }

    static let duplicate = WiringRule(
        "alarm.duplicate", .error, "every alarm has a name of its own",
        because:
            "Names are unique in an account and region: a second alarm of a name is refused or takes the first one's "
            + "place."
    ) { subject, _ in
        var seen: [String: String] = [:]
        return subject.alarms.compactMap { alarm in
            guard let first = seen[alarm.name] else {
                seen[alarm.name] = alarm.logicalID
                return nil
            }
            return WiringRule.Sighting(
                WiringPlace(alarm.logicalID, "AlarmName"),
                "\(first) and \(alarm.logicalID) are both named \(alarm.name)",
                remedy: "give each alarm a name of its own")
        }
    }

    static let math = WiringRule(
        "alarm.math", .error, "metric math compares exactly one result of queries that exist",
        because:
            "CloudWatch refuses an alarm whose expressions give no result, or several, or ask for ids that no query has."
    ) { subject, _ in
        subject.alarms.flatMap { alarm -> [WiringRule.Sighting] in
            guard !alarm.queryIDs.isEmpty else { return [] }
            func sighting(_ words: String, _ remedy: String) -> WiringRule.Sighting {
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, "Metrics"), "alarm \(alarm.name): \(words)", remedy: remedy)
            }
            var sightings: [WiringRule.Sighting] = []
            let compared = alarm.returned.filter { $0 != alarm.thresholdMetricID }
            if compared.count != 1 {
                sightings.append(
                    sighting(
                        "\(compared.count) of its queries return data to compare",
                        "set ReturnData: false on all queries but one"))
            }
            for (id, expression) in alarm.expressions.sorted(by: { $0.key < $1.key }) {
                // Ids begin with a lower-case letter; functions and keywords are written in capitals.
                let words = expression.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
                for word in words
                where word.first?.isLowercase == true && !alarm.queryIDs.contains(word)
                    && !expression.contains("'") && !expression.contains("\"")
                {
                    sightings.append(
                        sighting(
                            "the expression \(id) asks for \(word), which no query is called\(NearestName.hint(word, among: alarm.queryIDs))",
                            "use the Id of one of the alarm's queries"))
                }
            }
            return sightings
        }
    }
}
