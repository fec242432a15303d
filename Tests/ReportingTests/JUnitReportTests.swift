import Foundation
import LoadMetrics
import Reporting
import Testing
import Verdicts

@Suite("JUnit report", .enabled(if: PythonOracle.isPresent, "needs python3 for its XML parser"))
struct JUnitReportTests {
    private typealias Counts = PythonOracle.JUnit.Counts

    private static func read(_ report: RunReport) throws -> PythonOracle.JUnit {
        try PythonOracle.ask(PythonOracle.junit, about: JUnitReport.render(report))
    }

    @Test("has one test case for each check, counted by verdict")
    func counts() throws {
        let passed = try Self.read(ExampleReport.passed)
        #expect(passed.tag == "testsuites")
        #expect(passed.totals == Counts(tests: 15, failures: 0, errors: 0, skipped: 0))
        #expect(passed.time == 41.279)
        #expect(passed.seed == ["42"])
        #expect(
            passed.suites.mapValues(\.tests) == [
                "threshold": 2, "cache": 2, "stream": 1, "alarm": 8, "reconciliation": 1, "generator": 1,
            ])
        #expect(try Self.read(ExampleReport.failed).totals == Counts(tests: 17, failures: 4, errors: 0, skipped: 0))
        #expect(try Self.read(ExampleReport.invalid).totals == Counts(tests: 15, failures: 0, errors: 1, skipped: 0))
        #expect(try Self.read(ExampleReport.empty).totals == Counts(tests: 0, failures: 0, errors: 0, skipped: 0))
    }

    @Test("an interrupted run is in error even where every check passed or was skipped")
    func interrupted() throws {
        let read = try Self.read(ExampleReport.interrupted)
        #expect(read.totals == Counts(tests: 16, failures: 0, errors: 1, skipped: 10))
        #expect(read.suites["run"]?.errors == 1)
    }

    @Test("a failure tells what was expected, what was seen and why")
    func message() throws {
        let failed = try #require(try Self.read(ExampleReport.failed).cases.first { $0.name == "no record lost" })
        #expect(failed.className == "items-crud.stream")
        let child = try #require(failed.children.first)
        #expect(child.tag == "failure")
        #expect(child.message == "expected 30 delivered, actual 0 delivered")
        #expect(child.text == "No probe write was ever processed.")
    }

    @Test("names of any kind are read back, without what XML forbids")
    func hostile() throws {
        let names = try Self.read(ExampleReport.hostile).cases.map(\.name)
        #expect(names.contains("{{{evil}}} {{#x}}"))
        #expect(names.contains("[31mred[0m"))
        #expect(names.contains("line\nbreak\ttab"))
    }

    @Test("checks of one name stay apart")
    func distinct() throws {
        var report = ExampleReport.passed
        let check = report.judgement.checks[0]
        report.judgement.checks += [check, check, check]
        let cases = try Self.read(report).cases
        #expect(cases.count == 18)
        #expect(Set(cases.map { "\($0.suite)|\($0.name)" }).count == 18)
    }
}
