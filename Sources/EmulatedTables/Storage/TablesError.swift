/// Why the store of tables cannot be opened.
package struct TablesError: Error, Sendable, CustomStringConvertible {
    /// What kind of trouble it is, for programs.
    package enum Code: String, Sendable {
        case cannotOpen, corrupt
    }

    /// The kind of trouble.
    package var code: Code
    /// What is wrong and what to do, for people.
    package var message: String
    /// The data directory.
    package var location: String?
    /// The database's or the file system's own error.
    package var underlying: (any Error)?

    /// The place and the message.
    package var description: String { location.map { "\($0): \(message)" } ?? message }
}
