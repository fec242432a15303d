import AWSClients
import Drills
import LoadEngine
import Verdicts
import Wiring

/// Reads a deployed or emulated stack for the wiring check.
struct DeployedWiring {
    var target: TargetOptions
    var environment: [String: String]

    /// - Throws: `CommandFailure` when AWS cannot be asked or the stack is none that can be judged.
    func subject() async throws -> WiringSubject {
        var environment = environment
        if let region = target.region { environment["AWS_REGION"] = region }
        if let endpoint = target.endpointURL { environment["AWS_ENDPOINT_URL"] = endpoint }
        guard let configuration = AWSClientConfiguration(environment: environment) else {
            throw CommandFailure(
                exitCode: .badConfiguration,
                message: "no AWS region or credentials: set AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        }
        let connection = AWSConnection(configuration: configuration, transport: CurlTransport())
        do throws(DrillError) {
            let map = try await StackDiscovery(connection: connection).discover(stack: target.stack ?? "")
            return map.wiring(region: configuration.region)
        } catch {
            throw CommandFailure(exitCode: .badConfiguration, message: error.message)
        }
    }
}
