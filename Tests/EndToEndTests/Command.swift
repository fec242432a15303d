import ExactJSON
import Subprocess
import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The real command, as built beside the tests.
enum Command {
    struct Outcome: Sendable {
        var exitCode: Int32
        var output: String
        var errors: String

        var described: Comment { "exit \(exitCode)\n\(output)\n\(errors)" }
    }

    /// The folder that the tests' own binary lies in.
    static var buildFolder: String {
        let binary = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: binary).deletingLastPathComponent().path
    }

    static func path(_ program: String) -> String { "\(buildFolder)/\(program)" }

    static func run(_ arguments: [String]) async throws -> Outcome {
        let result = try await Subprocess.run(
            .path(.init(path("firedrill"))), arguments: Arguments(arguments), output: .string(limit: 1 << 22),
            error: .string(limit: 1 << 22))
        return Outcome(
            exitCode: code(result.terminationStatus), output: result.standardOutput,
            errors: result.standardError)
    }

    /// Runs the command and sends it a signal when a line of its output starts with `marker`.
    static func run(_ arguments: [String], interruptAt marker: String) async throws -> Outcome {
        let result = try await Subprocess.run(
            .path(.init(path("firedrill"))), arguments: Arguments(arguments), input: .none, output: .sequence,
            error: .combinedWithOutput
        ) { execution in
            var output = ""
            for try await line in execution.standardOutput.strings() {
                output += line + "\n"
                if line.hasPrefix(marker) { try execution.send(signal: .interrupt) }
            }
            return output
        }
        return Outcome(exitCode: code(result.terminationStatus), output: result.closureResult, errors: "")
    }

    private static func code(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): Int32(code)
        case .signaled(let signal): -Int32(signal)
        }
    }
}

/// A folder of a test's own, removed at its end.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "firedrill-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, _ name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
        return "\(path)/\(name)"
    }

    /// The report of the only run in this folder.
    func report() throws -> JSONValue {
        let runs = try FileManager.default.contentsOfDirectory(atPath: "\(path)/reports").filter { !$0.hasPrefix(".") }
        let run = try #require(runs.count == 1 ? runs.first : nil, "one run was expected, found \(runs)")
        let data = try #require(FileManager.default.contents(atPath: "\(path)/reports/\(run)/report.json"))
        return try JSONValue(parsing: Array(data))
    }

    var reportFiles: [String] {
        let runs = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/reports")) ?? []
        return runs.flatMap { (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/reports/\($0)")) ?? [] }
            .sorted()
    }

    /// The ready-made scenario with a shorter load, enough to see everything once.
    func shortScenario() throws -> String {
        let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = repository.appending(path: "scenarios/items-crud.yaml")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let short = text.replacing("duration: 10s", with: "duration: 2s").replacing("rate: 40/s", with: "rate: 20/s")
            .replacing("samples: 30", with: "samples: 7")
            // The machine's speed decides no test: limits on time are out of reach here, all others stay.
            .replacing("p(95)<500", with: "p(95)<60000").replacing("p(99)<1500", with: "p(99)<60000")
            .replacing("p(95)<250", with: "p(95)<60000").replacing("p(99)<7s", with: "p(99)<60s")
            .replacing("maxCPU: 80%, maxScheduleLag: 50ms", with: "maxCPU: 100%, maxScheduleLag: 30s")
        // A change of the scenario that makes these replacements idle must be seen.
        try #require(short != text)
        return try write(short, "scenario.yaml")
    }
}
