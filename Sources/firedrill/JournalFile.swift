import Drills
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The file of a run's journal. A line is on the disk, and not only in memory, when `append` returns.
final class JournalFile: Sendable {
    /// Below the reports' folder; hidden, as it is gone after a run that ended well.
    static func folder(reports: String) -> String { "\(reports)/.journals" }

    let path: String
    private let descriptor: Mutex<Int32>

    /// Opens or makes the file for appending.
    init(path: String) throws(DrillError) {
        self.path = path
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let opened = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw Self.failure(path) }
        descriptor = Mutex(opened)
        // The name must outlive a crash too.
        let directory = open(folder, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    deinit { descriptor.withLock { _ = close($0) } }

    private static func failure(_ path: String) -> DrillError {
        DrillError(
            code: .configuration,
            message:
                "the journal \(path) cannot be written (\(String(cString: strerror(errno)))): without it nothing could be "
                + "undone after a crash")
    }

    func append(_ line: String) throws(DrillError) {
        let bytes = Array((line + "\n").utf8)
        // One write: a line is there whole or not at all, but for a crash of the machine.
        let written = descriptor.withLock { file in
            let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
            return count == bytes.count && fsync(file) == 0
        }
        guard written else { throw Self.failure(path) }
    }

    func remove() { unlink(path) }

    /// The journals that runs have left behind, the oldest first.
    static func leftBehind(reports: String) -> [String] {
        let folder = folder(reports: reports)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".jsonl") }.sorted().map { "\(folder)/\($0)" }
    }

    /// Reads a journal that a run left behind.
    static func journal(at path: String) throws -> (DrillJournal, JournalFile) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(
                exitCode: .badConfiguration, message: "cannot read the journal \(path): check the path")
        }
        do throws(DrillError) {
            let file = try JournalFile(path: path)
            // A crash may have cut the last line short: what follows begins on a new one.
            if let last = data.last, last != UInt8(ascii: "\n") { try file.append("") }
            let journal = try DrillJournal(reading: String(decoding: data, as: UTF8.self)) {
                line throws(DrillError) in try file.append(line)
            }
            return (journal, file)
        } catch {
            throw CommandFailure(exitCode: .badConfiguration, message: "\(path): \(error.message)")
        }
    }
}
