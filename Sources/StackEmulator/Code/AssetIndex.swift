import ExactJSON
import FoundationEssentials

/// The assets of a cloud assembly, by the object key that the templates call them.
///
/// The format is the CDK's asset manifest: `<stack>.assets.json` maps each asset's source, a folder or a file beside it, to
/// the objects that a deployment would upload. https://docs.aws.amazon.com/cdk/v2/guide/assets.html
struct AssetIndex: Sendable, Equatable {
    /// The folder of the assembly.
    let folder: String
    private var paths: [String: String] = [:]

    /// Reads the manifests in a folder and in those of its stages; a folder without any is just a folder of files.
    init(folder: String) {
        self.folder = folder
        read(folder)
        for stage in Self.names(in: folder) where stage.hasPrefix("assembly-") { read("\(folder)/\(stage)") }
    }

    /// The path of an asset's folder or file, or nil when the assembly has none that fits.
    ///
    /// The key alone decides where a manifest names it: it is made of the content's hash, while the bucket's name has
    /// placeholders for account and region. Next come the path in the template's metadata and files named as the object.
    func path(bucket: String, key: String, assetPath: String?) -> String? {
        let candidates = [paths[key], assetPath.map(inside), inside("\(bucket)/\(key)"), inside(key)]
        return candidates.lazy.compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0) }
    }

    private func inside(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }

    private mutating func read(_ folder: String) {
        for name in Self.names(in: folder) where name.hasSuffix(".assets.json") {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)"),
                let manifest = try? JSONValue(parsing: Array(data))
            else { continue }
            for asset in (manifest["files"]?.objectValue ?? [:]).values {
                guard let source = asset["source"]?["path"]?.stringValue else { continue }
                for destination in (asset["destinations"]?.objectValue ?? [:]).values {
                    guard let key = destination["objectKey"]?.stringValue else { continue }
                    paths[key] = source.hasPrefix("/") ? source : "\(folder)/\(source)"
                }
            }
        }
    }

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }
}
