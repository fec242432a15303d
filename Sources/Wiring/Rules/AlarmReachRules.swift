import AWSClients

/// Can the failure that an alarm is for reach its threshold, and does healthy service stay away from it?
///
/// Judged are alarms on one metric that is known here; what metric math comes to only traffic shows.
enum AlarmReachRules {
    static let all = [statistic, alwaysOn, unreachable]

    static let statistic = WiringRule(
        "alarm.statistic", .error, "an alarm's statistic tells failures from traffic",
        because: "On a metric of zeros and ones Sum counts the failures and Average is their share. Another statistic "
            + "counts good requests too, or moves only when everything fails."
    ) { subject, _ in
        subject.eachPlain { alarm, watched, metric, comparison, threshold in
            let statistic = AlarmStatistic(watched.statistic)
            func sighting(_ words: String, _ remedy: String, _ severity: WiringSeverity? = nil) -> WiringRule.Sighting {
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, path: watched.path + ["Statistic"]),
                    "alarm \(alarm.name) takes the \(watched.statistic) of \(metric.name): \(words)", remedy: remedy,
                    severity: severity)
            }
            switch (metric.kind, statistic) {
            case (.failureFlag, .sampleCount):
                return [sighting("that counts all requests, failed or not", "use Sum, or Average for a rate")]
            case (.failureFlag, .minimum) where comparison.isUpper:
                return [
                    sighting(
                        "that is 0 as soon as one request succeeds, so only a total failure rings",
                        "use Sum, or Average for a rate")
                ]
            case (.failureFlag, .average)
            where comparison.isUpper && threshold <= 1 && !comparison.breaches(0.99, threshold):
                return [
                    sighting(
                        "the threshold of \(Words.number(threshold)) is reached only when every request fails",
                        "use Sum with that threshold, or an Average such as 0.05")
                ]
            case (.failureFlag, .percentile(let share)) where comparison.isUpper && threshold <= 1:
                let failing = Words.number(100 - share)
                return [
                    sighting(
                        "of zeros and ones that is 1 only once more than \(failing) % of the requests fail",
                        "use Sum to count failures, or Average for their share", share > 90 ? .advice : nil)
                ]
            case (.latency, .sum), (.latency, .sampleCount), (.backlog, .sampleCount):
                return [sighting("that grows with traffic, not with slowness", "use a percentile, Average or Maximum")]
            case (.backlog, .sum):
                return [sighting("that adds up what was waiting at each look", "use Maximum", .advice)]
            case (.backlog, .minimum):
                return [sighting("one moment of calm in a period hides what waits", "use Maximum", .advice)]
            default: return []
            }
        }
    }

    static let alwaysOn = WiringRule(
        "alarm.alwaysOn", .error, "healthy service does not breach an alarm's threshold",
        because: "An alarm that rings while all is well is soon muted, and with it the failure that it was for."
    ) { subject, _ in
        subject.eachPlain { alarm, watched, metric, comparison, threshold in
            // A value that healthy service certainly shows.
            let healthy: Double? =
                switch metric.kind {
                case .failureFlag, .failureCount, .backlog: AlarmStatistic(watched.statistic) == .sampleCount ? nil : 0
                // Nothing takes less than no time, and everything takes less than a day.
                case .latency: comparison.isUpper ? 0 : nil
                case .traffic: comparison.isUpper ? 0 : nil
                case .gauge: nil
                }
            let slow = metric.kind == .latency && !comparison.isUpper
            guard slow || healthy.map({ comparison.breaches($0, threshold) }) == true else { return [] }
            let condition = "\(comparison.symbol) \(Words.number(threshold))"
            return [
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, slow || !comparison.isUpper ? "ComparisonOperator" : "Threshold"),
                    "alarm \(alarm.name) rings on healthy service: \(watched.statistic) of \(metric.name) \(condition) "
                        + "holds \(slow ? "when answers are quick" : "without a single failure")",
                    remedy: comparison.isUpper
                        ? "raise the threshold above what healthy service shows"
                        : "compare with GreaterThanOrEqualToThreshold")
            ]
        }
    }

    static let unreachable = WiringRule(
        "alarm.unreachable", .error, "an alarm's threshold can be reached",
        because: "A threshold beyond what the metric can ever show is an alarm that never rings."
    ) { subject, _ in
        subject.eachPlain { alarm, watched, metric, comparison, threshold in
            let statistic = AlarmStatistic(watched.statistic)
            var bounds: (low: Double, high: Double, why: String) = (0, .infinity, "it is never below 0")
            if metric.kind == .failureFlag, statistic.keepsShare {
                bounds = (0, 1, "the \(watched.statistic) of zeros and ones is at most 1")
            } else if statistic != .sum, statistic != .sampleCount, let limit = subject.limit(of: watched) {
                bounds = (0, limit.value, limit.why)
            }
            let extreme = comparison.isUpper ? bounds.high : bounds.low
            guard !comparison.breaches(extreme, threshold) else { return [] }
            return [
                WiringRule.Sighting(
                    WiringPlace(alarm.logicalID, "Threshold"),
                    "alarm \(alarm.name) can never ring: \(watched.statistic) of \(metric.name) is never \(comparison.symbol) "
                        + "\(Words.number(threshold)), for \(bounds.why)",
                    remedy: "put the threshold within what the metric can show, or use Sum to count")
            ]
        }
    }
}

extension WiringSubject {
    /// What a rule sees in every alarm that compares one known metric with a number.
    func eachPlain(
        _ judge: (AlarmDefinition, WatchedMetric, PublishedMetric, AlarmComparison, Double) -> [WiringRule.Sighting]
    ) -> [WiringRule.Sighting] {
        alarms.flatMap { alarm -> [WiringRule.Sighting] in
            guard alarm.isPlain, let watched = alarm.metrics.first, let metric = MetricCatalogue.metric(watched),
                let comparison = AlarmComparison(rawValue: alarm.comparison), let threshold = alarm.threshold
            else { return [] }
            return judge(alarm, watched, metric, comparison, threshold)
        }
    }

    /// The greatest value of a measured metric that the stack's own settings allow.
    fileprivate func limit(of watched: WatchedMetric) -> (value: Double, why: String)? {
        let dimensions = watched.identity.dimensions
        switch (watched.identity.namespace, watched.identity.name) {
        case ("AWS/Lambda", "Duration"):
            guard let function = functions.first(where: { $0.name == dimensions["FunctionName"] }) else { return nil }
            return (
                Double(function.timeoutSeconds) * 1000,
                "the function is ended after \(function.timeoutSeconds) s, \(function.timeoutSeconds)000 ms"
            )
        case ("AWS/Lambda", "IteratorAge"):
            guard
                mappings.contains(where: {
                    $0.isStream && function(named: $0.function)?.name == dimensions["FunctionName"]
                })
            else { return nil }
            return (86_400_000, "a table's stream keeps its records for 24 hours, 86400000 ms")
        case ("AWS/SQS", "ApproximateAgeOfOldestMessage"):
            guard let queue = queues.first(where: { $0.name == dimensions["QueueName"] }) else { return nil }
            return (Double(queue.retentionSeconds), "the queue keeps its messages for \(queue.retentionSeconds) s")
        default: return nil
        }
    }
}

/// Figures in messages.
enum Words {
    static func number(_ value: Double) -> String { Int(exactly: value).map { String($0) } ?? "\(value)" }

    static func duration(seconds: Int) -> String {
        seconds % 3600 == 0 && seconds > 0
            ? "\(seconds / 3600) h" : seconds % 60 == 0 && seconds > 0 ? "\(seconds / 60) min" : "\(seconds) s"
    }
}
