import ArgumentParser
import Verdicts

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The command line.
struct Firedrill: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "firedrill",
        abstract: "Load-tests a serverless API and proves that its alarms, cache and stream work.",
        discussion: """
            Start with:  firedrill run scenarios/items-crud.yaml
            It emulates this project's own stack, drives load at it, probes its cache and stream, sets small real fires, \
            sees that every alarm rings, and writes a report.

            Exit codes: 0 passed, 99 a threshold failed, 104 bad configuration or scenario, 105 interrupted, \
            120 an alarm, cache or stream verification failed, 122 the run is invalid, 1 an internal fault.
            """,
        version: "firedrill \(version)",
        subcommands: [
            RunCommand.self, PlanCommand.self, UndoCommand.self, CleanCommand.self, CalibrateCommand.self,
            WiringCommand.self, PermissionsCommand.self, ValidateCommand.self, EmulateCommand.self, StackCommand.self,
            BenchStaticCommand.self,
        ])
}

@main
enum Main {
    static func main() async {
        // A closed pipe is an error of one write, not the end of a drill.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try Firedrill.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Console.error(failure.message)
            Console.exit(failure.exitCode)
        } catch {
            // Help and version come this way too; a wrong command line is a bad configuration.
            let text = Firedrill.fullMessage(for: error)
            if Firedrill.exitCode(for: error).isSuccess {
                Console.print(text)
                Console.exit(.passed)
            }
            Console.error(text, prefixed: false)
            Console.exit(error is ValidationError || isUsage(error) ? .badConfiguration : .internalFault)
        }
    }

    private static func isUsage(_ error: any Error) -> Bool {
        Firedrill.exitCode(for: error) == ArgumentParser.ExitCode.validationFailure
    }
}

/// Ends the command with one clear message and an exit code.
struct CommandFailure: Error {
    var exitCode: Verdicts.ExitCode
    var message: String
}
