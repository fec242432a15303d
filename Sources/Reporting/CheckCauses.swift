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

    /// A finding belongs to the first check that names its resource or its id, or, found by an alarm's drill, names that
    /// alarm. A check of the wiring that has nothing left to say after that is not told again.
    init(_ report: RunReport) {
        let known = Self.findings(of: report.result)
        var remaining = known
        func told(_ verdict: CheckVerdict, wiring: Bool) -> [Check] {
            report.judgement.checks.filter { $0.verdict == verdict && ($0.kind == .wiring) == wiring }
        }
        // What was seen comes before the wiring that explains it.
        let bad =
            told(.fail, wiring: false) + told(.invalid, wiring: false) + told(.fail, wiring: true)
            + told(.invalid, wiring: true)
        entries = bad.compactMap { check in
            let subjects = [check.id, check.name]
            func names(_ text: String) -> Bool { !text.isEmpty && subjects.contains { $0.contains(text) } }
            func claims(_ found: (finding: Finding, alarm: String?)) -> Bool {
                names(found.finding.resource) || names(found.finding.id) || names(found.alarm ?? "")
            }
            let claimed = remaining.filter(claims).map(\.finding)
            if check.kind == .wiring, claimed.isEmpty, known.contains(where: { $0.finding.message == check.reason }) {
                return nil
            }
            remaining.removeAll(where: claims)
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
