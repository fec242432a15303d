import ArgumentParser

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `firedrill validate`: reads a scenario and says everything that is wrong with it.
struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Checks a scenario file and names every mistake in it with line and column.")

    @Argument(help: "The scenario file.")
    var scenario: String

    func run() throws {
        let checked = try ScenarioFile.read(scenario, environment: ProcessInfo.processInfo.environment)
        Console.print("\(scenario): scenario \(checked.name) is valid")
    }
}
