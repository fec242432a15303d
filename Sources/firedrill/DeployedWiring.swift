import Drills
import Verdicts
import Wiring

/// Reads a deployed or emulated stack for the wiring check.
struct DeployedWiring {
    var target: TargetOptions
    var environment: [String: String]

    /// - Throws: `CommandFailure` when AWS cannot be asked or the stack is none that can be judged.
    func subject() async throws -> WiringSubject {
        let access = try await AWSAccess.find(target.identity, environment: environment)
        let discovery = StackDiscovery(connection: access.connection, choice: target.choice)
        do throws(DrillError) {
            return try await discovery.discover(stack: target.stack ?? "").wiring(
                region: access.identity.configuration.region)
        } catch {
            throw CommandFailure(exitCode: .badConfiguration, message: error.message)
        }
    }
}
