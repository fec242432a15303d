#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The handlers of the built-in stack: programs beside this one.
enum BundledHandlers {
    /// The folder of the running program.
    static var folder: URL {
        URL(fileURLWithPath: executable).deletingLastPathComponent()
    }

    /// The path of the running program itself.
    static var executable: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    /// Logical id to program, for those that are there.
    static var commands: [String: String] {
        let programs = ["ApiFunction": "items-api", "StreamFunction": "items-stream"]
        return programs.mapValues { folder.appending(path: $0).path }
            .filter { FileManager.default.isExecutableFile(atPath: $0.value) }
    }
}
