import ExactJSON
package import Timekeeping

/// One line of a log group.
package struct LogEvent: Sendable, Equatable {
    package var stream: String
    package var at: Timestamp
    package var message: String
}

/// The CloudWatch Logs calls that a drill needs.
package struct LogsClient: Sendable {
    private let client: JSONServiceClient

    package init(connection: AWSConnection) { client = JSONServiceClient(service: .logs, connection: connection) }

    /// The lines of a group since a moment that match a filter pattern, in the order the service gives them.
    package func events(
        group: String, since: Timestamp, pattern: String = ""
    ) async throws(AWSCallError) -> [LogEvent] {
        var input: [String: JSONValue] = [
            "logGroupName": .string(group), "startTime": .integer(since.millisecondsSinceEpoch),
        ]
        if !pattern.isEmpty { input["filterPattern"] = .string(pattern) }
        let events = try await client.pages("FilterLogEvents", .object(input), items: "events", token: "nextToken")
        return events.compactMap { event in
            guard let at = event["timestamp"]?.intValue, let message = event["message"]?.stringValue else { return nil }
            return LogEvent(
                stream: event["logStreamName"]?.stringValue ?? "", at: Timestamp(millisecondsSinceEpoch: Int64(at)),
                message: message)
        }
    }
}
