package import AWSSigning
package import Timekeeping

/// What to run, and how.
package struct EmulatorConfiguration: Sendable {
    /// The CloudFormation template, YAML or JSON.
    package var templateText: String
    /// What messages call the template.
    package var templateFile: String
    package var stackName: String
    /// Template parameters; the others take their defaults.
    package var parameters: [String: String]
    /// Command lines by a function's logical id or name.
    package var functions: [String: String]
    /// Command lines by logical id for functions whose code is nowhere to be found: the built-in stack's handlers.
    package var bundledFunctions: [String: String] = [:]
    /// Where the code of the other functions and their runtimes are.
    package var code = CodeLocations()
    /// On 127.0.0.1; 0 takes any free one.
    package var port: Int
    /// Keeps tables and streams over restarts; nil keeps them in memory.
    package var dataDirectory: String?
    package var clockMode: ClockMode
    package var region: String
    package var accountID: String
    package var switches: EmulatorSwitches
    /// Whether to start without the configured stack: stacks are deployed to the emulator when it runs.
    package var startsEmpty = false
    /// The address to listen on; only this machine reaches a loopback address.
    package var host = "127.0.0.1"
    /// Whether every call of the AWS API must carry a valid Signature V4.
    package var requiresSignature = false
    /// The keys that callers may sign with; functions have keys of their own besides.
    package var credentials = EmulatorConfiguration.defaultCredentials
    /// Whether a template that asks for what is not emulated is an error, or only listed.
    package var refusesUnsupported = false
    /// Told, at run time, what a deployed template asks for and does not get, and what cannot be kept.
    package var notice: @Sendable (String) -> Void = { _ in }
    /// What every function's process sees besides its own variables; PATH also finds its command.
    package var baseEnvironment: [String: String]
    /// The machine's time.
    package var realTime: @Sendable () -> Timestamp

    /// The pair that the emulator's own documentation names, and the identity without the permission kms:Decrypt.
    package static let defaultCredentials = [
        AWSCredentials(accessKeyID: "test", secretAccessKey: "test"),
        AWSCredentials(accessKeyID: Caller.accessKeyWithoutDecrypt, secretAccessKey: "test"),
    ]

    package init(
        templateText: String, templateFile: String, stackName: String, parameters: [String: String] = [:],
        functions: [String: String], port: Int = 0, dataDirectory: String? = nil, clockMode: ClockMode = .skip,
        region: String = "us-west-2", accountID: String = "123456789012",
        switches: EmulatorSwitches = EmulatorSwitches(),
        baseEnvironment: [String: String] = ["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "en_US.UTF-8"],
        realTime: @escaping @Sendable () -> Timestamp = Timestamp.system
    ) {
        self.templateText = templateText
        self.templateFile = templateFile
        self.stackName = stackName
        self.parameters = parameters
        self.functions = functions
        self.port = port
        self.dataDirectory = dataDirectory
        self.clockMode = clockMode
        self.region = region
        self.accountID = accountID
        self.switches = switches
        self.baseEnvironment = baseEnvironment
        self.realTime = realTime
    }
}

/// Where a running emulator is reached.
package struct EmulatorAddress: Sendable, Equatable {
    package var port: Int
    /// What AWS clients take as their endpoint: `http://127.0.0.1:4566`.
    package var endpointURL: String
    /// One for each stage of each API, without a slash at the end.
    package var apiURLs: [String]
    package var region: String
    package var accountID: String
    package var stackName: String
    /// Whether only this machine reaches it.
    package var isLoopback: Bool
    /// What the template asks for and does not get, one line each with its place.
    package var notices: [String]
    /// What a data directory kept and cannot be made again, and why.
    package var losses: [String] = []
}
