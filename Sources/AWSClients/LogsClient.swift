import ExactJSON
package import Timekeeping

/// One line of a log group.
package struct LogEvent: Sendable, Equatable {
    package var stream: String
    package var at: Timestamp
    package var message: String
}

/// A log group, as far as a drill reads it.
package struct LogGroupDescription: Sendable, Equatable {
    package var name: String
    package var arn: String
    /// Nil when lines are kept for ever.
    package var retentionDays: Int?
    package var kmsKeyARN: String?

    package init(name: String, arn: String, retentionDays: Int?, kmsKeyARN: String?) {
        self.name = name
        self.arn = arn
        self.retentionDays = retentionDays
        self.kmsKeyARN = kmsKeyARN
    }
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
        let events = try await client.pages(.filterLogEvents, .object(input), items: "events", token: "nextToken")
        return events.compactMap { event in
            guard let at = event["timestamp"]?.intValue, let message = event["message"]?.stringValue else { return nil }
            return LogEvent(
                stream: event["logStreamName"]?.stringValue ?? "", at: Timestamp(millisecondsSinceEpoch: Int64(at)),
                message: message)
        }
    }

    /// A log group; nil when there is none of that name.
    package func group(named name: String) async throws(AWSCallError) -> LogGroupDescription? {
        // The service finds by prefix alone.
        let groups = try await client.pages(
            .describeLogGroups, ["logGroupNamePrefix": .string(name)], items: "logGroups", token: "nextToken")
        return groups.first { $0["logGroupName"]?.stringValue == name }.map { group in
            LogGroupDescription(
                name: name, arn: group["arn"]?.stringValue ?? "", retentionDays: group["retentionInDays"]?.intValue,
                kmsKeyARN: group["kmsKeyId"]?.stringValue)
        }
    }
}
