/// Why the runtime cannot go on.
package struct LambdaRuntimeError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The environment does not say where the Runtime API is.
        case notInLambda
        /// The Runtime API could not be reached at all.
        case unreachable
        /// The Runtime API was there and is gone: whoever started this process has ended.
        case lost
        /// The Runtime API answered what it must not.
        case refused
    }

    package var code: Code
    package var message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
