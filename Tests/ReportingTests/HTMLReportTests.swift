import Foundation
import LoadMetrics
import Testing
import Verdicts

@testable import Reporting

@Suite("HTML report", .enabled(if: PythonOracle.isPresent, "needs python3 for its HTML parser"))
struct HTMLReportTests {
    /// Each example rendered and read once.
    private static let pages = Dictionary(
        uniqueKeysWithValues: ExampleReport.named.map { name, report in
            (
                name,
                Result<PythonOracle.Page, any Error> {
                    try PythonOracle.ask(PythonOracle.page, about: HTMLReport.render(report))
                }
            )
        })

    private static func page(_ name: String) throws -> PythonOracle.Page { try #require(pages[name]).get() }

    @Test("is well formed, self-contained and labelled", arguments: ExampleReport.named.map(\.name))
    func wellFormed(name: String) throws {
        let page = try Self.page(name)
        #expect(page.errors == [])
        #expect(page.open == [])
        #expect(page.twice == [])
        #expect(page.dangling == [])
        // The empty icon, so that a browser does not ask a server for one.
        #expect(page.urls == ["data:,"])
        #expect(page.handlers == [])
        #expect(page.styleLoads == false)
        #expect(page.unlabelled == 0)
        let count = page.count
        #expect(count["script"] == 1)
        #expect(count["style"] == 1)
        #expect(count["img"] == nil)
        #expect(count["h1"] == 1)
        #expect(count["table"] == count["caption"])
        #expect(count["figure"] == count["figcaption"])
    }

    @Test("has a section for each part of the run and none for a missing one")
    func sections() throws {
        let all = ["checks", "load", "cache", "stream", "alarms", "reconciliation", "generator", "run"]
        #expect(try Self.page("passed").sections == all)
        #expect(try Self.page("failed").sections == ["findings"] + all)
        let interrupted = try Self.page("interrupted")
        #expect(interrupted.sections == ["checks", "load", "cache", "generator", "run"])
        let interruptedText = interrupted.text
        #expect(interruptedText.contains("Not part of this run, or not reached: stream, alarms, reconciliation."))
        let empty = try Self.page("empty")
        #expect(empty.sections == ["run"])
        #expect(empty.drawings == 0)
    }

    @Test(
        "shows the run's own figures",
        arguments: [
            "Passed items-crud", "All 15 checks passed.", "Exit code 0: everything passed.",
            "(and 54 min 14 s of waiting",
            "2026-01-31 08:05:09 UTC", "http_req_duration{name:read} p(95)<250", "500 samples, all of the load phase.",
            "create POST 500 2 0.4%", "All requests 2,998 2 0.1%", "3 of 500 arrivals that were due were dropped.",
            "status 502 2 0.1%", "Promised TTL 30 s", "Measured TTL 30.25 s 30 to 30.5 s", "Hits 61", "Misses 10",
            "Stale after a write up to 29.8 s 37 stale reads after 4 writes; fresh at age 30.3 s", "Bleed 0 of 24",
            "Written 30", "Delivered 30", "4 of 4 alarms passed", "evidence: real traffic", "api-4xx-errors-dev",
            "AWS/ApiGateway 4XXError {ApiName=serverless-api-dev, Stage=dev} Sum/300s",
            ">= 10 in 1 of 2, periods of 5 min",
            "GET /items/{id} answered 404", "2 min 40 s after the faults", "10 min later", "below 9 9 9 OK passed",
            "at 10 10 10 ALARM passed", "arn:aws:sns:us-west-2:123456789012:alarms-dev",
            "CacheMissCount 510 511 +1 2 passed",
            "CPU 31.4%", "Dropped arrivals 3", "Connections 36", "Seed 42", "firedrill run scenarios/items-crud.yaml",
            "buildhost 8 cores, Linux 6.1 x86_64", "http://127.0.0.1:41873/dev emulator firedrill-dev", "load 10.1 s",
            "54 min 14 s of idle waiting were skipped", "firedrill 0.1.0, run 20260131T080509Z-items-crud",
        ])
    func figures(text: String) throws {
        #expect(try Self.page("passed").text.contains(text))
    }

    @Test("a part that broke off is not told as one that was never meant to be")
    func brokenOff() throws {
        var report = ExampleReport.passed
        report.result.cache = nil
        report.result.stream = nil
        report.result.problems = [RunProblem(phase: "cache", message: "the API answered 403 to every read")]
        let page: PythonOracle.Page = try PythonOracle.ask(PythonOracle.page, about: HTMLReport.render(report))
        #expect(page.sections.contains("problems"))
        #expect(page.text.contains("cache the API answered 403 to every read"))
        #expect(page.text.contains("Not part of this run: stream."))
    }

    @Test("says why it failed, with causes and remedies")
    func failure() throws {
        let text = try Self.page("failed").text
        #expect(text.contains("Failed items-crud"))
        #expect(text.contains("4 of 17 checks failed. Exit code 120: an alarm, cache or stream verification failed."))
        #expect(text.contains("no record lost: No probe write was ever processed."))
        #expect(
            text.contains("StreamMapping mapping.disabled The event source mapping of stream-handler-dev is disabled."))
        #expect(text.contains("Remedy: Set the dimension ApiName to serverless-api-dev."))
        #expect(text.contains("at 10 10 none OK failed"))
        #expect(text.contains("4XXError 19 no datapoint n/a 0 failed"))
        #expect(text.contains("Lost 30"))
    }

