import LoadMetrics

/// Judges what probes and drills saw.
enum ObservationChecks {
    static func cache(_ cache: CacheObservation) -> [Check] {
        let promised = number(cache.promisedTTLSeconds)
        var checks: [Check] = []
        if cache.crossKeyReads > 0 {
            checks.append(
                Check(
                    id: "cache.bleed", kind: .cache, name: "each item its own entry",
                    verdict: cache.crossKeyBleed == 0 ? .pass : .fail, expected: "0 of \(cache.crossKeyReads) reads",
                    actual: "\(cache.crossKeyBleed) of \(cache.crossKeyReads) reads",
                    reason: cache.crossKeyBleed == 0
                        ? "every read answered with the item that was asked for"
                        : "reads answered with another item: the cache key lacks what tells the items apart"))
        }
        if cache.crossKeyBleed > 0 { return checks }
        if !cache.ages.isEmpty {
            let ttl = cache.ttlSeconds
            let holds = ttl.map {
                cache.promisedTTLSeconds >= $0.low - 0.2 && cache.promisedTTLSeconds <= $0.high + 0.2
            }
            let reason: String
            if let ttl {
                reason =
                    "entries are served up to an age of \(number(ttl.low)) s and refetched from \(number(ttl.high)) s on"
            } else if cache.ages.contains(where: \.hit) {
                reason = "no entry expired at the ages that were tried"
            } else {
                reason = "no entry was ever served from the cache"
            }
            checks.append(
                Check(
                    id: "cache.ttl", kind: .cache, name: "time to live", verdict: holds == true ? .pass : .fail,
                    expected: "\(promised) s",
                    actual: ttl.map { "\(number($0.low)) to \(number($0.high)) s" } ?? "not measurable", reason: reason)
            )
        }
        if let staleness = cache.staleness {
            let limit = cache.promisedTTLSeconds + 1
            let ends = staleness.freshAfterSeconds != nil && staleness.maxSeconds <= limit
            checks.append(
                Check(
                    id: "cache.staleness", kind: .cache, name: "staleness after a write", verdict: ends ? .pass : .fail,
                    expected: "at most \(number(limit)) s", actual: "\(number(staleness.maxSeconds)) s",
                    reason: staleness.freshAfterSeconds.map {
                        "the old value was served for up to \(number(staleness.maxSeconds)) s, the new one first at "
                            + "\(number($0)) s"
                    } ?? "the new value never appeared"))
        }
        return checks
    }

    static func stream(_ stream: StreamObservation) -> [Check] {
        let all = stream.written
        func check(_ id: String, _ name: String, _ count: Int, good: String, bad: String) -> Check {
            Check(
                id: "stream.\(id)", kind: .stream, name: name, verdict: count == 0 && all > 0 ? .pass : .fail,
                expected: "0 of \(all)", actual: "\(count) of \(all)",
                reason: all == 0
                    ? "nothing was written" : count == 0 ? "all \(all) writes \(good)" : "\(count) writes \(bad)")
        }
        let duplicates = Check(
            id: "stream.duplicated", kind: .stream, name: "delivered once", verdict: .pass,
            expected: "told, not judged", actual: "\(stream.duplicated) of \(all)",
            reason: "streams deliver at least once; a threshold on stream_duplicated makes this a condition")
        return [
            check(
                "lost", "nothing lost", stream.lost, good: "reached the stream's handler",
                bad: "never reached the stream's handler"),
            check(
                "order", "order kept per item", stream.outOfOrder, good: "came in the order of their item",
                bad: "were overtaken by a later write of the same item"),
            duplicates,
        ]
    }

