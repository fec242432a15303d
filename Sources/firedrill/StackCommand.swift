import ArgumentParser
import StackTemplate

/// `firedrill stack`: the project's own stack.
struct StackCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stack", abstract: "The built-in stack.", subcommands: [Template.self])

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "template", abstract: "Prints the built-in CloudFormation template.",
            discussion: "Deploy it, or copy it and change it: firedrill stack template > template.yaml")

        func run() { Console.write(BuiltInTemplate.text, to: 1) }
    }
}
