import AWSClients
import AWSIdentity
import ArgumentParser
import Drills
import Verdicts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `firedrill undo`: takes back what a drill that died had changed.
struct UndoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Takes back what a drill that was killed had changed in its stack.",
        discussion: "Each change is in the run's journal before it is made. Undoing twice does no harm.")

    @Argument(help: "The run's journal; without it, all journals in the reports' folder.")
    var journal: String?

    @Option(help: "Folder of the reports.")
    var reports = "reports"

    @Option(help: "Profile of the AWS configuration; without it, AWS_PROFILE or the default one.")
    var profile: String?

    func run() async throws {
        let paths = journal.map { [$0] } ?? JournalFile.leftBehind(reports: reports)
        if paths.isEmpty { Console.print("No journal in \(reports): nothing to undo.") }
        for path in paths {
            let (journal, _) = try JournalFile.journal(at: path)
            let connection = try await JournalTarget(header: journal.header, profile: profile).connection()
            let changes = journal.outstanding
            for (number, reversal) in changes {
                do throws(DrillError) {
                    try await journal.undo(number, connection)
                    Console.print("undone: \(reversal.description)")
                } catch {
                    throw CommandFailure(
                        exitCode: .internalFault,
                        message:
                            "could not \(reversal.description): \(error.message). The journal \(path) still has it.")
                }
            }
            if changes.isEmpty { Console.print("\(journal.header.runID): nothing to undo.") }
        }
    }
}

/// `firedrill clean`: removes the items that a run which died had written.
struct CleanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean", abstract: "Removes what a run that was killed had written, and takes back its changes.",
        discussion: """
            All ids that a run makes begin with its mark, which follows from the run's id: the items are found in the \
            stack's tables by it.
            """)

    @Argument(help: "The run's id, or the path of its journal.")
    var run: String

    @Option(help: "Folder of the reports.")
    var reports = "reports"

    @Option(help: "Profile of the AWS configuration; without it, AWS_PROFILE or the default one.")
    var profile: String?

    func run() async throws {
        let path =
            FileManager.default.fileExists(atPath: run) ? run : "\(JournalFile.folder(reports: reports))/\(run).jsonl"
        guard FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure(
                exitCode: .badConfiguration,
                message: "no journal of the run \(run) in \(reports): a run that ended well removes it with its items")
        }
        let (journal, file) = try JournalFile.journal(at: path)
        let connection = try await JournalTarget(header: journal.header, profile: profile).connection()
        do throws(DrillError) {
            for (number, reversal) in journal.outstanding {
                try await journal.undo(number, connection)
                Console.print("undone: \(reversal.description)")
            }
            let count = try await ItemCleaner(connection: connection)
                .clean(runID: journal.header.runID, stack: journal.header.stack)
            Console.print("removed \(count) items of \(journal.header.runID)")
        } catch {
            throw CommandFailure(exitCode: .internalFault, message: "\(error.message). The journal \(path) stays.")
        }
        file.remove()
    }
}

/// Reaches the target that a journal names.
struct JournalTarget {
    var header: DrillJournal.Header

    var profile: String?

    func connection() async throws -> AWSConnection {
        try await AWSAccess.find(
            IdentityOptions(profile: profile, region: header.region, endpointURL: header.endpointURL),
            environment: ProcessInfo.processInfo.environment
        ).connection
    }
}
