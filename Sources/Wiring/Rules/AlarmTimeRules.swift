/// Does an alarm react in time, and does silence mean what it should?
enum AlarmTimeRules {
    static let all = [slow, datapoints, missingData, resolution]

    static let slow = WiringRule(
        "alarm.slow", .advice, "an alarm rings within an hour",
        because: "M breaching periods must pass before an alarm of M out of N rings; users wait as long."
    ) { subject, promises in
        subject.alarms.compactMap { alarm in
            guard let seconds = alarm.firingSeconds, seconds >= 3600, promises.alarm(for: alarm) == nil else {
                return nil
            }
            return WiringRule.Sighting(
                WiringPlace(alarm.logicalID, "Period"),
                "alarm \(alarm.name) rings after \(Words.duration(seconds: seconds)) of failing at the earliest",
                remedy: "shorten Period or DatapointsToAlarm")
        }
    }

    static let datapoints = WiringRule(
        "alarm.datapoints", .advice, "one burst of failures is enough to ring",
        because: "An alarm that needs several breaching periods sleeps through everything shorter than them together."
    ) { subject, _ in
        subject.eachPlain { alarm, watched, metric, comparison, _ in
            guard metric.kind == .failureFlag || metric.kind == .failureCount, comparison.isUpper, alarm.needed > 1,
                watched.statistic == "Sum"
            else { return [] }
            return [
                WiringRule.Sighting(
                    WiringPlace(
                        alarm.logicalID, alarm.datapointsToAlarm == nil ? "EvaluationPeriods" : "DatapointsToAlarm"),
                    "alarm \(alarm.name) needs \(alarm.needed) breaching periods of \(watched.periodSeconds ?? 60) s: one burst of failures goes unseen",
                    remedy: "set DatapointsToAlarm to 1, or watch a rate (Average)")
            ]
        }
    }

    static let missingData = WiringRule(
        "alarm.missingData", .error, "silence is treated as what it means",
        because: "Metrics of failures have no datapoints while nobody asks. Treated as breaching, an alarm rings every "
            + "quiet night; left as missing or ignored, it does not say that all is well again. Where silence is the "
            + "failure, it must breach."
    ) { subject, _ in
        subject.eachPlain { alarm, _, metric, comparison, _ in
            func sighting(_ words: String, _ remedy: String, _ severity: WiringSeverity) -> [WiringRule.Sighting] {
                [
                    WiringRule.Sighting(
                        WiringPlace(alarm.logicalID, "TreatMissingData"),
                        "alarm \(alarm.name) treats missing data as \(alarm.treatMissingData): \(words)",
                        remedy: "set TreatMissingData: \(remedy)", severity: severity)
                ]
            }
            switch (metric.kind, comparison.isUpper, alarm.treatMissingData) {
            case (.failureFlag, true, "breaching"), (.failureCount, true, "breaching"), (.latency, true, "breaching"),
                (.backlog, true, "breaching"):
                return sighting("it rings whenever nobody sends a request", "notBreaching", .error)
            case (.failureFlag, true, "ignore"), (.failureCount, true, "ignore"):
                return sighting("once it has rung it stays so until somebody sends a request", "notBreaching", .advice)
            case (.failureFlag, true, "missing"), (.failureCount, true, "missing"):
                return sighting(
                    "without traffic it says INSUFFICIENT_DATA, neither good nor bad", "notBreaching", .advice)
            case (.traffic, false, "notBreaching"), (.traffic, false, "ignore"):
                return sighting("no traffic at all, the worst case, does not ring", "breaching", .error)
            default: return []
            }
        }
    }

    static let resolution = WiringRule(
        "alarm.resolution", .advice, "an alarm's period is no shorter than the metric's minute",
        because: "The services publish once a minute: shorter periods are empty most of the time."
    ) { subject, _ in
        subject.eachMetric { alarm, watched in
            guard let period = watched.periodSeconds, period < 60, MetricCatalogue.metric(watched) != nil else {
                return []
            }
            return [
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, path: watched.path + ["Period"]),
                    "alarm \(alarm.name) looks at \(period) s of \(watched.identity.name), which comes once a minute",
                    remedy: "use a Period of 60 s or more")
            ]
        }
    }
}

extension AlarmDefinition {
    /// How long failures must go on until it rings, without the metric's delay; nil beyond all numbers.
    var firingSeconds: Int? { Self.product(needed, periodSeconds) }

    /// How long failures must be over until it is OK again; nil beyond all numbers.
    var clearingSeconds: Int? { Self.product(max(1, (evaluationPeriods ?? 1) - needed + 1), periodSeconds) }

    private static func product(_ left: Int, _ right: Int) -> Int? {
        let (value, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? nil : value
    }
}
