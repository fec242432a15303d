import EmulatorCore

/// How the runtimes of Lambda are started on this machine.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
enum FunctionRuntime: Sendable, Equatable {
    case python
    case node
    /// `provided`, `provided.al2`, `provided.al2023`: the code's own `bootstrap`.
    case provided
    /// Any other, which only a command given by the user can serve.
    case other(String)

    init(_ name: String) {
        if name.hasPrefix("python3") {
            self = .python
        } else if name.hasPrefix("nodejs") {
            self = .node
        } else if name == "provided" || name.hasPrefix("provided.") {
            self = .provided
        } else {
            self = .other(name)
        }
    }

    /// The name of the file that inline code is written to; nil for runtimes that take none.
    var inlineFile: String? {
        switch self {
        case .python: "index.py"
        case .node: "index.js"
        case .provided, .other: nil
        }
    }
}
