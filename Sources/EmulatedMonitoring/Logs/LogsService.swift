package import EmulatorCore
package import ExactJSON
import Synchronization

/// CloudWatch Logs: groups, streams and events, in memory of bounded size.
package final class LogsService: EmulatedService {
    struct State {
        var groups: [String: LogGroup] = [:]
        var sequence: UInt64 = 0
    }

    let account: EmulatedAccount
    let clock: VirtualClock
    let groupCapacity: Int
    let state = Mutex(State())

    /// - Parameter groupCapacity: bytes of events that a group holds before it drops its oldest ones.
    package init(account: EmulatedAccount, clock: VirtualClock, groupCapacity: Int = 32 << 20) {
        self.account = account
        self.clock = clock
        self.groupCapacity = groupCapacity
    }

    /// Adds events that an emulated service logs; the group and the stream are made when they do not exist.
    package func append(group: String, stream: String, events: [LogEvent]) {
        let now = clock.now.millisecondsSinceEpoch
        state.withLock { state in
            var sequence = state.sequence
            state.groups[group, default: LogGroup(created: now)]
                .append(events, to: stream, sequence: &sequence, now: now, capacity: groupCapacity)
            state.sequence = sequence
        }
    }

    /// Carries out an operation of CloudWatch Logs' service model; moments are milliseconds since 1970.
    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let input = CallInput(input)
        switch operation {
        case "CreateLogGroup": return try createLogGroup(input)
        case "DeleteLogGroup": return try deleteLogGroup(input)
        case "CreateLogStream": return try createLogStream(input)
        case "DeleteLogStream": return try deleteLogStream(input)
        case "DescribeLogGroups": return try describeLogGroups(input)
        case "DescribeLogStreams": return try describeLogStreams(input)
        case "PutRetentionPolicy": return try putRetentionPolicy(input)
        case "DeleteRetentionPolicy": return try deleteRetentionPolicy(input)
        case "PutLogEvents": return try putLogEvents(input)
        case "GetLogEvents": return try getLogEvents(input)
        case "FilterLogEvents": return try filterLogEvents(input)
        case "ListTagsForResource": return try listTags(input)
        default: throw .unknownOperation(operation)
        }
    }

    static let unknownGroup = AWSServiceError("ResourceNotFoundException", "The specified log group does not exist.")
    static let unknownStream = AWSServiceError("ResourceNotFoundException", "The specified log stream does not exist.")

    /// Changes a group in place, past events dropped first.
    func withGroup<R: Sendable>(
        _ name: String, _ body: (inout LogGroup) throws(AWSServiceError) -> R
    ) throws(AWSServiceError) -> R {
        let now = clock.now.millisecondsSinceEpoch
        return try state.withLock { state throws(AWSServiceError) in
            guard let index = state.groups.index(forKey: name) else { throw Self.unknownGroup }
            state.groups.values[index].expire(now: now)
            return try body(&state.groups.values[index])
        }
    }
}

extension CallInput {
    /// The group that a call names, by name or by ARN.
    func logGroup() throws(AWSServiceError) -> String {
        if let name = try string("logGroupName") { return name }
        guard let identifier = try string("logGroupIdentifier") else { throw missingLogs("logGroupName") }
        guard identifier.hasPrefix("arn:") else { return identifier }
        let parts = identifier.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
        let name = parts.count == 7 ? parts[6] : ""
        return String(name.hasSuffix(":*") ? name.dropLast(2) : name)
    }

    /// A required string, missing in the words of CloudWatch Logs.
    func requiredLogs(_ key: String) throws(AWSServiceError) -> String {
        guard let value = try string(key) else { throw missingLogs(key) }
        return value
    }

    func missingLogs(_ key: String) -> AWSServiceError {
        .init(
            "InvalidParameterException",
            "1 validation error detected: Value null at '\(key)' failed to satisfy constraint: Member must not be null")
    }
}

extension AWSServiceError {
    static func invalidLogs(_ message: String) -> AWSServiceError { .init("InvalidParameterException", message) }
}
