import EmulatorCore
import FoundationEssentials

/// A folder with a function's code, which becomes its working directory.
struct CodeFolder: Sendable, Equatable {
    /// Absolute.
    var path: String
    var sha256: String
    var size: Int

    init(path: String, sha256: String, size: Int) {
        self.path = path
        self.sha256 = sha256
        self.size = size
    }

    /// A folder that is there already. Its digest is made of the names, sizes and times of its files: reading all of them
    /// would take long where a project carries its libraries.
    ///
    /// - Throws: `InvalidParameterValueException` when the folder is larger than Lambda takes.
    init(existing path: String) throws(AWSServiceError) {
        let url = URL(filePath: path).resolvingSymlinksInPath()
        let root = url.path.hasSuffix("/") ? String(url.path.dropLast()) : url.path
        var description: [String] = []
        var size = 0
        for name in ((try? FileManager.default.subpathsOfDirectory(atPath: root)) ?? []).sorted() {
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: "\(root)/\(name)"),
                attributes[.type] as? FileAttributeType == .typeRegular
            else { continue }
            let bytes = (attributes[.size] as? Int) ?? 0
            let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            size += bytes
            description.append("\(name) \(bytes) \(changed)")
        }
        guard size <= ZipExtraction.maximumBytes else {
            throw FunctionCode.refusal("Unzipped size must be smaller than \(ZipExtraction.maximumBytes) bytes")
        }
        self.init(
            path: root, sha256: FunctionCodeStore.digest(of: Array(description.joined(separator: "\n").utf8)),
            size: size)
    }
}
