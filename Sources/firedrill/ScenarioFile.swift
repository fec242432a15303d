import ScenarioModel

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads and checks a scenario file.
enum ScenarioFile {
    /// - Throws: `CommandFailure` that lists every mistake with file, line and column.
    static func read(_ path: String, environment: [String: String]) throws(CommandFailure) -> Scenario {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            let kind = FileManager.default.fileExists(atPath: path) ? "cannot be read" : "does not exist"
            throw CommandFailure(
                exitCode: .badConfiguration,
                message: "the scenario \(path) \(kind); a ready-made one is scenarios/items-crud.yaml")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(exitCode: .badConfiguration, message: "\(path): the file is not UTF-8 text")
        }
        do throws(ScenarioError) {
            return try Scenario(yaml: text, file: path, environment: environment)
        } catch {
            throw CommandFailure(exitCode: .badConfiguration, message: "\(error)")
        }
    }
}
