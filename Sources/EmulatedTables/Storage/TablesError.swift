/// Why the store of tables cannot be opened.
package struct TablesError: Error, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case cannotOpen, corrupt
    }

    package var code: Code
    /// What is wrong and what to do, for people.
    package var message: String
    /// The data directory.
    package var location: String?
    package var underlying: (any Error)?

    package var description: String { location.map { "\($0): \(message)" } ?? message }
}
