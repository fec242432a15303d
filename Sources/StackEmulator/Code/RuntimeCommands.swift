import EmulatorCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Finds what starts the code in a folder, runtime by runtime.
final class RuntimeCommands: Sendable {
    private let locations: CodeLocations
    /// What each Python answered, by the path that it was asked at.
    private let pythons = Mutex<[String: PythonInterpreter?]>([:])

    init(locations: CodeLocations) { self.locations = locations }

    /// - Parameter folder: The folder with the function's code, absolute.
    /// - Throws: `InvalidParameterValueException` that says what is missing and how to get it.
    func command(for function: FunctionSource, in folder: String) async throws(AWSServiceError) -> FunctionCommand {
        var variables = ["LD_LIBRARY_PATH": "\(folder):\(folder)/lib"]
        switch FunctionRuntime(function.runtime) {
        case .python:
            let python = try await python(for: function)
            variables["PYTHONPATH"] = folder
            // Lambda's code folder is read-only; the user's own is not littered either.
            variables["PYTHONDONTWRITEBYTECODE"] = "1"
            return FunctionCommand(
                executable: python.executable, arguments: ["-m", "awslambdaric", function.handler],
                workingDirectory: folder, variables: variables)
        case .node:
            return FunctionCommand(
                executable: try nodeClient(for: function, in: folder), arguments: [function.handler],
                workingDirectory: folder, variables: variables)
        case .provided:
            return FunctionCommand(
                executable: try bootstrap(of: function, in: folder), arguments: [], workingDirectory: folder,
                variables: variables)
        case .other(let runtime):
            throw FunctionCode.refusal(
                "the runtime \(runtime) of the function \(function.shownName) cannot be started here: \(function.remedy)"
            )
        }
    }

    // MARK: Python

    private func python(for function: FunctionSource) async throws(AWSServiceError) -> PythonInterpreter {
        var tried: [String] = []
        var withoutSDK: PythonInterpreter?
        for path in PythonInterpreter.candidates(in: locations) {
            guard let python = await ask(path) else {
                tried.append("\(path) (no Python)")
                continue
            }
            if python.hasRuntimeClient {
                // Lambda's runtimes have the SDK: a Python that has it too comes first.
                if python.hasSDK { return python }
                withoutSDK = withoutSDK ?? python
                continue
            }
            tried.append("\(path) (\(python.version), without awslambdaric)")
        }
        if let withoutSDK { return withoutSDK }
        let seen = tried.isEmpty ? "none was found" : "tried \(tried.joined(separator: ", "))"
        let setUp =
            locations.pythonEnvironment.map { "\($0)/bin/pip install awslambdaric boto3" }
            ?? "python3 -m venv .venv && .venv/bin/pip install awslambdaric boto3"
        throw FunctionCode.refusal(
            "the function \(function.shownName) (\(function.runtime)) needs a Python with awslambdaric; \(seen). "
                + "Run `\(setUp)`, or name a virtual environment with --python-env DIR, or \(function.remedy)")
    }

    private func ask(_ path: String) async -> PythonInterpreter? {
        if let known = pythons.withLock({ $0[path] }) { return known }
        let answer = await PythonInterpreter.asking(path, searchPath: locations.searchPath)
        pythons.withLock { $0[path] = answer }
        return answer
    }

    // MARK: Node.js

    private func nodeClient(for function: FunctionSource, in folder: String) throws(AWSServiceError) -> String {
        let name = "aws-lambda-ric"
        let folders = [folder, locations.templateFolder, locations.workingFolder].compactMap { $0 }
        let programs: [String] = folders.map { "\($0)/node_modules/.bin/\(name)" }
        let installed = programs.first { access($0, X_OK) == 0 }
        if let found = installed ?? FunctionCommand.find(name, searchPath: locations.searchPath) { return found }
        throw FunctionCode.refusal(
            "the function \(function.shownName) (\(function.runtime)) needs \(name), which is neither in node_modules nor "
                + "on the PATH: run `npm install \(name)`, or \(function.remedy)")
    }

    // MARK: Custom runtimes

    private func bootstrap(of function: FunctionSource, in folder: String) throws(AWSServiceError) -> String {
        let path = "\(folder)/bootstrap"
        guard access(path, F_OK) == 0 else {
            throw FunctionCode.refusal(
                "the function \(function.shownName) (\(function.runtime)) has no file `bootstrap` in its code (\(folder)): "
                    + "put the program there, or \(function.remedy)")
        }
        guard access(path, X_OK) == 0 else {
            throw FunctionCode.refusal(
                "the file `bootstrap` of the function \(function.shownName) cannot be executed: "
                    + "run `chmod +x bootstrap` before it is packed (\(path))")
        }
        if case .foreign(let processor) = ExecutableFormat(path: path) {
            throw FunctionCode.refusal(
                "the file `bootstrap` of the function \(function.shownName) is a program for \(processor); this machine is "
                    + "\(ExecutableFormat.machine): build it for this machine, or \(function.remedy)")
        }
        return path
    }
}

extension FunctionSource {
    /// What messages call the function.
    var shownName: String { logicalID ?? name }

    /// What helps where no runtime does.
    var remedy: String { "say which program serves it with --function \(shownName)=COMMAND" }
}
