import Crypto
import EmulatorCore
import FoundationEssentials
import NIOPosix
import Synchronization

/// Turns the code of functions into commands that run on this machine.
///
/// The one entry point is `prepare`. Unpacked archives live in a temporary folder that goes with this store; folders are run
/// where they are, so that a change of a handler counts from the next environment on.
final class FunctionCodeStore: Sendable {
    /// Reads an object of an emulated bucket.
    typealias ReadObject =
        @Sendable (_ bucket: String, _ key: String, _ version: String?) async throws(AWSServiceError)
        -> [UInt8]

    private struct State {
        var temporary: TemporaryFolder?
        var temporaryCount = 0
        /// Unpacked archives by the digest of their bytes.
        var unpacked: [String: CodeFolder] = [:]
    }

    let locations: CodeLocations
    private let commands: [String: String]
    private let fallbacks: [String: String]
    let archiveFolder: String?
    private let readObject: ReadObject?
    private let runtimes: RuntimeCommands
    private let state = Mutex(State())

    /// - Parameters:
    ///   - commands: Command lines by a function's name or logical id, which win over any code.
    ///   - fallbacks: Command lines for functions whose code is nowhere to be found: the handlers of the built-in stack.
    ///   - archiveFolder: Keeps the archives of functions over restarts; nil keeps none.
    ///   - readObject: Reads from emulated buckets; nil when there are none.
    init(
        locations: CodeLocations, commands: [String: String], fallbacks: [String: String] = [:],
        archiveFolder: String? = nil, readObject: ReadObject? = nil
    ) {
        self.archiveFolder = archiveFolder
        self.locations = locations
        self.commands = commands
        self.fallbacks = fallbacks
        self.readObject = readObject
        runtimes = RuntimeCommands(locations: locations)
    }

    /// What to start for a function.
    ///
    /// - Throws: `InvalidParameterValueException` when the code cannot be had or nothing here can run it; the message says
    ///   what to do. `ServiceException` when the disk refuses.
    func prepare(_ function: FunctionSource) async throws(AWSServiceError) -> PreparedCode {
        let code: FunctionCode
        do throws(AWSServiceError) {
            code = try function.code.get()
        } catch {
            guard let command = try command(for: function, in: commands) else { throw error }
            return PreparedCode(command: command, sha256: Self.digest(of: Array(function.name.utf8)), size: 0)
        }
        if let command = try command(for: function, in: commands) {
            // The code is only described then, and may well be out of reach.
            let folder = try? await folder(of: code, function)
            return PreparedCode(
                command: command, sha256: folder?.sha256 ?? Self.digest(of: Array("\(code)".utf8)),
                size: folder?.size ?? 0)
        }
        let folder: CodeFolder
        do throws(AWSServiceError) {
            folder = try await self.folder(of: code, function)
        } catch {
            guard case .object = code, let command = try command(for: function, in: fallbacks) else { throw error }
            return PreparedCode(command: command, sha256: Self.digest(of: Array("\(code)".utf8)), size: 0)
        }
        return PreparedCode(
            command: try await runtimes.command(for: function, in: folder.path), sha256: folder.sha256,
            size: folder.size)
    }

    private func command(
        for function: FunctionSource, in lines: [String: String]
    ) throws(AWSServiceError) -> FunctionCommand? {
        guard let line = lines[function.name] ?? function.logicalID.flatMap({ lines[$0] }) else { return nil }
        do throws(EmulatorError) {
            return try FunctionCommand(
                line: line, function: function.logicalID ?? function.name, searchPath: locations.searchPath)
        } catch {
            throw FunctionCode.refusal(error.message)
        }
    }

    // MARK: Folders

    private func folder(of code: FunctionCode, _ function: FunctionSource) async throws(AWSServiceError) -> CodeFolder {
        switch code {
        case .inline(let text):
            guard let file = FunctionRuntime(function.runtime).inlineFile else {
                throw FunctionCode.refusal(
                    "ZipFile can only be used with the runtimes of Node.js and Python, not with \(function.runtime)\(hint(for: function))"
                )
            }
            return try await unpack(Array(text.utf8)) { bytes, folder throws(AWSServiceError) in
                try Self.write(bytes, to: "\(folder)/\(file)")
            }
        case .zip(let bytes):
            let folder = try await unpack(bytes)
            try keep(bytes, digest: folder.sha256)
            return folder
        case .local(let path):
            guard let base = locations.templateFolder else {
                throw FunctionCode.refusal(
                    "The code \(path) is a path, and it is not known which folder it starts from: "
                        + "upload the code to a bucket (aws cloudformation package).")
            }
            return try await local(path.hasPrefix("/") ? path : "\(base)/\(path)")
        case .object(let bucket, let key, let version, let assetPath):
            if let assets = locations.assets,
                let path = AssetIndex(folder: assets).path(bucket: bucket, key: key, assetPath: assetPath)
            {
                return try await local(path)
            }
            let bytes = try await object(bucket, key, version, of: function)
            let folder = try await unpack(bytes)
            try keep(bytes, digest: folder.sha256)
            return folder
        }
    }

