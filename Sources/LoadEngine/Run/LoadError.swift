/// Why a load could not run.
package struct LoadError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// No connection to the base URL could be opened.
        case unreachable
        /// The system refused threads, descriptors or memory.
        case resources
        /// `run` was called a second time.
        case alreadyRun
    }

    package var code: Code
    /// What happened and what to do about it.
    package var message: String
    /// The base URL.
    package var location: String

    package init(code: Code, message: String, location: String) {
        self.code = code
        self.message = message
        self.location = location
    }

    package var description: String { "\(location): \(message)" }
}
