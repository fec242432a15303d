import AWSSigning
import ArgumentParser
import Drills
import ExactJSON
import Foundation
import StackEmulator
import StackTemplate
import Verdicts

/// `firedrill emulate`: runs a stack from its CloudFormation template on this machine.
struct EmulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emulate",
        abstract: "Runs the stack of a CloudFormation template on this machine.",
        discussion: """
            Speaks the AWS wire protocols on one port: point any AWS client at it with the exports that it prints. \
            Without --template it runs this project's own stack with its own handlers; with --empty it runs none, and \
            stacks are deployed to it as to AWS:

              firedrill emulate --empty &
              export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-west-2
              aws cloudformation deploy --template-file template.yaml --stack-name mine

            A stack of the CDK: firedrill emulate --template cdk.out/Mine.template.json --assets cdk.out
            """)

    enum ClockChoice: String, ExpressibleByArgument, CaseIterable { case real, skip }

    @Option(help: "CloudFormation template, YAML or JSON; without it, the built-in stack.")
    var template: String?

    @Option(name: .customLong("parameter"), help: "Template parameter, NAME=VALUE; repeat for more.")
    var parameters: [KeyValue] = []

    @Option(
        name: .customLong("function"),
        help:
            "Program that serves a function, NAME=COMMAND with the logical id or the function's name; repeat for more.")
    var functions: [KeyValue] = []

    @Option(help: "Folder of assets, such as the CDK's cdk.out; without it, the template's folder if it has assets.")
    var assets: String?

    @Option(
        help: "Virtual environment with awslambdaric for Python handlers; without it, the active one or .venv is taken."
    )
    var pythonEnv: String?

    @Option(help: "Name of the emulated CloudFormation stack.")
    var stackName = "firedrill"

    @Option(help: "Port to listen on; 0 takes any free one.")
    var port: Int = 4566

    @Option(help: "Address to listen on; any but a loopback address lets other machines in.")
    var host = "127.0.0.1"

    @Flag(
        help: "Refuse calls of the AWS API that are not signed with a known key; test/test unless --key names others.")
    var requireSignature = false

    @Option(
        name: .customLong("key"), help: "Key that callers may sign with, ID=SECRET; repeat for more.")
    var keys: [KeyValue] = []

    @Option(help: "What all APIs may take together, RATE/BURST in requests, or none; AWS's default is 10000/5000.")
    var accountThrottle: ThrottleChoice = ThrottleChoice(limit: ThrottleLimit(rate: 10_000, burst: 5_000))

    @Option(
        name: .customLong("switch"),
        help: ArgumentHelp(
            "A fact about AWS that is not documented, NAME=VALUE; repeat for more.",
            discussion: NamedSwitch.all.map { fact in
                "\(fact.name) (\(fact.value(in: EmulatorSwitches()))): \(fact.help)"
            }.joined(separator: "\n")))
    var switches: [KeyValue] = []

    @Option(help: "File of firedrill calibrate: sets the switches as AWS was seen to do; --switch goes before it.")
    var calibration: String?

    @Option(
        help: ArgumentHelp(
            "Folder that keeps the account over restarts; without it everything is in memory.",
            discussion: "Metrics, logs and REST APIs that no stack has made start anew with each process."))
    var dataDir: String?

    @Option(help: "skip: idle time can be skipped through the clock endpoint; real: it cannot.")
    var clock: ClockChoice = .skip

    @Flag(help: "Start without a stack, to deploy to with the AWS CLI or any other client.")
    var empty = false

    @Flag(help: "Refuse a template that asks for anything that is not emulated, instead of listing it.")
    var strict = false

    @Flag(help: "Announce the addresses as one line of JSON.")
    var json = false

    @Flag(help: "Stop when standard input closes: for a parent that must leave nothing behind.")
    var untilStdinCloses = false

    @Flag(help: "Let the stack's own handlers honour fault headers, where the template has a parameter FaultInjection.")
    var withFaults = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535, got \(port)") }
        if let assets {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: assets, isDirectory: &isFolder), isFolder.boolValue else {
                throw ValidationError(
                    "--assets must be a folder, such as the CDK's cdk.out; there is none at \(assets)")
            }
        }
        guard stackName.wholeMatch(of: /[A-Za-z][-A-Za-z0-9]{0,127}/) != nil else {
            throw ValidationError(
                "--stack-name must be a letter followed by up to 127 letters, digits and hyphens, got \(stackName)")
        }
        if empty, template != nil { throw ValidationError("--empty and --template exclude each other") }
    }

    func run() async throws {
        let emulator = Emulator(configuration: try configuration())
        let announceJSON = json
        let waitsForStdin = untilStdinCloses
        do {
            try await Interrupts.shared.cancelling(onSignal: {}, onSecond: { Console.exit(.interrupted) }) {
                let address = try await emulator.start()
                if !address.isLoopback {
                    Console.error(
                        """
                        WARNING: the emulator listens on \(host), where other machines reach it. It runs programs and \
                        \(requireSignature ? "asks callers only for its own keys" : "asks nobody who they are").
                        """)
                }
                if !address.losses.isEmpty {
                    Console.error("lost of the data directory:\n  " + address.losses.joined(separator: "\n  "))
                }
                if !address.notices.isEmpty {
                    Console.error("not emulated of the template:\n  " + address.notices.joined(separator: "\n  "))
                }
                Console.print(announceJSON ? Self.announcement(address) : Self.welcome(address))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await emulator.run() }
                    if waitsForStdin { group.addTask { await Self.standardInputCloses() } }
                    try await group.next()
                    group.cancelAll()
                    while let _ = try? await group.next() {}
                }
            }
        } catch let error as EmulatorError {
            throw CommandFailure(exitCode: .badConfiguration, message: "\(error)")
        } catch is CancellationError {
        }
    }

    private func configuration() throws -> EmulatorConfiguration {
        let text: String
        let file: String
        if let template {
            guard let bytes = FileManager.default.contents(atPath: template) else {
                throw CommandFailure(
                    exitCode: .badConfiguration, message: "cannot read the template \(template): check the path")
            }
            (text, file) = (String(decoding: bytes, as: UTF8.self), template)
        } else {
            (text, file) = (BuiltInTemplate.text, BuiltInTemplate.file)
        }
        var values = parameters.dictionary
        // A template that is malformed is told by the emulator, with its place.
        if withFaults, values["FaultInjection"] == nil, let read = try? StackTemplate(parsing: text, file: file),
            read.parameters.contains(where: { $0.name == "FaultInjection" })
        {
            values["FaultInjection"] = "enabled"
        }
        var configuration = EmulatorConfiguration(
            templateText: text, templateFile: file, stackName: stackName, parameters: values,
            functions: functions.dictionary, port: port,
            dataDirectory: dataDir, clockMode: clock == .real ? .real : .skip)
        configuration.refusesUnsupported = strict
        configuration.startsEmpty = empty
        configuration.host = host
        configuration.requiresSignature = requireSignature
        if !keys.isEmpty {
            configuration.credentials = keys.map { AWSCredentials(accessKeyID: $0.key, secretAccessKey: $0.value) }
        }
        configuration.switches.accountThrottle = accountThrottle.limit
        try setSwitches(&configuration)
        configuration.notice = { Console.error($0) }
        configuration.bundledFunctions = BundledHandlers.commands
        configuration.code = codeLocations
        return configuration
    }

    private func setSwitches(_ configuration: inout EmulatorConfiguration) throws {
        func set(_ name: String, _ value: String, from source: String) throws {
            do throws(EmulatorError) {
                try NamedSwitch.named(name).set(value, in: &configuration.switches)
            } catch {
                throw CommandFailure(exitCode: .badConfiguration, message: "\(source): \(error.message)")
            }
        }
        if let calibration {
            guard let bytes = FileManager.default.contents(atPath: calibration) else {
                throw CommandFailure(
                    exitCode: .badConfiguration, message: "cannot read the calibration \(calibration): check the path")
            }
            let recorded: [(name: String, value: String)]
            do throws(DrillError) {
                recorded = try CalibrationRecord.switches(in: String(decoding: bytes, as: UTF8.self))
            } catch {
                throw CommandFailure(exitCode: .badConfiguration, message: "\(calibration): \(error.message)")
            }
            for fact in recorded { try set(fact.name, fact.value, from: calibration) }
        }
        for choice in switches { try set(choice.key, choice.value, from: "--switch") }
    }

    private var codeLocations: CodeLocations {
        let environment = ProcessInfo.processInfo.environment
        let working = FileManager.default.currentDirectoryPath
        func absolute(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }
        let folder = template.map { URL(filePath: $0).standardizedFileURL.deletingLastPathComponent().path }
        let names = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0) } ?? []
        let besideTemplate = names.contains { $0.hasSuffix(".assets.json") } ? folder : nil
        return CodeLocations(
            assets: assets.map(absolute) ?? besideTemplate, templateFolder: folder, workingFolder: working,
            pythonEnvironment: pythonEnv.map(absolute), activePythonEnvironment: environment["VIRTUAL_ENV"],
            searchPath: environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
            temporaryFolder: environment["TMPDIR"] ?? "/tmp")
    }

    /// One line of JSON, read by `firedrill run`.
    static func announcement(_ address: EmulatorAddress) -> String {
        let value: JSONValue = [
            "endpointURL": .string(address.endpointURL), "apiURL": .string(address.apiURLs.first ?? ""),
            "region": .string(address.region), "stackName": .string(address.stackName),
            "apiURLs": .array(address.apiURLs.map(JSONValue.string)),
            "notices": .array(address.notices.map(JSONValue.string)),
            "losses": .array(address.losses.map(JSONValue.string)),
        ]
        return value.text
    }

    private static func welcome(_ address: EmulatorAddress) -> String {
        """
        \(address.apiURLs.isEmpty ? "The emulator is up." : "The stack \(address.stackName) is up.")
        \(address.apiURLs.map { "  API           \($0)\n" }.joined())  AWS endpoint  \(address.endpointURL)

        Point AWS clients at it:
          export AWS_ENDPOINT_URL=\(address.endpointURL)
          export AWS_REGION=\(address.region) AWS_DEFAULT_REGION=\(address.region)
          export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test

        Ctrl-C stops it.
        """
    }

    private static func standardInputCloses() async {
        // Reading ends with the other side's end, however that came about.
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            Thread.detachNewThread {
                while let data = try? FileHandle.standardInput.read(upToCount: 4096), !data.isEmpty {}
                continuation.resume()
            }
        }
    }
}
