import ArgumentParser
import Drills
import ScenarioModel
import Timekeeping
import Verdicts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `firedrill calibrate`: records what AWS does where nobody has documented it.
struct CalibrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Records what a deployed stack does where AWS's documentation is silent.",
        discussion: """
            Writes a file that firedrill emulate --calibration FILE goes by. It sends a handful of requests of the \
            scenario's cache section and makes one temporary alarm; on AWS it takes some ten minutes.
            """)

    @Argument(help: "A scenario with a cache section.")
    var scenario: String

    @OptionGroup(title: "The deployed stack")
    var target: TargetOptions

    @Option(help: "The file to write.")
    var output = "calibration.json"

    @Option(help: "Folder of the reports, for the journal.")
    var reports = "reports"

    @OptionGroup(title: "What it may do")
    var choices: DrillChoices

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var scenario = try ScenarioFile.read(scenario, environment: environment)
        scenario.target = try target.applied(to: scenario.target, apiURL: nil)
        let session = RunSession(
            scenario: scenario, environment: environment, options: choices.options, reports: reports, say: { _ in })
        let record = try await session.calibrate { Console.print($0) }
        do {
            try Data((record.json.text + "\n").utf8).write(to: URL(fileURLWithPath: output))
        } catch {
            throw CommandFailure(exitCode: .badConfiguration, message: "cannot write \(output): \(error)")
        }
        Console.print("Calibration: \(output)")
    }
}