    @Test("an invalid and an interrupted run look like neither pass nor failure")
    func invalid() throws {
        let invalid = try Self.page("invalid").text
        #expect(invalid.contains("Invalid items-crud"))
        #expect(invalid.contains("generator CPU: The generator was saturated; its latencies are its own."))
        let interrupted = try Self.page("interrupted").text
        #expect(interrupted.contains("Interrupted items-crud"))
        #expect(interrupted.contains("A signal ended the run after 12.4 s"))
        #expect(try HTMLReport.render(ExampleReport.interrupted).contains("<header class=\"banner interrupted\">"))
    }

    @Test("one panel for each request name and one for all together")
    func endpoints() throws {
        let page = try Self.page("passed")
        #expect(page.endpoints == (0...6).map { String($0) })
        #expect(page.count["option"] == 7)
    }

    @Test("text from outside stays text", arguments: ExampleReport.hostileNames)
    func hostile(name: String) throws {
        let page = try Self.page("hostile")
        // Control characters and marks that reorder are dropped, white space is folded by the reader.
        let seen = OutsideText.singleLine(name)
        #expect(page.text.contains(seen))
        #expect(page.count["script"] == 1)
        #expect(!page.text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
    }

    @Test("ten minutes with twenty endpoints take less than a megabyte")
    func size() throws {
        #expect(try HTMLReport.render(ExampleReport.long).utf8.count < 1_000_000)
    }

    @Test("figures beyond all bounds neither stop it nor reach a drawing")
    func extremes() throws {
        let html = try HTMLReport.render(ExampleReport.extreme)
        let page: PythonOracle.Page = try PythonOracle.ask(PythonOracle.page, about: html)
        #expect(page.errors == [])
        #expect(!html.contains("=\"nan") && !html.contains("Mnan") && !html.contains("inf "))
        #expect(page.drawings > 10)
    }
}

/// Not a check: writes every example as a page, for looking at in a browser.
@Suite("Example pages") struct ExamplePages {
    private static let folder = ProcessInfo.processInfo.environment["FIREDRILL_EXAMPLE_PAGES"]

    @Test(
        "are written where they are asked for", .enabled(if: folder != nil, "set FIREDRILL_EXAMPLE_PAGES to a folder"))
    func write() throws {
        let folder = URL(fileURLWithPath: try #require(Self.folder), isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, report) in ExampleReport.named + [("extreme", ExampleReport.extreme)] {
            let page = folder.appendingPathComponent(name + ".html")
            try HTMLReport.render(report).write(to: page, atomically: true, encoding: .utf8)
            #expect(FileManager.default.fileExists(atPath: page.path))
        }
    }
}
