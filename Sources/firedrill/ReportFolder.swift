import Reporting
import ScenarioModel
import Verdicts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Writes a run's reports into `<folder>/<run id>`, all of them or none.
struct ReportFolder {
    var folder: String

    /// Looks whether reports can be written, before anything is sent.
    func prepare() throws(CommandFailure) {
        let probe = "\(folder)/.writable-\(ProcessInfo.processInfo.processIdentifier)"
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try save([], probe)
            try FileManager.default.removeItem(atPath: probe)
        } catch {
            throw CommandFailure(
                exitCode: .badConfiguration,
                message: "the folder \(folder) cannot be written to; name another one with --reports")
        }
    }

    /// - Returns: the finished folder's path.
    /// - Throws: `CommandFailure` when the folder cannot be written to.
    func write(_ report: RunReport, outputs: [OutputKind]) throws(CommandFailure) -> String {
        let final = "\(folder)/\(report.result.run.id)"
        // Written beside its place and then renamed: whoever finds the folder finds it complete.
        let draft = "\(folder)/.\(report.result.run.id).partial"
        do {
            try FileManager.default.createDirectory(atPath: draft, withIntermediateDirectories: true)
            if outputs.contains(.json) { try save(JSONReport.render(report), "\(draft)/report.json") }
            if outputs.contains(.html) { try save(Array(HTMLReport.render(report).utf8), "\(draft)/index.html") }
            if outputs.contains(.junit) { try save(Array(JUnitReport.render(report).utf8), "\(draft)/junit.xml") }
            try FileManager.default.moveItem(atPath: draft, toPath: final)
            return final
        } catch {
            try? FileManager.default.removeItem(atPath: draft)
            throw CommandFailure(
                exitCode: .internalFault,
                message: "the report cannot be written to \(final): \(error)")
        }
    }

    private func save(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}
