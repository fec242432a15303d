import LoadMetrics
import Verdicts

/// The parts of the terminal's summary, each some lines or none.
enum TerminalBlocks {
    private static let label = 11

    // MARK: Verdict

    static func verdict(_ report: RunReport, width: Int) -> [TerminalText] {
        let headline = Headline(report)
        let run = report.result.run
        var first = TerminalText(headline.word.uppercased(), meaning(headline.tone))
        first.add("  \(run.scenario)", .strong)
        first.add(" on \(target(run.target)), \(Figure.duration(seconds: run.wallSeconds))")
        if run.skippedSeconds > 0 { first.add(", \(Figure.duration(seconds: run.skippedSeconds)) of waiting skipped") }
        let summary = TerminalText.wrapped("\(headline.summary) (\(headline.exit))", columns: width - 2)
        let shown = headline.reasons.prefix(3).map { TerminalText("  - " + $0, .plain) }
        let more = headline.reasons.count - shown.count
        return [first] + summary.map { TerminalText("  " + $0) } + shown
            + (more > 0 ? [TerminalText("  - and \(more) more, below", .quiet)] : [])
    }

    private static func meaning(_ tone: Headline.Tone) -> TerminalText.Meaning {
        switch tone {
        case .pass: .good
        case .fail: .bad
        case .invalid, .interrupted: .doubtful
        }
    }

    static func target(_ target: RunInformation.Target) -> String {
        switch target.kind {
        case "emulator": "the emulator"
        case "stack": "stack \(target.stack ?? target.baseURL)"
        default: target.baseURL
        }
    }

    // MARK: Requests

    static func requests(_ result: RunResult, width: Int) -> [TerminalText] {
        guard !result.requests.isEmpty else { return [] }
        let columns = [("count", 9), ("errors", 8), ("p50 ms", 9), ("p95 ms", 9), ("p99 ms", 9)]
        let figures = columns.reduce(0) { $0 + $1.1 }
        let longest = result.requests.map { TerminalText.width(of: OutsideText.singleLine($0.name)) }.max() ?? 0
        let nameWidth = max(12, min(max(longest, 14), width - figures - 2))
        var head = TerminalText("  " + TerminalText.padded("Requests", to: nameWidth), .strong)
        for (title, columnWidth) in columns { head.add(TerminalText.rightAligned(title, to: columnWidth), .quiet) }
        let rows = result.requests + (result.requests.count > 1 ? [result.total] : [])
        return [head]
            + rows.enumerated().map { index, request in
                let isTotal = index == result.requests.count
                let name = OutsideText.singleLine(isTotal ? "all" : request.name)
                var line = TerminalText("  " + TerminalText.padded(name, to: nameWidth), isTotal ? .strong : .plain)
                line.add(TerminalText.rightAligned(Figure.count(request.count), to: 9))
                line.add(
                    TerminalText.rightAligned(Figure.count(request.errors), to: 8), request.errors > 0 ? .bad : .plain)
                let times = request.responseTime
                for value in [times.p50, times.p95, times.p99] {
                    let text = times.count > 0 ? Figure.milliseconds(value) : "-"
                    line.add(TerminalText.rightAligned(text, to: 9))
                }
                return line
            }
    }

    // MARK: Probes

    /// One line where it fits, filled under its beginning where it does not: a fact cut off is worse than a second line.
    private static func labelled(
        _ name: String, lead: TerminalText = TerminalText(), _ text: String,
        _ meaning: TerminalText.Meaning = .plain, width: Int
    ) -> [TerminalText] {
        let indent = 2 + label + lead.width
        return TerminalText.wrapped(text, columns: width - indent).enumerated().map { index, part in
            var line = TerminalText("  " + TerminalText.padded(index == 0 ? name : "", to: label), .strong)
            if index == 0 {
                for piece in lead.pieces { line.add(piece.text, piece.meaning) }
            } else {
                line.add(String(repeating: " ", count: lead.width))
            }
            line.add(part, meaning)
            return line
        }
    }

