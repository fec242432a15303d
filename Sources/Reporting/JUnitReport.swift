import LoadMetrics
package import Verdicts

/// `junit.xml`: one test case a check, one suite a kind of check, as CI systems read it.
package enum JUnitReport {
    /// A failed check is a failure, an invalid one an error, a skipped one skipped. A run that was interrupted has one
    /// more test case, in error, so that no CI system takes a part for the whole.
    package static func render(_ report: RunReport) -> String {
        let run = report.result.run
        let suites = suites(of: report)
        let cases = suites.flatMap(\.cases)
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        xml += "<testsuites\(attributes([("name", "firedrill \(run.scenario)")] + counts(cases)))"
        xml += "\(attributes([("time", seconds(run.wallSeconds))]))>\n"
        for suite in suites {
            xml += "  <testsuite\(attributes([("name", suite.name)] + counts(suite.cases)))"
            // A check is a decision about the whole run and takes no time of its own.
            xml += attributes([("time", "0"), ("timestamp", run.startedAt), ("hostname", run.host.name)]) + ">\n"
            xml += properties(of: report)
            for testCase in suite.cases { xml += element(testCase, in: run) }
            xml += "  </testsuite>\n"
        }
        return xml + "</testsuites>\n"
    }

    private struct Suite {
        var name: String
        var cases: [Case]
    }

    private struct Case {
        var suite: String
        var name: String
        var check: Check
    }

    private static func suites(of report: RunReport) -> [Suite] {
        var order: [String] = []
        var cases: [String: [Case]] = [:]
        var used: [String: Set<String>] = [:]
        func add(_ check: Check, to suite: String) {
            // Readers tell cases apart by suite and name.
            var name = check.name
            if used[suite, default: []].contains(name) { name += " (\(check.id))" }
            let base = name
            var copy = 2
            while !used[suite, default: []].insert(name).inserted {
                name = "\(base) #\(copy)"
                copy += 1
            }
            if cases[suite] == nil { order.append(suite) }
            cases[suite, default: []].append(
                Case(suite: suite, name: name, check: check))
        }
        for check in report.judgement.checks { add(check, to: check.kind.rawValue) }
        if report.result.run.interrupted {
            let wall = Figure.duration(seconds: report.result.run.wallSeconds)
            add(
                Check(
                    id: "run.completed", kind: .generator, name: "the run completed", verdict: .invalid,
                    expected: "the run ends by itself", actual: "interrupted after \(wall)",
                    reason: "A signal ended the run early."), to: "run")
        }
        return order.map { Suite(name: $0, cases: cases[$0] ?? []) }
    }

    private static func counts(_ cases: [Case]) -> [(String, String)] {
        func having(_ verdict: CheckVerdict) -> String { String(cases.count { $0.check.verdict == verdict }) }
        return [
            ("tests", String(cases.count)), ("failures", having(.fail)), ("errors", having(.invalid)),
            ("skipped", having(.skipped)),
        ]
    }

    private static func properties(of report: RunReport) -> String {
        let run = report.result.run
        let pairs = [
            ("run", run.id), ("scenario", run.scenarioFile), ("seed", String(run.seed)), ("target", run.target.kind),
            ("baseURL", run.target.baseURL), ("verdict", report.judgement.verdict.rawValue),
            ("exitCode", String(report.judgement.exitCode.rawValue)),
        ]
        let lines = pairs.map { "      <property\(attributes([("name", $0), ("value", $1)]))/>\n" }
        return "    <properties>\n" + lines.joined() + "    </properties>\n"
    }

    private static func element(_ testCase: Case, in run: RunInformation) -> String {
        let check = testCase.check
        let head = attributes([
            ("classname", "\(run.scenario).\(testCase.suite)"), ("name", testCase.name), ("time", "0"),
        ])
        let detail = attributes([
            ("message", "expected \(check.expected), actual \(check.actual)"), ("type", check.id),
        ])
        let reason = OutsideText.escapedMarkup(check.reason)
        let inner =
            switch check.verdict {
            case .pass: ""
            case .fail: "      <failure\(detail)>\(reason)</failure>\n"
            case .invalid: "      <error\(detail)>\(reason)</error>\n"
            case .skipped: "      <skipped\(attributes([("message", check.reason)]))/>\n"
            }
        return inner.isEmpty ? "    <testcase\(head)/>\n" : "    <testcase\(head)>\n\(inner)    </testcase>\n"
    }

    private static func attributes(_ pairs: [(String, String)]) -> String {
        pairs.map { " \($0)=\"\(OutsideText.escapedMarkup($1))\"" }.joined()
    }

    /// Plain decimal seconds, as readers of the format expect: no grouping, no unit.
    private static func seconds(_ value: Double) -> String {
        guard value.isFinite, value >= 0, value < 1e12 else { return "0" }
        let milliseconds = Int64((value * 1000).rounded())
        let fraction = String(milliseconds % 1000)
        return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}
