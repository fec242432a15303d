import EmulatorCore
import FoundationEssentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A folder of this process for unpacked code, removed at the end.
///
/// A process that was killed leaves its folder behind; the next one that makes such a folder removes it. Whether its owner
/// still lives is told by a lock, which the system takes away with the process.
final class TemporaryFolder: Sendable {
    let path: String
    private let lock: Int32

    private static let prefix = "firedrill-code-"
    private static let lockName = ".lock"

    /// - Throws: `ServiceException` when the parent folder cannot be written to.
    init(in parent: String) throws(AWSServiceError) {
        Self.removeAbandoned(in: parent)
        var template = Array("\(parent)/\(Self.prefix)XXXXXX".utf8CString)
        guard let made = mkdtemp(&template), let real = realpath(made, nil) else {
            throw AWSServiceError(
                "ServiceException",
                "no folder for code can be made in \(parent): \(String(cString: strerror(errno)))", status: 500)
        }
        path = String(cString: real)
        free(real)
        lock = open("\(path)/\(Self.lockName)", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        if lock >= 0 { flock(lock, LOCK_EX | LOCK_NB) }
    }

    deinit { remove() }

    /// A new, empty folder in it.
    func subfolder(_ name: String) throws(AWSServiceError) -> String {
        let folder = "\(path)/\(name)"
        guard mkdir(folder, 0o755) == 0 else {
            throw AWSServiceError(
                "ServiceException", "the folder \(folder) cannot be made: \(String(cString: strerror(errno)))",
                status: 500)
        }
        return folder
    }

    private func remove() {
        try? FileManager.default.removeItem(atPath: path)
        if lock >= 0 { close(lock) }
    }

    private static func removeAbandoned(in parent: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? [] where name.hasPrefix(prefix) {
            let folder = "\(parent)/\(name)"
            let file = open("\(folder)/\(lockName)", O_RDWR | O_CLOEXEC)
            guard file >= 0 else { continue }
            defer { close(file) }
            // A folder just made may not be locked yet.
            var information = stat()
            guard fstat(file, &information) == 0, time(nil) - information.st_mtim.tv_sec > 60 else { continue }
            if flock(file, LOCK_EX | LOCK_NB) == 0 { try? FileManager.default.removeItem(atPath: folder) }
        }
    }
}