    static func probes(_ result: RunResult, width: Int) -> [TerminalText] {
        var lines: [TerminalText] = []
        if let cache = result.cache { lines += labelled("Cache", CacheWords(cache).line, width: width) }
        if let stream = result.stream { lines += labelled("Stream", StreamWords(stream).line, width: width) }
        for (index, alarm) in result.alarms.enumerated() {
            let lead = TerminalText(word(alarm.verdict).padding(to: 5), meaning(alarm.verdict))
            let text = "\(alarm.name): \(AlarmWords(alarm).line)"
            lines += labelled(index == 0 ? "Alarms" : "", lead: lead, text, width: width)
        }
        if !result.undrilledAlarms.isEmpty {
            let names = result.undrilledAlarms.joined(separator: ", ")
            lines += labelled("", "not drilled, since no entry of the scenario names them: \(names)", width: width)
        }
        return lines
    }

    static func reconciliation(_ result: RunResult, width: Int) -> [TerminalText] {
        let rows = result.reconciliation
        guard !rows.isEmpty else { return [] }
        let bad = rows.filter { $0.verdict == .fail || $0.verdict == .invalid }
        guard let first = bad.first else {
            let text = "agrees with our counts on \(Figure.counted(rows.count, "metric"))"
            return labelled("CloudWatch", text, width: width)
        }
        let theirs = first.cloudWatch.map(Figure.number) ?? "nothing"
        let more = bad.count > 1 ? ", and \(bad.count - 1) more" : ""
        let text =
            "disagrees on \(bad.count) of \(rows.count): \(first.metric) is \(Figure.number(first.client)) by our "
            + "count, \(theirs) by its\(more)"
        return labelled("CloudWatch", text, .bad, width: width)
    }

    static func generator(_ result: RunResult, width: Int) -> [TerminalText] {
        let health = result.generator
        guard health.iterations > 0 || health.dropped > 0 || health.workers > 0 else { return [] }
        let lag = Figure.milliseconds(health.scheduleLag.p99)
        let text =
            "CPU \(Figure.percent(health.cpu)), sends late by p99 \(lag) ms, "
            + "\(Figure.count(health.dropped)) arrivals dropped"
        return labelled("Generator", text, health.dropped > 0 ? .doubtful : .plain, width: width)
    }

    // MARK: Failures

    static func failures(_ report: RunReport, width: Int) -> [TerminalText] {
        let causes = CheckCauses(report)
        var lines: [TerminalText] = []
        for entry in causes.entries {
            let check = entry.check
            var head = TerminalText(word(check.verdict).padding(to: 8), meaning(check.verdict))
            head.add("\(check.name)", .strong)
            lines.append(head)
            // A check of the wiring is its finding once more.
            if check.kind != .wiring || entry.findings.isEmpty {
                lines += paragraph("expected \(check.expected), actual \(check.actual)", width: width)
                let repeated = entry.findings.contains { check.reason.contains($0.message) }
                if !check.reason.isEmpty, !repeated { lines += paragraph(check.reason, width: width) }
            }
            for finding in entry.findings { lines += told(finding, width: width) }
        }
        for finding in causes.unclaimed {
            var head = TerminalText("finding ", .doubtful)
            head.add(finding.resource, .strong)
            lines.append(head)
            lines += told(finding, width: width)
        }
        return lines
    }

    private static func told(_ finding: Finding, width: Int) -> [TerminalText] {
        paragraph("cause: \(finding.message)", width: width)
            + (finding.remedy.isEmpty ? [] : paragraph("remedy: \(finding.remedy)", width: width))
    }

    private static func paragraph(_ text: String, width: Int) -> [TerminalText] {
        TerminalText.wrapped(text, columns: width - 8).map { TerminalText("        " + $0) }
    }

    private static func word(_ verdict: CheckVerdict) -> String {
        switch verdict {
        case .pass: "ok"
        case .fail: "FAIL"
        case .invalid: "INVALID"
        case .skipped: "skipped"
        }
    }

    private static func meaning(_ verdict: CheckVerdict) -> TerminalText.Meaning {
        switch verdict {
        case .pass: .good
        case .fail: .bad
        case .invalid: .doubtful
        case .skipped: .quiet
        }
    }
}

extension String {
    /// At least `columns` wide and with a space at its end.
    fileprivate func padding(to columns: Int) -> String {
        self + String(repeating: " ", count: Swift.max(1, columns - count))
    }
}
