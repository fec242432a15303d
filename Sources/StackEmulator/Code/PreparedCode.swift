import EmulatorCore
import ExactJSON

/// A function as far as running its code is concerned.
struct FunctionSource: Sendable {
    /// Its id in the template; nil when it was made by a call.
    var logicalID: String?
    var name: String
    /// `python3.12`
    var runtime: String
    /// `module.function`; runtimes of the code's own give it a meaning of theirs.
    var handler: String
    /// The code, or why there is none: a command that the user gave runs without.
    var code: Result<FunctionCode, AWSServiceError>
}

extension FunctionSource {
    /// A function as a template declares it.
    ///
    /// - Parameters:
    ///   - property: The property `Code` of `AWS::Lambda::Function`, resolved.
    ///   - metadata: The resource's metadata, where the CDK notes an asset's path.
    init(
        logicalID: String, name: String, runtime: String, handler: String, property: JSONValue?, metadata: JSONValue
    ) {
        let code: Result<FunctionCode, AWSServiceError>
        do throws(AWSServiceError) {
            code = .success(try FunctionCode(property: property, metadata: metadata))
        } catch {
            code = .failure(error)
        }
        self.init(logicalID: logicalID, name: name, runtime: runtime, handler: handler, code: code)
    }
}

/// Code made ready to run on this machine.
struct PreparedCode: Sendable, Equatable {
    var command: FunctionCommand
    /// What Lambda shows as `CodeSha256`: SHA-256 of the archive in base64; something that changes with it for folders.
    var sha256: String
    /// Bytes of the archive, or of all files of a folder.
    var size: Int
}
