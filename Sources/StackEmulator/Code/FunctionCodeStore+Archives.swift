import EmulatorCore
import FoundationEssentials

/// The archives of functions in a data directory: a function runs the code that it was given, whatever becomes of the
/// object that it came from.
extension FunctionCodeStore {
    /// The archive with a digest, as `CodeSha256` shows it; nil when none was kept.
    func archive(_ sha256: String) -> [UInt8]? {
        guard let archiveFolder, let data = FileManager.default.contents(atPath: Self.file(sha256, in: archiveFolder))
        else { return nil }
        let bytes = Array(data)
        return Self.digest(of: bytes) == sha256 ? bytes : nil
    }

    /// Keeps an archive, unless it is there.
    func keep(_ bytes: [UInt8], digest: String) throws(AWSServiceError) {
        guard let archiveFolder else { return }
        let path = Self.file(digest, in: archiveFolder)
        if FileManager.default.fileExists(atPath: path) { return }
        do {
            try FileManager.default.createDirectory(atPath: archiveFolder, withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw AWSServiceError(
                "ServiceException", "The code cannot be kept in \(archiveFolder): \(error)", status: 500)
        }
    }

    /// Removes the archives that no function has any more.
    func removeArchives(except kept: Set<String>) {
        guard let archiveFolder else { return }
        let wanted = Set(kept.map { Self.file($0, in: archiveFolder) })
        for name in (try? FileManager.default.contentsOfDirectory(atPath: archiveFolder)) ?? []
        where name.hasSuffix(".zip") && !wanted.contains("\(archiveFolder)/\(name)") {
            try? FileManager.default.removeItem(atPath: "\(archiveFolder)/\(name)")
        }
    }

    /// A digest in base64 has a character that no file name may have.
    private static func file(_ sha256: String, in folder: String) -> String {
        "\(folder)/\(sha256.replacing("/", with: "_")).zip"
    }
}
