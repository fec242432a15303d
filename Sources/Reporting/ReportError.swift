/// Why a report could not be written or read.
package struct ReportError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// A figure that JSON cannot say: not a number, or infinite.
        case notFinite
        /// The text is no report: not JSON, or not of this shape.
        case malformed
        /// The report was written by a newer version than this one.
        case unknownSchema
        /// A page template of our own is broken.
        case template
    }

    package var code: Code
    package var message: String
    /// Where in the report, as a path of keys: `alarms.0.threshold`; empty when it has no place.
    package var location: String

    package init(code: Code, message: String, location: String = "") {
        self.code = code
        self.message = message
        self.location = location
    }

    package var description: String { location.isEmpty ? message : "\(location): \(message)" }
}