    static func alarm(_ alarm: AlarmObservation) -> [Check] {
        let causes = alarm.findings.map(\.message).joined(separator: "; ")
        func check(
            _ id: String, _ name: String, _ verdict: CheckVerdict, _ expected: String, _ actual: String,
            _ reason: String
        )
            -> Check
        {
            Check(
                id: "alarm.\(alarm.name).\(id)", kind: .alarm, name: "\(alarm.name) \(name)", verdict: verdict,
                expected: expected, actual: actual,
                reason: verdict == .pass || causes.isEmpty ? reason : causes)
        }
        if let lower = lowerEvidence(alarm, causes: causes) { return [lower] }
        guard let at = alarm.atThreshold else {
            let verdict: CheckVerdict = alarm.verdict == .pass ? .invalid : alarm.verdict
            return [
                check(
                    "drilled", "is drilled", verdict, alarm.condition, "no evidence",
                    causes.isEmpty ? "the drill did not get to this alarm" : causes)
            ]
        }
        var checks: [Check] = []
        if let below = alarm.belowThreshold {
            checks.append(
                check(
                    "below", "stays below its threshold", below.verdict, "OK at \(number(below.sent))",
                    "\(below.state) at \(below.datapoint.map(number) ?? "no datapoint")",
                    "one failure fewer than it takes did not ring it"))
        }
        let evaluated = alarm.evaluatedDatapoints.map(number).joined(separator: ", ")
        checks.append(
            check(
                "fires", "rings at its threshold", at.verdict, "ALARM on \(number(at.sent)) (\(alarm.condition))",
                "\(at.state)\(evaluated.isEmpty ? "" : " on \(evaluated)")",
                "it rang \(number(alarm.firedAfterSeconds ?? 0)) s after the faults, on the datapoint that we caused"))
        if alarm.firedAfterSeconds != nil {
            checks.append(
                check(
                    "clears", "clears when the errors stop",
                    // Where the scenario does not ask for it, an alarm has passed without.
                    alarm.clearedAfterSeconds != nil ? .pass : alarm.verdict == .pass ? .skipped : .fail, "OK",
                    alarm.clearedAfterSeconds.map { "OK after \(number($0)) s" } ?? "still ALARM",
                    "healthy traffic cleared it"))
        }
        // Whatever else is wrong with the alarm must not be lost behind green sides.
        if alarm.verdict == .fail, !checks.contains(where: { $0.verdict == .fail }) {
            checks.append(
                check("wiring", "is wired right", .fail, "no finding", "\(alarm.findings.count) findings", causes))
        } else if alarm.verdict == .invalid {
            checks.append(check("drilled", "is drilled", .invalid, alarm.condition, "no computed evidence", causes))
        }
        return checks
    }

    /// What less than real traffic has shown: never a pass.
    private static func lowerEvidence(_ alarm: AlarmObservation, causes: String) -> Check? {
        let shown: String
        switch alarm.evidence {
        case "shadowMetric": shown = "a copy of it on made-up datapoints"
        case "forcedState": shown = "its actions, set off by hand"
        default: return nil
        }
        return Check(
            id: "alarm.\(alarm.name).lowerEvidence", kind: .alarm, name: "\(alarm.name) is drilled",
            verdict: alarm.verdict == .fail ? .fail : .skipped, expected: "real traffic", actual: shown,
            reason: alarm.verdict == .fail && !causes.isEmpty
                ? causes : "no traffic rings it in a drill; what was seen is \(shown): \(causes)")
    }

    static func reconciliation(_ row: ReconciliationRow) -> Check {
        let ours = number(row.client)
        let theirs = row.cloudWatch.map(number) ?? "no datapoint"
        return Check(
            id: "reconciliation.\(row.metric)", kind: .reconciliation, name: row.metric, verdict: row.verdict,
            expected: row.tolerance == 0 ? ours : "\(ours) ± \(number(row.tolerance))", actual: theirs,
            reason: row.verdict == .pass
                ? "CloudWatch counted what we sent" : "we counted \(ours), CloudWatch \(theirs)")
    }

    /// At most two decimals, none where there is nothing to show.
    static func number(_ value: Double) -> String {
        let rounded = (value * 100).rounded() / 100
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int64(rounded))" : "\(rounded)"
    }
}
