import LambdaRuntime

/// Why a function fails as a function. Bad requests are answers and never this.
package struct ItemsError: LambdaReportableError, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The environment lacks something.
        case configuration = "ConfigurationError"
        /// The event is not one that this function is for.
        case event = "EventError"
        /// The table's answer cannot be understood.
        case table = "TableError"
        /// A fault that the caller asked for.
        case injectedFault = "InjectedFault"
    }

    package var code: Code
    package var message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    package var errorType: String { code.rawValue }
    package var description: String { message }
}
