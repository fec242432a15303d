import AWSClients
import AWSIdentity
import Drills
import HTTPExchange
import LoadEngine
import ScenarioModel
import Verdicts

/// A deployed stack as a run's target.
struct DeployedTarget {
    var specification: StackSpecification
    var environment: [String: String]
    var say: @Sendable (DrillProgress) -> Void

    /// - Throws: `CommandFailure` or `DrillError` when AWS cannot be asked, or the stack is none that can be drilled.
    func found() async throws -> Target {
        let access = try await AWSAccess.find(
            IdentityOptions(
                profile: specification.profile, region: specification.region, endpointURL: specification.endpointURL),
            environment: environment)
        let configuration = access.identity.configuration
        say(.note("AWS: region \(configuration.region), credentials from \(access.identity.source)"))
        let discovery = StackDiscovery(
            connection: access.connection, choice: APIChoice(api: specification.api, stage: specification.stage))
        let stack = try await discovery.discover(stack: specification.name)
        for gap in stack.gaps { say(.note("not read: \(gap.what): \(gap.reason)")) }
        let transport = CurlTransport(certificateFile: access.identity.certificateFile)
        let clock = await EmulatorClock.clock(ofEndpoint: configuration.endpointURL, transport: transport)
        var target = Target(
            kind: clock is RealClock ? .stack : .emulator, baseURL: try baseURL(of: stack, configuration),
            aws: access.connection, stack: stack, clock: clock, transport: transport)
        // An emulator that somebody else runs stays up too, with all that a run leaves in it.
        target.outlivesRun = true
        return target
    }

    /// Where the API's stage answers.
    private func baseURL(of stack: StackMap, _ configuration: AWSClientConfiguration) throws(DrillError) -> String {
        if let url = specification.apiURL { return url }
        // Behind an endpoint of its own the API is reached there too, never at a real host of the same name.
        if let endpoint = configuration.serviceEndpointURLs[AWSService.apiGateway.identifier]
            ?? configuration.endpointURL
        {
            let base = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
            return "\(base)/_aws/execute-api/\(stack.apiID)/\(stack.stage.name)"
        }
        guard stack.hasDefaultEndpoint else {
            throw DrillError(
                code: .configuration,
                message:
                    "REST API \(stack.apiID) answers only at a domain of its own (its execute-api endpoint is off): "
                    + "name the stage's URL there with --api-url")
        }
        let suffix = AWSPartition(region: configuration.region).suffix
        return "https://\(stack.apiID).execute-api.\(configuration.region).\(suffix)/\(stack.stage.name)"
    }
}
