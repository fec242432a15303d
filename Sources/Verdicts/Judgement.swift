package import LoadMetrics

/// What a run comes to: its checks, one verdict, one exit code.
package struct Judgement: Codable, Sendable, Equatable {
    package enum Verdict: String, Codable, Sendable { case pass, fail, invalid }

    package var verdict: Verdict
    package var exitCode: ExitCode
    package var checks: [Check]

    package init(verdict: Verdict, exitCode: ExitCode, checks: [Check]) {
        self.verdict = verdict
        self.exitCode = exitCode
        self.checks = checks
    }
}

/// The command's exit codes; 0, 99, 104 and 105 are k6's.
package enum ExitCode: Int32, Codable, Sendable, CaseIterable {
    case passed = 0
    case internalFault = 1
    case thresholdFailed = 99
    case badConfiguration = 104
    case interrupted = 105
    case verificationFailed = 120
    case regression = 121
    case invalidRun = 122

    /// Where several apply, the first of these wins.
    package static let precedence: [ExitCode] = [
        .internalFault, .badConfiguration, .interrupted, .invalidRun, .verificationFailed, .thresholdFailed,
        .regression, .passed,
    ]

    /// The one that wins among those that apply; passed when none does.
    package static func winner(of codes: some Sequence<ExitCode>) -> ExitCode {
        let present = Set(codes)
        return precedence.first { present.contains($0) } ?? .passed
    }
}
