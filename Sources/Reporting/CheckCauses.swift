import LoadMetrics
import Verdicts

/// Failed and invalid checks, each with the findings that explain it; what explains no check comes last.
struct CheckCauses {
    struct Entry {
        var check: Check
        var findings: [Finding]
    }

    var entries: [Entry]
    var unclaimed: [Finding]

    /// A finding belongs to the first check that names its resource or its id, or, found by an alarm's drill, names that alarm.
    init(_ report: RunReport) {
        var remaining = Self.findings(of: report.result)
        let bad =
            report.judgement.checks.filter { $0.verdict == .fail }
            + report.judgement.checks.filter { $0.verdict == .invalid }
        entries = bad.map { check in
            let subjects = [check.id, check.name]
            func names(_ text: String) -> Bool { !text.isEmpty && subjects.contains { $0.contains(text) } }
            var claimed: [Finding] = []
            remaining.removeAll { found in
                guard names(found.finding.resource) || names(found.finding.id) || names(found.alarm ?? "") else {
                    return false
                }
                claimed.append(found.finding)
                return true
            }
            return Entry(check: check, findings: claimed)
        }
        unclaimed = remaining.map(\.finding)
    }

    /// Every finding once, those of the wiring first, then each alarm's, with the alarm that has it.
    static func findings(of result: RunResult) -> [(finding: Finding, alarm: String?)] {
        var found: [(finding: Finding, alarm: String?)] = []
        func add(_ finding: Finding, alarm: String?) {
            guard let known = found.firstIndex(where: { $0.finding == finding }) else {
                found.append((finding, alarm))
                return
            }
            if found[known].alarm == nil { found[known].alarm = alarm }
        }
        for finding in result.findings { add(finding, alarm: nil) }
        for alarm in result.alarms {
            for finding in alarm.findings { add(finding, alarm: alarm.name) }
        }
        return found
    }
}
