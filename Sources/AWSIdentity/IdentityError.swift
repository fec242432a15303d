/// Why no identity could be found, with what to do.
package struct IdentityError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// Nothing anywhere names credentials, or a region.
        case none
        /// A file or variable says something that cannot be followed.
        case badConfiguration
        /// The place that was to give credentials refused or did not answer.
        case unavailable
        /// A way that Firedrill does not go.
        case unsupported
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
