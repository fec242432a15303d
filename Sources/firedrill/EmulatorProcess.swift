import ExactJSON
import ScenarioModel
import Subprocess
import Synchronization
import Verdicts

/// `firedrill emulate` as a child process that lives as long as a piece of work.
struct EmulatorProcess {
    /// Where the emulator answers.
    struct Address: Sendable {
        var endpointURL: String
        var apiURL: String
        var region: String
        var stackName: String
        /// What the template asks for and does not get.
        var notices: [String]
    }

    var executable: String
    var specification: EmulatorSpecification

    /// Starts the emulator, waits until it is ready, does the work, and ends it whatever happens.
    ///
    /// - Throws: `CommandFailure` with the emulator's own words when it does not come up.
    func running<Value: Sendable>(
        _ work: @escaping @Sendable (Address) async throws -> Value
    ) async throws -> Value {
        var options = PlatformOptions()
        // A group of its own: Ctrl-C in the terminal is for us, and we end it when the load has drained.
        options.processGroupID = 0
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        let words = LastWords()
        let result = try await Subprocess.run(
            .path(.init(executable)), arguments: Arguments(arguments), platformOptions: options, input: .inputWriter,
            output: .sequence, error: .sequence
        ) { execution -> Value? in
            let errors = execution.standardError
            return try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await line in errors.strings() { words.add(line) }
                }
                var lines = execution.standardOutput.strings().makeAsyncIterator()
                guard let line = try await lines.next(), let address = Self.address(line) else {
                    try await group.waitForAll()
                    return nil
                }
                let value = try await work(address)
                try await execution.standardInputWriter.finish()
                await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))])
                group.cancelAll()
                return value
            }
        }
        if let value = result.closureResult { return value }
        let message = words.text.trimmed(dropping: "firedrill: ")
        throw CommandFailure(
            exitCode: .badConfiguration,
            message: message.isEmpty ? "the emulator ended before it was ready (\(result.terminationStatus))" : message)
    }

    private var arguments: [String] {
        var arguments = ["emulate", "--port", "0", "--json", "--until-stdin-closes", "--with-faults"]
        if let template = specification.template { arguments += ["--template", template] }
        for (key, value) in specification.parameters.sorted(by: { $0.key < $1.key }) {
            arguments += ["--parameter", "\(key)=\(value)"]
        }
        for (key, value) in specification.functions.sorted(by: { $0.key < $1.key }) {
            arguments += ["--function", "\(key)=\(value)"]
        }
        if let assets = specification.assets { arguments += ["--assets", assets] }
        if let environment = specification.pythonEnvironment { arguments += ["--python-env", environment] }
        return arguments
    }

    private static func address(_ line: String) -> Address? {
        guard let json = try? JSONValue(parsing: line), let endpoint = json["endpointURL"]?.stringValue,
            let api = json["apiURL"]?.stringValue, let region = json["region"]?.stringValue,
            let stack = json["stackName"]?.stringValue
        else { return nil }
        let notices = (json["notices"]?.arrayValue ?? []).compactMap(\.stringValue)
        return Address(endpointURL: endpoint, apiURL: api, region: region, stackName: stack, notices: notices)
    }
}

/// The end of what a process has said.
private final class LastWords: Sendable {
    private let state = Mutex("")

    var text: String { state.withLock { $0 } }

    func add(_ line: String) {
        state.withLock { $0 = String(($0 + line + (line.hasSuffix("\n") ? "" : "\n")).suffix(4000)) }
    }
}

extension String {
    /// Without white space at the ends and without a leading word.
    fileprivate func trimmed(dropping prefix: String) -> String {
        var text = self[...]
        while text.last?.isWhitespace == true { text.removeLast() }
        while text.first?.isWhitespace == true { text.removeFirst() }
        return String(text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text)
    }
}
