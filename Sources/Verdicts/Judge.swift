package import LoadMetrics
package import ScenarioModel

/// Makes checks, a verdict and an exit code of a run: a pure function.
package enum Judge {
    package static func judge(_ result: RunResult, thresholds: [Threshold], limits: GeneratorLimits) -> Judgement {
        var checks = thresholds.map { ThresholdCheck.check($0, in: result) }
        checks += generator(result, limits)
        checks += result.cache.map(ObservationChecks.cache) ?? []
        checks += result.stream.map(ObservationChecks.stream) ?? []
        checks += result.alarms.flatMap(ObservationChecks.alarm)
        checks += result.reconciliation.map(ObservationChecks.reconciliation)
        checks += result.findings.map(wiring)
        checks += result.problems.map(problem)
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
    static func generator(_ result: RunResult, _ limits: GeneratorLimits) -> [Check] {
        guard result.generator.iterations > 0 else { return [] }
        let cpu = result.generator.cpu
        let lag = result.generator.scheduleLag.p99
        let limit =
            Double(limits.maximumScheduleLag.components.seconds) * 1000
            + Double(limits.maximumScheduleLag.components.attoseconds) / 1e15
        return [
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
    }

    static func wiring(_ finding: Finding) -> Check {
        Check(
            id: "\(finding.id).\(finding.resource)", kind: .wiring, name: finding.resource, verdict: .fail,
            expected: finding.remedy, actual: finding.id, reason: finding.message)
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
