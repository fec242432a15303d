import ArgumentParser
import ExactJSON
import Reporting
import ScenarioModel
import StackTemplate
import Verdicts
import Wiring

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `firedrill wiring`: judges what watches a stack, without sending anything.
struct WiringCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wiring",
        abstract: "Judges a stack's alarms and what they watch, without sending a request.",
        discussion: """
            Errors are what would let a failure go unseen, serve wrong answers, or ring on healthy service; advice is the \
            rest. With --scenario, what it promises (time to live, time to react, failures) is judged too. Exit code 0 \
            without errors, 120 with.

              firedrill wiring --template template.yaml --parameter Environment=prod
              firedrill wiring --template cdk.out/Mine.template.json --format sarif > wiring.sarif
              firedrill wiring --stack mine --scenario scenario.yaml
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, sarif, junit }

    @Option(help: "CloudFormation template, YAML or JSON; `built-in` for this project's own.")
    var template: String?

    @Option(name: .customLong("parameter"), help: "Template parameter, NAME=VALUE; repeat for more.")
    var parameters: [KeyValue] = []

    @OptionGroup var target: TargetOptions

    @Option(help: "Scenario whose promises are judged too.")
    var scenario: String?

    @Option(help: "How the findings are told: text, json, sarif or junit.")
    var format = Format.text

    func validate() throws {
        guard (template == nil) != (target.stack == nil) else {
            throw ValidationError("name what to judge: --template FILE or --stack NAME, one of them")
        }
        if target.stack != nil, !parameters.isEmpty {
            throw ValidationError("--parameter is for a template; a deployed stack has its values")
        }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let promises =
            try scenario.map { WiringPromises(of: try ScenarioFile.read($0, environment: environment)) } ?? .none
        let (subject, source) = try await subject(environment)
        let findings = WiringRules.findings(in: subject, promises: promises)
        let report = WiringReport(subject, findings: findings, template: source)
        switch format {
        case .text: Console.print(WiringText.render(report, width: min(Console.width, 120)))
        case .json: Console.print(WiringJSON.render(report).text)
        case .sarif: Console.print(WiringSARIF.render(report, version: Firedrill.version).text)
        case .junit: Console.print(WiringJUnit.render(report))
        }
        Console.exit(report.errors.isEmpty ? .passed : .verificationFailed)
    }

    /// What is judged, and the template that it was read from.
    private func subject(_ environment: [String: String]) async throws -> (WiringSubject, StackTemplate?) {
        guard let template else {
            return (try await DeployedWiring(target: target, environment: environment).subject(), nil)
        }
        do throws(TemplateError) {
            let source = try TemplateFile.read(template)
            let region = target.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-west-2"
            return (
                try WiringSubject(template: source, parameters: parameters.dictionary, region: region), source
            )
        } catch {
            throw CommandFailure(exitCode: .badConfiguration, message: "\(error)")
        }
    }
}
