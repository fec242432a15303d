import AWSClients
import AWSIdentity
import Drills
import LoadEngine
import Subprocess
import Synchronization
import Timekeeping
import Verdicts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The way to AWS in the name that command line, environment and files give.
struct AWSAccess: Sendable {
    var connection: AWSConnection
    var identity: CallerIdentity

    /// - Throws: `CommandFailure` that says what is missing or wrong.
    static func find(_ options: IdentityOptions, environment: [String: String]) async throws -> AWSAccess {
        do throws(IdentityError) {
            let identity = try await CallerIdentity.find(options, in: surroundings(environment))
            let transport = CurlTransport(certificateFile: identity.certificateFile)
            return AWSAccess(
                connection: AWSConnection(
                    configuration: identity.configuration, transport: transport, renewal: identity.renewal),
                identity: identity)
        } catch {
            throw CommandFailure(exitCode: .badConfiguration, message: error.message)
        }
    }

    private static func surroundings(_ environment: [String: String]) -> IdentitySurroundings {
        var environment = environment
        // As `~` is resolved where a service manager sets no HOME.
        if environment["HOME"]?.isEmpty ?? true {
            environment["HOME"] = FileManager.default.homeDirectoryForCurrentUser.path
        }
        return IdentitySurroundings(
            environment: environment,
            readFile: { path in FileManager.default.contents(atPath: path).map { Array($0) } },
            runProgram: { (words) async throws(IdentityError) in try await output(of: words) },
            transport: CurlTransport())
    }

    /// What a program prints; its environment is ours.
    private static func output(of words: [String]) async throws(IdentityError) -> [UInt8] {
        guard let program = words.first else { throw IdentityError(.badConfiguration, "no program is named") }
        let executable: Executable = program.contains("/") ? .path(.init(program)) : .name(program)
        do {
            let result = try await Subprocess.run(
                executable, arguments: Arguments(Array(words.dropFirst())), output: .bytes(limit: 1 << 20),
                error: .string(limit: 1 << 16))
            guard case .exited(0) = result.terminationStatus else {
                throw IdentityError(
                    .unavailable, "\(program) ended with \(result.terminationStatus): \(result.standardError)")
            }
            return result.standardOutput
        } catch let error as IdentityError {
            throw error
        } catch {
            throw IdentityError(.unavailable, "\(program): \(error)")
        }
    }
}
