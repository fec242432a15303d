/// What a scenario is aimed at.
package enum TargetSpecification: Sendable, Equatable {
    /// A stack that Firedrill itself emulates from a CloudFormation template.
    case emulator(EmulatorSpecification)
    /// A stack deployed on AWS (or on something that speaks its APIs, by `endpointURL`).
    case stack(StackSpecification)
    /// A bare URL, without a trailing slash: load only.
    case baseURL(String)
}

/// How the emulated stack is made.
package struct EmulatorSpecification: Sendable, Equatable {
    /// Path of the template as written; nil for the one built into the binary.
    package var template: String?
    /// Template parameters.
    package var parameters: [String: String]
    /// Logical id of a function to the program that serves it.
    package var functions: [String: String]
    /// Folder with the code of the functions, such as the CDK's `cdk.out`; nil for the template's own.
    package var assets: String?
    /// Virtual environment for handlers in Python; nil for the active one.
    package var pythonEnvironment: String?

    package init(
        template: String? = nil, parameters: [String: String] = [:], functions: [String: String] = [:],
        assets: String? = nil, pythonEnvironment: String? = nil
    ) {
        self.template = template
        self.parameters = parameters
        self.functions = functions
        self.assets = assets
        self.pythonEnvironment = pythonEnvironment
    }
}

/// How a deployed stack is found.
package struct StackSpecification: Sendable, Equatable {
    /// The CloudFormation stack's name.
    package var name: String
    package var region: String?
    package var profile: String?
    /// Endpoint of all AWS calls instead of AWS's own.
    package var endpointURL: String?
    /// Logical or physical id of the REST API; nil when the stack has just one.
    package var api: String?
    /// The stage's name; nil when the API has just one.
    package var stage: String?
    /// Where the stage answers instead of at AWS's own host name, such as a domain of its own; without a trailing slash.
    package var apiURL: String?

    package init(name: String, region: String? = nil, profile: String? = nil, endpointURL: String? = nil) {
        self.name = name
        self.region = region
        self.profile = profile
        self.endpointURL = endpointURL
    }
}