    private func object(
        _ bucket: String, _ key: String, _ version: String?, of function: FunctionSource
    ) async throws(AWSServiceError) -> [UInt8] {
        do throws(AWSServiceError) {
            guard let readObject else {
                throw AWSServiceError("NoSuchBucket", "The specified bucket does not exist")
            }
            return try await readObject(bucket, key, version)
        } catch {
            let looked = locations.assets.map { "in \($0)" } ?? "in a folder that --assets names"
            throw FunctionCode.refusal(
                "Error occurred while GetObject. S3 Error Code: \(error.code). S3 Error Message: \(error.message) "
                    + "(s3://\(bucket)/\(key) is neither in an emulated bucket nor \(looked)\(hint(for: function)))")
        }
    }

    /// What helps a function of a template; one made by a call has no command to be given.
    private func hint(for function: FunctionSource) -> String {
        function.logicalID == nil ? "" : "; or \(function.remedy)"
    }

    private func local(_ path: String) async throws(AWSServiceError) -> CodeFolder {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw FunctionCode.refusal("There is no code at \(path).")
        }
        if isFolder { return try CodeFolder(existing: path) }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FunctionCode.refusal("The code at \(path) cannot be read.")
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if name.hasSuffix(".zip") || name.hasSuffix(".jar") { return try await unpack(Array(data)) }
        return try await unpack(Array(data)) { bytes, folder throws(AWSServiceError) in
            try Self.write(bytes, to: "\(folder)/\(name)")
        }
    }

    /// Fills a folder from bytes, unless the same bytes were unpacked before.
    private func unpack(
        _ bytes: [UInt8],
        by fill: @escaping @Sendable ([UInt8], String) throws(AWSServiceError) -> Void = ZipExtraction.extract
    ) async throws(AWSServiceError) -> CodeFolder {
        let digest = Self.digest(of: bytes)
        if let known = state.withLock({ $0.unpacked[digest] }) { return known }
        let path = try newFolder()
        let outcome: Result<Void, AWSServiceError>? = try? await NIOThreadPool.singleton.runIfActive {
            do throws(AWSServiceError) {
                return .success(try fill(bytes, path))
            } catch {
                return .failure(error)
            }
        }
        do throws(AWSServiceError) {
            guard let outcome else {
                throw AWSServiceError("ServiceException", "The emulator is stopping.", status: 500)
            }
            try outcome.get()
        } catch {
            try? FileManager.default.removeItem(atPath: path)
            throw error
        }
        let folder = CodeFolder(path: path, sha256: digest, size: bytes.count)
        return state.withLock { state in
            // Two at once may have unpacked the same: both folders are whole, one is kept in mind.
            let kept = state.unpacked[digest] ?? folder
            state.unpacked[digest] = kept
            return kept
        }
    }

    private func newFolder() throws(AWSServiceError) -> String {
        let outcome = state.withLock { state -> Result<String, AWSServiceError> in
            do throws(AWSServiceError) {
                let temporary: TemporaryFolder
                if let known = state.temporary {
                    temporary = known
                } else {
                    temporary = try TemporaryFolder(in: locations.temporaryFolder)
                }
                state.temporary = temporary
                state.temporaryCount += 1
                return .success(try temporary.subfolder("code-\(state.temporaryCount)"))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(AWSServiceError) {
        do {
            try Data(bytes).write(to: URL(filePath: path))
        } catch {
            throw AWSServiceError("ServiceException", "\(path) cannot be written: \(error)", status: 500)
        }
    }

    /// What Lambda shows as `CodeSha256`.
    static func digest(of bytes: [UInt8]) -> String { Data(SHA256.hash(data: bytes)).base64EncodedString() }
}
