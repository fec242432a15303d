import LoadMetrics
import Verdicts

/// Everything that the page shows, in words and figures; the templates only arrange it.
struct PageModel {
    struct Link {
        var anchor: String
        var linkTitle: String
    }

    var title: String
    var style: String
    var script: String
    var tone: String
    var word: String
    var shape: String
    var scenario: String
    var about: String
    var summary: String
    var exit: String
    var reasons: [String]
    var moreReasons: String?
    var hasReasons: Bool
    var links: [Link]
    var hasKeyFigures: Bool
    var keyFigures: [FactPart]
    var hasFindings: Bool
    var findings: [FindingPart]
    var checksTable: TablePart?
    var load: LoadParts?
    var cache: CacheParts?
    var stream: StreamParts?
    var alarmSummary: String
    var hasAlarms: Bool
    var alarms: [AlarmParts]
    var reconciliationTable: TablePart?
    var generator: GeneratorParts?
    var run: RunParts
    var hasProblems: Bool
    /// Parts that could not be carried out to their end, and why.
    var problems: [FactPart]
    var absent: String?
    var footer: String

    /// Reasons in the banner; the rest is in the table of checks.
    private static let reasonLimit = 8

    init(_ report: RunReport) {
        let result = report.result
        let headline = Headline(report)
        title = "\(headline.word): \(result.run.scenario)"
        style = PageResources.style
        script = PageResources.script
        tone = headline.tone.rawValue
        word = headline.word
        shape = headline.tone == .interrupted ? "invalid" : headline.tone.rawValue
        scenario = result.run.scenario
        about = [
            "on \(TerminalBlocks.target(result.run.target))", RunParts.moment(result.run.startedAt),
            Figure.duration(seconds: result.run.wallSeconds)
                + (result.run.skippedSeconds > 0
                    ? " (and \(Figure.duration(seconds: result.run.skippedSeconds)) of waiting skipped)" : ""),
        ].joined(separator: ", ")
        summary = headline.summary
        exit = headline.exit.prefix(1).uppercased() + headline.exit.dropFirst() + "."
        reasons = Array(headline.reasons.prefix(Self.reasonLimit))
        hasReasons = !reasons.isEmpty
        let more = headline.reasons.count - reasons.count
        moreReasons = more > 0 ? "and \(more) more, in the table of checks" : nil
        keyFigures = Self.keyFigures(result)
        hasKeyFigures = !keyFigures.isEmpty
        findings = CheckCauses.findings(of: result).map { FindingPart($0.finding) }
        hasFindings = !findings.isEmpty
        checksTable = report.judgement.checks.isEmpty ? nil : Self.table(of: report.judgement.checks)
        load = LoadParts(result)
        cache = result.cache.map(CacheParts.init)
        stream = result.stream.map(StreamParts.init)
        alarms = result.alarms.map(AlarmParts.init)
        hasAlarms = !alarms.isEmpty
        alarmSummary = Self.alarmSummary(result.alarms)
        reconciliationTable = result.reconciliation.isEmpty ? nil : Self.table(of: result.reconciliation)
        generator = GeneratorParts(result.generator)
        run = RunParts(result)
        let parts: [(present: Bool, anchor: String, title: String)] = [
            (hasFindings, "findings", "Findings"), (checksTable != nil, "checks", "Checks"),
            (load != nil, "load", "Load"), (cache != nil, "cache", "Cache"), (stream != nil, "stream", "Stream"),
            (hasAlarms, "alarms", "Alarms"), (reconciliationTable != nil, "reconciliation", "Reconciliation"),
            (generator != nil, "generator", "Generator"), (true, "run", "Run"),
        ]
        links = parts.filter(\.present).map { Link(anchor: $0.anchor, linkTitle: $0.title) }
        let broken = Set(result.problems.map(\.phase))
        let missing = parts.filter { !$0.present && $0.anchor != "findings" && !broken.contains($0.anchor) }
            .map { $0.title.lowercased() }
        let lead = headline.tone == .interrupted ? "Not part of this run, or not reached" : "Not part of this run"
        absent = missing.isEmpty ? nil : "\(lead): \(missing.joined(separator: ", "))."
        problems = result.problems.map { FactPart($0.phase, $0.message) }
        hasProblems = !problems.isEmpty
        footer = "\(result.tool.name) \(result.tool.version), run \(result.run.id)"
    }

    private static func keyFigures(_ result: RunResult) -> [FactPart] {
        let (total, times) = (result.total, result.total.responseTime)
        guard total.count > 0 else { return [] }
        let seconds = Double(result.timeline.count)
        let rate = seconds > 0 ? Figure.number((Double(total.count) / seconds * 10).rounded() / 10) + "/s" : nil
        var facts = [
            FactPart("Requests", Figure.count(total.count), note: rate),
            FactPart(
                "Errors", Figure.count(total.errors), note: Figure.percent(total.errors, of: total.count),
                tone: total.errors > 0 ? "bad" : nil),
        ]
        if times.count > 0 {
            facts += [("p50", times.p50), ("p95", times.p95), ("p99", times.p99)].map {
                FactPart("Response \($0.0)", Figure.latency(milliseconds: $0.1))
            }
        }
        let dropped = result.generator.dropped
        facts.append(FactPart("Dropped", Figure.count(dropped), note: "arrivals", tone: dropped > 0 ? "bad" : nil))
        return facts
    }

    private static func table(of checks: [Check]) -> TablePart {
        // What needs attention first; within that, in the order of judging.
        let ordered = checks.enumerated().sorted {
            ($0.element.verdict.severity, $0.offset) < ($1.element.verdict.severity, $1.offset)
        }
        return TablePart(
            "Every check with what was expected and what was seen.", sortable: true, narrow: .two,
            columns: [
                ("Check", "text"), ("Verdict", "short"), ("Kind", "short"), ("Expected", "text"), ("Actual", "text"),
                ("Reason", "wide"),
            ],
            rows: ordered.map { _, check in
                [
                    TablePart.Cell(check.name), .verdict(check.verdict), TablePart.Cell(check.kind.rawValue),
                    TablePart.Cell(check.expected), TablePart.Cell(check.actual), TablePart.Cell(check.reason),
                ]
            })
    }

    private static func table(of rows: [ReconciliationRow]) -> TablePart {
        TablePart(
            "Our own counts beside CloudWatch's for the same time.", sortable: true, narrow: .three,
            columns: [
                ("Metric", "text"), ("Our count", "num"), ("CloudWatch", "num"), ("Difference", "num"),
                ("Tolerance", "num"), ("Verdict", "short"),
            ],
            rows: rows.map { row in
                let difference = row.cloudWatch.map { $0 - row.client }
                return [
                    TablePart.Cell(row.metric), TablePart.Cell(Figure.number(row.client), sort: row.client),
                    TablePart.Cell(
                        row.cloudWatch.map { Figure.number($0) } ?? "no datapoint", sort: row.cloudWatch ?? -1),
                    TablePart.Cell(
                        difference.map { ($0 > 0 ? "+" : "") + Figure.number($0) } ?? "n/a",
                        sort: difference?.magnitude ?? -1),
                    TablePart.Cell(Figure.number(row.tolerance), sort: row.tolerance), .verdict(row.verdict),
                ]
            })
    }

    private static func alarmSummary(_ alarms: [AlarmObservation]) -> String {
        let passed = alarms.count { $0.verdict == .pass }
        return
            "\(passed) of \(Figure.counted(alarms.count, "alarm")) passed: silent below the threshold, fired at it on what "
            + "was sent, cleared when the errors stopped."
    }
}
