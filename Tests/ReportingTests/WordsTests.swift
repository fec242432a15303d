import LoadMetrics
import Testing
import Verdicts

@testable import Reporting

@Suite("Words") struct WordsTests {
    @Test("the headline names the verdict and every check that made it")
    func headlines() {
        let failed = Headline(ExampleReport.failed)
        #expect(failed.tone == .fail)
        #expect(failed.summary == "4 of 17 checks failed.")
        // Of the two checks of the wiring one has the cause of an alarm's.
        #expect(
            failed.reasons.map { $0.prefix { $0 != ":" } } == [
                "no record lost", "api-4xx-errors-dev fires at its threshold", "StreamMapping",
            ])
        #expect(Headline(ExampleReport.passed).reasons.isEmpty)
        #expect(
            Headline(ExampleReport.invalid).summary
                == "The run proves nothing, neither good nor bad. 1 of 15 checks is invalid.")
        #expect(Headline(ExampleReport.interrupted).summary.hasSuffix("5 checks passed, 10 skipped."))
    }

    @Test("an interrupted run that passed so far is not called passed, and one that failed still says what failed")
    func interruptedFailure() {
        var report = ExampleReport.failed
        report.result.run.interrupted = true
        let headline = Headline(report)
        #expect(headline.tone == .interrupted)
        #expect(headline.reasons.count == 3)
    }

    @Test("every exit code has a meaning of its own", arguments: ExitCode.allCases)
    func exitCodes(code: ExitCode) {
        var report = ExampleReport.passed
        report.judgement.exitCode = code
        #expect(Headline(report).exit.hasPrefix("exit code \(code.rawValue): "))
    }

    @Test("a finding is told once, under the check that it explains")
    func causes() {
        var report = ExampleReport.failed
        // The same finding by the wiring check and by the alarm's drill.
        report.result.findings.append(contentsOf: report.result.alarms[2].findings)
        let causes = CheckCauses(report)
        // The alarm's check claims the finding, so the wiring's check of the same has nothing left to say.
        #expect(
            causes.entries.map(\.check.id) == [
                "stream.lost", "alarm.api-4xx-errors-dev.fires", "mapping.disabled.StreamMapping",
            ])
        #expect(causes.entries[1].findings.map(\.id) == ["alarm.dimension"])
        #expect(causes.entries[2].findings.map(\.id) == ["mapping.disabled"])
        #expect(causes.unclaimed.isEmpty)
    }

    @Test("what a probe could not tell is said, not left out")
    func unknown() {
        var cache = ExampleReport.cache()
        cache.ttlSeconds = nil
        cache.crossKeyBleed = 7
        #expect(CacheWords(cache).line.hasPrefix("TTL unknown (30 s promised), 61 hits"))
        #expect(CacheWords(cache).line.contains("7 of 24 answered with another item"))
        #expect(CacheWords(cache).interval == "no entry was seen to expire")
        cache.hits = 0
        #expect(CacheWords(cache).interval == "nothing was ever served from the cache")
        var stream = ExampleReport.stream(lost: 2)
        stream.duplicated = 1
        stream.outOfOrder = 3
        #expect(StreamWords(stream).line.hasPrefix("28 of 30 delivered 2 lost, 1 doubled, 3 out of order"))
    }

    @Test("an alarm that rang below its threshold or never cleared is loud")
    func loud() {
        var alarm = ExampleReport.alarm("a", metric: "m", threshold: 10, fault: "f", start: 0)
        alarm.belowThreshold?.state = "ALARM"
        alarm.clearedAfterSeconds = nil
        #expect(AlarmWords(alarm).line == "RANG at 9, fired at 10 (saw 10), did not clear")
        alarm.belowThreshold = nil
        alarm.atThreshold = nil
        alarm.firedAfterSeconds = nil
        #expect(AlarmWords(alarm).line == "not drilled")
    }

    @Test(
        "escaping goes by code points, not by characters",
        arguments: [
            ("<a&\"'>", "&lt;a&amp;&quot;&#39;&gt;"), ("\u{0600}<b>", "\u{0600}&lt;b&gt;"),
            ("\"\u{0301}", "&quot;\u{0301}"),
            ("a\u{0}\u{1B}\u{FFFE}b", "ab"), ("\u{202E}x", "x"), ("a\nb", "a&#10;b"),
        ])
    func escaping(text: String, escaped: String) {
        // Compared by code points: equal characters are the very thing that must not be trusted here.
        #expect(Array(OutsideText.escapedMarkup(text).unicodeScalars) == Array(escaped.unicodeScalars))
    }
}
