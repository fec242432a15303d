import AWSIdentity
import ArgumentParser
import Drills
import ScenarioModel

/// Which deployed stack a command is aimed at, and how AWS is asked; the same options for every command.
struct TargetOptions: ParsableArguments {
    @Option(help: "Name of a deployed CloudFormation stack.")
    var stack: String?

    @Option(help: "Logical or physical id of the REST API, where the stack has several.")
    var api: String?

    @Option(help: "Name of the stage, where the API has several.")
    var stage: String?

    @Option(help: "AWS region of the stack; without it, the one of the profile or the environment.")
    var region: String?

    @Option(help: "Profile of the AWS configuration; without it, AWS_PROFILE or the default one.")
    var profile: String?

    @Option(
        name: .customLong("endpoint-url"), help: "URL that takes the place of AWS's own hosts, such as an emulator's.")
    var endpointURL: String?

    func validate() throws {
        if let endpointURL, let reason = BaseURL.fault(endpointURL) {
            throw ValidationError("--endpoint-url \(endpointURL): \(reason)")
        }
    }

    /// Whether any of them is set.
    var isStated: Bool { [stack, api, stage, region, profile, endpointURL].contains { $0 != nil } }

    var identity: IdentityOptions { IdentityOptions(profile: profile, region: region, endpointURL: endpointURL) }
    var choice: APIChoice { APIChoice(api: api, stage: stage) }

    /// The command line goes before the file.
    func override(_ specification: inout StackSpecification) {
        if let stack { specification.name = stack }
        if let api { specification.api = api }
        if let stage { specification.stage = stage }
        if let region { specification.region = region }
        if let profile { specification.profile = profile }
        if let endpointURL { specification.endpointURL = endpointURL }
    }
}
