import EmulatorCore
import ExactJSON
import Synchronization

/// A module that a Python handler imports and its environment has not, read from what the runtime reported.
///
/// Lambda's own runtimes have boto3, so a function that runs there may lack it here.
struct MissingModule: Sendable, Equatable {
    var module: String
    /// The Python that has it not.
    var executable: String

    /// Nil for an outcome that has another cause, and for the handler's own module, which no installation brings.
    init?(_ outcome: RuntimeOutcome, of function: LambdaFunction) {
        guard case .failure(let body, _) = outcome, function.code.command.arguments.contains("awslambdaric"),
            let error = try? JSONValue(parsing: body),
            ["Runtime.ImportModuleError", "ModuleNotFoundError"].contains(error["errorType"]?.stringValue ?? ""),
            let message = error["errorMessage"]?.stringValue, let start = message.firstRange(of: "No module named '")
        else { return nil }
        let name = message[start.upperBound...].prefix { $0 != "'" && $0 != "." }
        let own = function.handler.split(whereSeparator: { $0 == "." || $0 == "/" }).first
        guard !name.isEmpty, name != own else { return nil }
        module = String(name)
        executable = function.code.command.executable
    }

    /// What is missing, and how it is had.
    func words(function: String) -> String {
        "the function \(function) imports \(module), which \(executable) has not: run `\(executable) -m pip install "
            + "\(module)`, or put the module into the function's code, or name another environment with --python-env DIR"
    }
}

/// Tells each thing once, however often it comes up.
final class OnceTold: Sendable {
    private let tell: @Sendable (String) -> Void
    private let told = Mutex<Set<String>>([])

    init(_ tell: @escaping @Sendable (String) -> Void) { self.tell = tell }

    func callAsFunction(_ text: String) {
        if told.withLock({ $0.insert(text).inserted }) { tell(text) }
    }
}
