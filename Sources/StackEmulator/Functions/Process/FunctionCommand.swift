#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What starts one execution environment of a function.
struct FunctionCommand: Sendable, Equatable {
    /// Path of an executable file.
    var executable: String
    var arguments: [String]
    /// The folder that the process starts in, Lambda's /var/task; nil for the emulator's own.
    var workingDirectory: String?
    /// Variables that the command needs besides those of every function; the function's own win.
    var variables: [String: String] = [:]

    init(
        executable: String, arguments: [String], workingDirectory: String? = nil, variables: [String: String] = [:]
    ) {
        self.executable = executable
        self.arguments = arguments
        self.workingDirectory = workingDirectory
        self.variables = variables
    }

    /// Reads a command line and finds its executable.
    ///
    /// - Parameters:
    ///   - line: Words separated by blanks; quotes and backslashes as in a shell, nothing else is expanded.
    ///   - searchPath: Directories for a name without slash, separated by colons.
    /// - Throws: `EmulatorError` when there is no such file or it cannot be executed.
    init(line: String, function: String, searchPath: String) throws(EmulatorError) {
        guard var words = Self.words(of: line), !words.isEmpty else {
            throw EmulatorError(
                code: .command,
                message: "the command of the function \(function) is empty or has an unclosed quote: \(line)")
        }
        let name = words.removeFirst()
        guard let path = Self.find(name, searchPath: searchPath) else {
            throw EmulatorError(
                code: .command, message: "the command of the function \(function) was not found: \(name)")
        }
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG, access(path, X_OK) == 0 else {
            throw EmulatorError(
                code: .command,
                message:
                    "the command of the function \(function) cannot be executed: \(path) (is it a file with execute permission?)"
            )
        }
        executable = path
        arguments = words
    }

    /// The file that a name or path means; a name without slash is looked up in the directories of the search path.
    static func find(_ name: String, searchPath: String) -> String? {
        if name.utf8.contains(UInt8(ascii: "/")) { return access(name, F_OK) == 0 ? name : nil }
        return searchPath.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }

    /// The words of a command line; nil when a quote is left open.
    static func words(of line: String) -> [String]? {
        var words: [String] = []
        var current: String?
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                current = (current ?? "") + String(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if character == open { quote = nil } else { current = (current ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                current = current ?? ""
            } else if character == " " || character == "\t" || character == "\n" {
                if let word = current { words.append(word) }
                current = nil
            } else {
                current = (current ?? "") + String(character)
            }
        }
        guard quote == nil, !isEscaped else { return nil }
        if let word = current { words.append(word) }
        return words
    }
}
