import ArgumentParser
import Drills
import ExactJSON
import StackTemplate
import Verdicts
import Wiring

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `firedrill permissions`: the IAM policy that a drill needs.
struct PermissionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "permissions", abstract: "Prints the least-privilege IAM policy that a drill needs.",
        discussion: """
            With --stack the policy names that stack's own resources, as found through the AWS API; with --template those \
            that the template will make; without either it holds for any stack of the account.

              firedrill permissions --stack mine --format json > policy.json
              aws iam create-policy --policy-name firedrill --policy-document file://policy.json
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case text, json }

    @Option(help: "CloudFormation template, YAML or JSON; `built-in` for this project's own.")
    var template: String?

    @Option(name: .customLong("parameter"), help: "Template parameter, NAME=VALUE; repeat for more.")
    var parameters: [KeyValue] = []

    @Option(help: "The name that the template's stack will have.")
    var stackName: String?

    @OptionGroup var target: TargetOptions

    @Option(help: "How the policy is told: json, as IAM takes it, or text.")
    var format = Format.json

    func validate() throws {
        guard template == nil || target.stack == nil else {
            throw ValidationError("--template FILE or --stack NAME, one of them")
        }
        guard template != nil || (parameters.isEmpty && stackName == nil) else {
            throw ValidationError("--parameter and --stack-name go with --template")
        }
    }

    func run() async throws {
        let policy = PermissionPolicy(resources: try await resources(ProcessInfo.processInfo.environment))
        Console.print(format == .json ? policy.text : policy.summary)
    }

    private func resources(_ environment: [String: String]) async throws -> PermissionResources {
        if let stack = target.stack {
            let access = try await AWSAccess.find(target.identity, environment: environment)
            do throws(DrillError) {
                let map = try await StackDiscovery(connection: access.connection, choice: target.choice)
                    .discover(stack: stack)
                return PermissionResources(of: map, region: access.identity.configuration.region)
            } catch {
                throw CommandFailure(exitCode: .badConfiguration, message: error.message)
            }
        }
        let region = target.region ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"] ?? "us-west-2"
        guard let template else { return .anyStack(region: target.region ?? "*") }
        do throws(TemplateError) {
            let subject = try WiringSubject(
                template: try TemplateFile.read(template), parameters: parameters.dictionary, region: region)
            return PermissionResources(planned: subject, stack: stackName, region: region)
        } catch {
            throw CommandFailure(exitCode: .badConfiguration, message: "\(error)")
        }
    }
}
