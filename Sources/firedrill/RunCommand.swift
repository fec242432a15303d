import ArgumentParser
import Drills
import LoadEngine
import LoadMetrics
import Reporting
import ScenarioModel
import Verdicts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `firedrill run`: carries out a scenario and reports on it.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Carries out a scenario: load, cache and stream probes, alarm drill, report.",
        discussion: """
            Ctrl-C drains what is in flight, ends the emulator, and writes what was measured until then; the exit code is \
            105 then. A second Ctrl-C ends at once.
            """)

    @Argument(help: "The scenario file, for instance scenarios/items-crud.yaml.")
    var scenario: String

    @Option(help: "Folder for reports; the run's own folder is made in it.")
    var reports = "reports"

    @Option(help: "Emulate this CloudFormation template instead of the scenario's.")
    var template: String?

    @Option(name: .customLong("parameter"), help: "Template parameter of the emulated stack, NAME=VALUE.")
    var parameters: [KeyValue] = []

    @Option(name: .customLong("function"), help: "Program for an emulated function, NAME=COMMAND.")
    var functions: [KeyValue] = []

    @Option(help: "Folder with the code of the emulated functions, such as the CDK's cdk.out.")
    var assets: String?

    @Option(help: "Virtual environment with awslambdaric for emulated functions in Python.")
    var pythonEnv: String?

    @OptionGroup(title: "The deployed stack")
    var target: TargetOptions

    @Option(
        name: .customLong("api-url"),
        help: "URL of the API's stage. Alone: load only. With --stack: where the stage answers, such as its own domain."
    )
    var apiURL: String?

    @OptionGroup(title: "What the drill may do")
    var choices: DrillChoices

    @Flag(name: .shortAndLong, help: "Print nothing but the summary.")
    var quiet = false

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        var scenario = try ScenarioFile.read(scenario, environment: environment)
        try override(&scenario)
        try ReportFolder(folder: reports).prepare()
        let colour = Console.isTerminal && environment["NO_COLOR"] == nil && environment["CI"] == nil
        let printer = ProgressPrinter(live: colour, quiet: quiet, width: Console.width)
        let session = RunSession(
            scenario: scenario, environment: environment, options: choices.options, reports: reports,
            say: { progress in printer.show(progress) })
        let result: RunResult = try await session.run()
        printer.finish()

        let judgement = Judge.judge(result, thresholds: scenario.judgedThresholds, limits: scenario.generator)
        let report = RunReport(result: result, judgement: judgement)
        Console.print(
            TerminalSummary.render(report, style: colour ? .colour : .plain, width: min(Console.width, 120)))
        let folder = try ReportFolder(folder: reports).write(report, outputs: scenario.outputs)
        Console.print("Report: \(folder)/\(scenario.outputs.contains(.html) ? "index.html" : "")")
        Console.exit(judgement.exitCode)
    }

    /// The command line goes before the file.
    private func override(_ scenario: inout Scenario) throws {
        scenario.target = try target.applied(to: scenario.target, apiURL: apiURL)
        let options: [String?] = [template, assets, pythonEnv]
        guard options.contains(where: { $0 != nil }) || !parameters.isEmpty || !functions.isEmpty else { return }
        guard case .emulator(var specification) = scenario.target else {
            throw CommandFailure(
                exitCode: .badConfiguration,
                message: "--template, --parameter, --function, --assets and --python-env are for an emulated stack; "
                    + "the target is none")
        }
        if let template { specification.template = template }
        if let assets { specification.assets = assets }
        if let pythonEnv { specification.pythonEnvironment = pythonEnv }
        specification.parameters.merge(parameters.dictionary) { _, stated in stated }
        specification.functions.merge(functions.dictionary) { _, stated in stated }
        scenario.target = .emulator(specification)
    }
}
