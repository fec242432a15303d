import Foundation
import LoadMetrics
import Reporting
import Testing
import Verdicts

@Suite("JSON report") struct JSONReportTests {
    @Test("is read back as what was written", arguments: ExampleReport.named.map(\.name))
    func roundTrip(name: String) throws {
        let report = try #require(ExampleReport.named.first { $0.name == name }?.report)
        #expect(try JSONReport.read(JSONReport.render(report)) == report)
    }

    @Test("has the published names at its top, verdict and measurements side by side")
    func shape() throws {
        let bytes = try JSONReport.render(ExampleReport.failed)
        let object = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(
            object.keys.sorted() == [
                "alarms", "cache", "checks", "exitCode", "findings", "generator", "problems", "reconciliation",
                "requests", "run",
                "schemaVersion", "stream", "timeline", "tool", "total", "undrilledAlarms", "verdict",
            ])
        #expect(object["schemaVersion"] as? Int == 1)
        #expect(object["verdict"] as? String == "fail")
        #expect(object["exitCode"] as? Int == 120)
        let alarm = try #require((object["alarms"] as? [[String: Any]])?[2])
        #expect((alarm["atThreshold"] as? [String: Any])?["state"] as? String == "OK")
        #expect(bytes.last == UInt8(ascii: "\n"))
    }

    @Test("is the same text for the same report")
    func stable() throws {
        #expect(try JSONReport.render(ExampleReport.passed) == JSONReport.render(ExampleReport.passed))
    }

    @Test("a figure that is no number is refused with its place")
    func notFinite() {
        var report = ExampleReport.passed
        report.result.alarms[1].threshold = .nan
        let error = #expect(throws: ReportError.self) { try JSONReport.render(report) }
        #expect(error?.code == .notFinite)
        #expect(error?.location == "alarms.1.threshold")
    }

    struct Broken: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var find: String
        var replacement: String
        var code: ReportError.Code
        var location: String
    }

    @Test(
        "what is no report is refused with its place",
        arguments: [
            Broken(
                testDescription: "newer version", find: "\"schemaVersion\" : 1", replacement: "\"schemaVersion\" : 2",
                code: .unknownSchema, location: "schemaVersion"),
            Broken(
                testDescription: "missing key", find: "\"seed\" : 42,", replacement: "", code: .malformed,
                location: "run.seed"),
            Broken(
                testDescription: "other type", find: "\"wallSeconds\" : 41.279", replacement: "\"wallSeconds\" : \"x\"",
                code: .malformed, location: "run.wallSeconds"),
            Broken(
                testDescription: "unknown verdict", find: "\"exitCode\" : 0", replacement: "\"exitCode\" : 77",
                code: .malformed, location: "exitCode"),
            Broken(testDescription: "no JSON", find: "{", replacement: "", code: .malformed, location: ""),
        ])
    func broken(broken: Broken) throws {
        let text = String(decoding: try JSONReport.render(ExampleReport.passed), as: UTF8.self)
        let range = try #require(text.range(of: broken.find))
        let changed = text.replacingCharacters(in: range, with: broken.replacement)
        let error = #expect(throws: ReportError.self) { try JSONReport.read(Array(changed.utf8)) }
        #expect(error?.code == broken.code)
        #expect(error?.location == broken.location)
        #expect(error?.message.isEmpty == false)
    }
}
