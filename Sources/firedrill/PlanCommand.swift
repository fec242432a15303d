import ArgumentParser
import Drills
import ScenarioModel
import Verdicts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `firedrill plan`: what the alarm drill of a scenario would do.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Prints what the alarm drill would send, how long it takes and who would be told.",
        discussion: "Reads the stack and its alarms. No request goes to the API, and nothing is changed.")

    @Argument(help: "The scenario file.")
    var scenario: String

    @OptionGroup(title: "The deployed stack")
    var target: TargetOptions

    @OptionGroup(title: "What the drill may do")
    var choices: DrillChoices

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var scenario = try ScenarioFile.read(scenario, environment: environment)
        scenario.target = try target.applied(to: scenario.target, apiURL: nil)
        let session = RunSession(
            scenario: scenario, environment: environment, options: choices.options, reports: nil, say: { _ in })
        for line in try await session.plan() { Console.print(line) }
    }
}
