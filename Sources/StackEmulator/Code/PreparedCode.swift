import EmulatorCore

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

/// Code made ready to run on this machine.
struct PreparedCode: Sendable, Equatable {
    var command: FunctionCommand
    /// What Lambda shows as `CodeSha256`: SHA-256 of the archive in base64; something that changes with it for folders.
    var sha256: String
    /// Bytes of the archive, or of all files of a folder.
    var size: Int
}
