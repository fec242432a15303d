import ExactJSON
import Subprocess

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A Python that was asked what it can do.
struct PythonInterpreter: Sendable, Equatable {
    /// The path that starts it, inside of its virtual environment.
    var executable: String
    /// `3.11.7`
    var version: String
    /// Whether Lambda's runtime interface client is there, its compiled part for this very version included.
    var hasRuntimeClient: Bool
    /// Whether the AWS SDK is there, as it is in Lambda's own Python runtimes.
    var hasSDK: Bool

    /// Prints what is of interest; looking for a module does not run it, so this takes no longer than Python's start.
    private static let question = """
        import importlib.util as u, json, platform, sys
        has = lambda name: u.find_spec(name) is not None
        print(json.dumps({"executable": sys.executable, "version": platform.python_version(),
            "client": has("awslambdaric") and has("runtime_client"), "sdk": has("boto3")}))
        """

    /// Asks the Python at a path; nil when it does not answer as one within ten seconds.
    static func asking(_ path: String, searchPath: String) async -> PythonInterpreter? {
        var options = PlatformOptions()
        options.teardownSequence = [.send(signal: .kill, allowedDurationToNextStep: .seconds(1))]
        let answer = await withTaskGroup(of: String?.self) { group in
            group.addTask { [options] in
                let result = try? await Subprocess.run(
                    .path(.init(path)), arguments: ["-c", question],
                    environment: .custom(["PATH": searchPath, "PYTHONDONTWRITEBYTECODE": "1"]),
                    platformOptions: options, output: .string(limit: 4096), error: .discarded)
                return result?.standardOutput
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(10))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let answer, let value = try? JSONValue(parsing: answer.trimmingNewlines),
            let executable = value["executable"]?.stringValue, let version = value["version"]?.stringValue
        else { return nil }
        return PythonInterpreter(
            executable: executable, version: version, hasRuntimeClient: value["client"]?.boolValue ?? false,
            hasSDK: value["sdk"]?.boolValue ?? false)
    }

    /// The paths worth asking, best first: the environment that the user names alone, or else the active one, one named
    /// `.venv` beside the template or in the working folder, and what the search path has.
    static func candidates(in locations: CodeLocations) -> [String] {
        if let named = locations.pythonEnvironment { return [program(ofEnvironment: named)] }
        let folders = [locations.templateFolder, locations.workingFolder].compactMap { $0.map { "\($0)/.venv" } }
        let environments = ([locations.activePythonEnvironment].compactMap { $0 } + folders)
            .map(program(ofEnvironment:)).filter { access($0, X_OK) == 0 }
        let others = ["python3", "python"].compactMap { FunctionCommand.find($0, searchPath: locations.searchPath) }
        var seen: Set<String> = []
        return (environments + others.prefix(1)).filter { seen.insert($0).inserted }
    }

    private static func program(ofEnvironment folder: String) -> String {
        var information = stat()
        // The interpreter itself may be named as well.
        if stat(folder, &information) == 0, information.st_mode & S_IFMT == S_IFREG { return folder }
        return "\(folder)/bin/python3"
    }
}

extension String {
    fileprivate var trimmingNewlines: String { String(prefix { !$0.isNewline }) }
}
