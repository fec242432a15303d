import LoadMetrics
import Verdicts

/// The verdict in words: what a person wants to know first.
struct Headline: Equatable {
    enum Tone: String { case pass, fail, invalid, interrupted }

    var tone: Tone
    /// `Passed`, `Failed`, `Invalid`, `Interrupted`.
    var word: String
    /// One sentence with the counts.
    var summary: String
    /// One line for each cause that checks failed by, or are invalid by, in that order.
    var reasons: [String]
    /// What the exit code says.
    var exit: String

    init(_ report: RunReport) {
        let checks = report.judgement.checks
        func having(_ verdict: CheckVerdict) -> [Check] { checks.filter { $0.verdict == verdict } }
        let (failed, invalid) = (having(.fail), having(.invalid))
        let total = Figure.counted(checks.count, "check")

        if report.result.run.interrupted {
            (tone, word) = (.interrupted, "Interrupted")
        } else {
            switch report.judgement.verdict {
            case .pass: (tone, word) = (.pass, "Passed")
            case .fail: (tone, word) = (.fail, "Failed")
            case .invalid: (tone, word) = (.invalid, "Invalid")
            }
        }
        var sentences: [String] = []
        if tone == .interrupted {
            let after = Figure.duration(seconds: report.result.run.wallSeconds)
            sentences.append("A signal ended the run after \(after); what follows was measured until then.")
        }
        if tone == .invalid { sentences.append("The run proves nothing, neither good nor bad.") }
        if !failed.isEmpty { sentences.append("\(failed.count) of \(total) failed.") }
        if !invalid.isEmpty {
            sentences.append("\(invalid.count) of \(total) \(invalid.count == 1 ? "is" : "are") invalid.")
        }
        if failed.isEmpty, invalid.isEmpty { sentences.append(Self.quiet(checks)) }
        summary = sentences.joined(separator: " ")
        reasons = Self.reasons(failed + invalid)
        exit = "exit code \(report.judgement.exitCode.rawValue): \(Self.meaning(report.judgement.exitCode))"
    }

    /// One cause that failed several checks is told once, with all their names.
    private static func reasons(_ checks: [Check]) -> [String] {
        var causes: [(why: String, names: [String])] = []
        for check in checks {
            let why = check.reason.isEmpty ? "expected \(check.expected), actual \(check.actual)" : check.reason
            guard let known = causes.firstIndex(where: { $0.why == why }) else {
                causes.append((why, [check.name]))
                continue
            }
            // A check of the wiring bears the name of what is wrong, which the checks before it already say.
            if check.kind != .wiring, !causes[known].names.contains(check.name) {
                causes[known].names.append(check.name)
            }
        }
        return causes.map { "\($0.names.joined(separator: ", ")): \($0.why)" }
    }

    private static func quiet(_ checks: [Check]) -> String {
        let skipped = checks.count { $0.verdict == .skipped }
        if checks.isEmpty { return "Nothing was checked." }
        if skipped == checks.count { return "All \(Figure.counted(skipped, "check")) were skipped." }
        if skipped > 0 { return "\(Figure.counted(checks.count - skipped, "check")) passed, \(skipped) skipped." }
        return checks.count == 1 ? "The only check passed." : "All \(checks.count) checks passed."
    }

    private static func meaning(_ code: ExitCode) -> String {
        switch code {
        case .passed: "everything passed"
        case .internalFault: "an internal fault"
        case .thresholdFailed: "a threshold failed"
        case .badConfiguration: "bad configuration or scenario"
        case .interrupted: "interrupted"
        case .verificationFailed: "an alarm, cache or stream verification failed"
        case .regression: "a regression against the baseline"
        case .invalidRun: "the run is invalid"
        }
    }
}
