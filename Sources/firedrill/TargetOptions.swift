import ArgumentParser

/// Which deployed stack a command is aimed at, and how AWS is asked; the same options for every command.
struct TargetOptions: ParsableArguments {
    @Option(help: "Name of a deployed CloudFormation stack.")
    var stack: String?

    @Option(help: "AWS region of the stack; without it, the one of the environment.")
    var region: String?

    @Option(
        name: .customLong("endpoint-url"), help: "URL that takes the place of AWS's own hosts, such as an emulator's.")
    var endpointURL: String?
}
