import Testing
import Verdicts

@testable import Reporting

@Suite("Terminal summary") struct TerminalSummaryTests {
    private static func lines(_ report: RunReport, width: Int = 80) -> [String] {
        TerminalSummary.render(report, style: .plain, width: width).split(
            separator: "\n", omittingEmptySubsequences: false
        )
        .map(String.init)
    }

    @Test("no line is wider than the terminal", arguments: ExampleReport.named.map(\.name), [40, 60, 80, 120, 200])
    func widths(name: String, width: Int) throws {
        let report = try #require(ExampleReport.named.first { $0.name == name }?.report)
        for line in Self.lines(report, width: width) {
            #expect(TerminalText.width(of: line) <= width, "\(line)")
            // Where every letter is ASCII the width needs no table.
            if line.utf8.allSatisfy({ $0 < 0x80 }) { #expect(line.utf8.count <= width) }
        }
    }

    @Test("at 80 columns each probe, alarm and count stays on one line, complete")
    func oneLineEach() {
        let lines = Self.lines(ExampleReport.passed)
        for expected in [
            "PASSED  items-crud on the emulator, 41.3 s, 54 min 14 s of waiting skipped",
            "  All 15 checks passed. (exit code 0: everything passed)",
            "  Requests          count  errors   p50 ms   p95 ms   p99 ms",
            "  Cache      TTL 30.3 of 30 s, 61 hits, 10 misses, no bleed, stale max 29.8 s",
            "  Stream     30 of 30 delivered once and in order; lag p50 3.31 s, p99 5.71 s",
            "  Alarms     ok   api-lambda-errors-dev: OK at 0, fired at 1 (saw 1), cleared",
            "             ok   stream-lambda-errors-dev: OK at 0, fired at 1 (saw 1), cleared",
            "             ok   api-4xx-errors-dev: OK at 9, fired at 10 (saw 10), cleared",
            "  CloudWatch agrees with our counts on 5 metrics",
            "  Generator  CPU 31.4%, sends late by p99 0.33 ms, 3 arrivals dropped",
        ] { #expect(lines.contains(expected), "\(expected)") }
        #expect(lines.count < 25)
    }

    @Test("a failure ends with cause and remedy under its check")
    func causes() throws {
        let lines = Self.lines(ExampleReport.failed)
        #expect(lines[0].hasPrefix("FAILED  items-crud"))
        #expect(lines.contains("             FAIL api-4xx-errors-dev: OK at 9, SILENT at 10 (saw nothing)"))
        #expect(lines.contains("  CloudWatch disagrees on 1 of 5: 4XXError is 19 by our count, nothing by its"))
        let check = try #require(lines.firstIndex(of: "FAIL    api-4xx-errors-dev fires at its threshold"))
        #expect(lines[check + 1] == "        expected ALARM, actual OK")
        // The reason is the finding's message: it is told once, as the cause.
        #expect(lines[check + 2] == "        cause: The alarm watches ApiName=serverless-api-prod, but the API is")
        #expect(lines[check + 4] == "        remedy: Set the dimension ApiName to serverless-api-dev.")
        #expect(lines.count { $0.contains("The alarm watches") } == 2)
        let wiring = try #require(lines.firstIndex(of: "FAIL    StreamMapping"))
        #expect(
            lines[(wiring + 1)...].prefix(2) == [
                "        cause: The event source mapping of stream-handler-dev is disabled.",
                "        remedy: Set Enabled to true on the mapping.",
            ])
    }

    @Test("a finding that explains no check is told all the same")
    func unclaimed() {
        var report = ExampleReport.passed
        report.result.findings = ExampleReport.failed.result.findings
        let lines = Self.lines(report)
        #expect(lines.contains("finding StreamMapping"))
        #expect(lines.contains("        remedy: Set Enabled to true on the mapping."))
    }

    @Test("an invalid, an interrupted and an empty run say so first")
    func otherVerdicts() {
        #expect(Self.lines(ExampleReport.invalid)[0].hasPrefix("INVALID  items-crud"))
        #expect(Self.lines(ExampleReport.interrupted)[0].hasPrefix("INTERRUPTED  items-crud"))
        #expect(Self.lines(ExampleReport.interrupted)[1].contains("A signal ended the run after 12.4 s"))
        #expect(Self.lines(ExampleReport.empty)[1] == "  Nothing was checked. (exit code 0: everything passed)")
    }

    @Test("colour adds escape sequences and changes nothing else", arguments: ExampleReport.named.map(\.name))
    func colour(name: String) throws {
        let report = try #require(ExampleReport.named.first { $0.name == name }?.report)
        let coloured = TerminalSummary.render(report, style: .colour, width: 80)
        let stripped = coloured.replacing(/\u{1B}\[[0-9;]*m/, with: "")
        let plain = TerminalSummary.render(report, style: .plain, width: 80)
        #expect(coloured != plain)
        #expect(stripped == plain)
    }

    @Test("text from outside cannot steer the terminal")
    func hostile() {
        let text = TerminalSummary.render(ExampleReport.hostile, style: .plain, width: 80)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || (0x7F..<0xA0).contains($0.value) })
        #expect(!text.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) })
    }

    @Test("figures beyond all bounds do not stop it")
    func extremes() {
        let lines = Self.lines(ExampleReport.extreme)
        #expect(lines.allSatisfy { $0.utf8.count <= 80 })
        #expect(lines.count > 10)
    }

    @Test(
        "words fill lines, and a longer word is broken",
        arguments: [
            ("a bb ccc dddd", 6, ["a bb", "ccc", "dddd"]), ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]), ("", 5, []),
            ("  two\n words ", 20, ["two words"]), ("日本語", 4, ["日本", "語"]),
        ] as [(String, Int, [String])])
    func wrapping(text: String, columns: Int, lines: [String]) {
        #expect(TerminalText.wrapped(text, columns: columns) == lines)
    }
}
