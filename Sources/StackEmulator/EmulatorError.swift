/// Why the emulator cannot start.
package struct EmulatorError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of mistake, for programs.
    package enum Code: String, Sendable {
        /// The template is malformed, or its parameters do not fit.
        case template
        /// The template asks for something that is not emulated.
        case unsupported
        /// A function has no command, or its command cannot be run.
        case command
        /// The port is taken or may not be used.
        case port
        /// The data directory cannot be used.
        case storage
        /// A switch that there is not, or a value that it does not take.
        case setting
        /// A resource of the stack was refused by its service.
        case resource
    }

    package var code: Code
    package var message: String
    /// `file:line:column` in the template; nil when the mistake is outside of it.
    package var location: String?

    package init(code: Code, message: String, location: String? = nil) {
        self.code = code
        self.message = message
        self.location = location
    }

    package var description: String { location.map { "\($0): \(message)" } ?? message }
}
