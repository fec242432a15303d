/// One line that a program logged.
package struct LogEvent: Sendable, Hashable {
    /// Milliseconds since 1970.
    package var timestamp: Int64
    /// The line, without the newline at its end.
    package var message: String

    package init(timestamp: Int64, message: String) {
        self.timestamp = timestamp
        self.message = message
    }
}

/// A log event as it is kept, with its place in the order of all events.
struct StoredLogEvent: Sendable {
    /// Where an event stands: by time and, at the same time, in order of arrival.
    struct Place: Comparable, Hashable {
        var timestamp: Int64
        var sequence: UInt64

        static func < (left: Place, right: Place) -> Bool {
            (left.timestamp, left.sequence) < (right.timestamp, right.sequence)
        }

        /// The place as paging tokens and event ids carry it.
        var text: String { "\(timestamp):\(sequence)" }

        init(timestamp: Int64, sequence: UInt64) {
            self.timestamp = timestamp
            self.sequence = sequence
        }

        init?(text: some StringProtocol) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let timestamp = Int64(parts[0]), let sequence = UInt64(parts[1]) else { return nil }
            self.init(timestamp: timestamp, sequence: sequence)
        }
    }

    /// What CloudWatch Logs adds to a message's size (PutLogEvents's reference).
    static let overheadBytes = 26

    var place: Place
    var ingestionTime: Int64
    var message: String

    var size: Int { message.utf8.count + Self.overheadBytes }
}
