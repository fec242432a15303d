package import LoadMetrics
package import ScenarioModel

/// Makes checks, a verdict and an exit code of a run: a pure function.
package enum Judge {
    package static func judge(_ result: RunResult, thresholds: [Threshold], limits: GeneratorLimits) -> Judgement {
        var checks = thresholds.map { ThresholdCheck.check($0, in: result) }
        checks += generator(result, limits, judgesDropped: !thresholds.contains { $0.metric == .droppedIterations })
        checks += result.cache.map(ObservationChecks.cache) ?? []
        checks += result.stream.map(ObservationChecks.stream) ?? []
        checks += result.alarms.flatMap(ObservationChecks.alarm)
        checks += result.reconciliation.map(ObservationChecks.reconciliation)
        checks += result.findings.map(wiring)
        checks += result.problems.map(problem)
        checks += result.undrilledAlarms.map(undrilled)
        let codes = exitCodes(checks, interrupted: result.run.interrupted)
        let winner = ExitCode.winner(of: codes)
        let verdict: Judgement.Verdict
        switch winner {
        case .passed: verdict = .pass
        case .thresholdFailed, .verificationFailed, .regression: verdict = .fail
        case .internalFault, .badConfiguration, .interrupted, .invalidRun: verdict = .invalid
        }
        return Judgement(verdict: verdict, exitCode: winner, checks: unique(checks))
    }

    /// Every exit code that applies.
    static func exitCodes(_ checks: [Check], interrupted: Bool) -> Set<ExitCode> {
        var codes: Set<ExitCode> = interrupted ? [.interrupted] : []
        for check in checks {
            switch (check.verdict, check.kind) {
            case (.invalid, _): codes.insert(.invalidRun)
            case (.fail, .threshold): codes.insert(.thresholdFailed)
            case (.fail, .generator): codes.insert(.invalidRun)
            case (.fail, _): codes.insert(.verificationFailed)
            case (.pass, _), (.skipped, _): break
            }
        }
        return codes
    }

    /// A generator that did not keep up makes its figures worthless.
    ///
    /// - Parameter judgesDropped: false where a threshold on dropped arrivals says how many are all right.
    static func generator(_ result: RunResult, _ limits: GeneratorLimits, judgesDropped: Bool) -> [Check] {
        guard result.generator.iterations > 0 || result.generator.dropped > 0 else { return [] }
        let cpu = result.generator.cpu
        let lag = result.generator.scheduleLag.p99
        let limit =
            Double(limits.maximumScheduleLag.components.seconds) * 1000
            + Double(limits.maximumScheduleLag.components.attoseconds) / 1e15
        let dropped = result.generator.dropped
        let offered = dropped + result.generator.iterations
        var checks = [
            Check(
                id: "generator.cpu", kind: .generator, name: "generator's CPU",
                verdict: cpu <= limits.maximumCPU ? .pass : .invalid,
                expected: "at most \(percent(limits.maximumCPU))", actual: percent(cpu),
                reason: cpu <= limits.maximumCPU
                    ? "the generator had cycles to spare" : "the generator was saturated: its latencies are its own"),
            Check(
                id: "generator.scheduleLag", kind: .generator, name: "lateness of sends, p99",
                verdict: lag <= limit ? .pass : .invalid, expected: "at most \(ObservationChecks.number(limit)) ms",
                actual: "\(ObservationChecks.number(lag)) ms",
                reason: lag <= limit
                    ? "sends kept to their schedule" : "sends came late: the offered load was not the stated one"),
        ]
        if judgesDropped {
            checks.append(
                Check(
                    id: "generator.dropped", kind: .generator, name: "arrivals that could start",
                    verdict: dropped == 0 ? .pass : .invalid, expected: "all of \(offered)",
                    actual: "\(offered - dropped) of \(offered)",
                    reason: dropped == 0
                        ? "every arrival started when it was due"
                        : "the stated load was not offered: raise maxInFlight, or state a threshold on dropped_iterations"
                ))
        }
        return checks
    }

    static func wiring(_ finding: Finding) -> Check {
        Check(
            id: "\(finding.id).\(finding.resource)", kind: .wiring, name: finding.resource, verdict: .fail,
            expected: finding.remedy, actual: finding.id, reason: finding.message)
    }

    static func undrilled(_ name: String) -> Check {
        Check(
            id: "alarm.\(name).undrilled", kind: .alarm, name: "\(name) is drilled", verdict: .skipped,
            expected: "an entry under alarms", actual: "none",
            reason: "no entry of the scenario's alarms names \(name): whether it rings is not known")
    }

    static func problem(_ problem: RunProblem) -> Check {
        let kinds: [String: Check.Kind] = [
            "cache": .cache, "stream": .stream, "alarms": .alarm, "reconciliation": .reconciliation,
        ]
        return Check(
            id: "\(problem.phase).carriedOut", kind: kinds[problem.phase] ?? .generator,
            name: "\(problem.phase) carried out", verdict: .invalid, expected: "carried out to its end",
            actual: "failed", reason: problem.message)
    }

    private static func percent(_ share: Double) -> String { "\(ObservationChecks.number(share * 100)) %" }

    /// The same finding may come from the API and from traffic.
    private static func unique(_ checks: [Check]) -> [Check] {
        var seen: Set<String> = []
        return checks.filter { seen.insert($0.id + $0.reason).inserted }
    }
}
