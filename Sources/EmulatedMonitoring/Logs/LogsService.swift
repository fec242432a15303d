package import EmulatorCore
package import ExactJSON
import Synchronization

/// CloudWatch Logs: groups, streams and events, in memory of bounded size.
package final class LogsService: EmulatedService {
    struct State {
        /// A minute in which a metric filter saw events.
        struct FilterMinute: Hashable {
            var group: String
            var filter: String
            /// Seconds since 1970.
            var minute: Int64
        }

        var groups: [String: LogGroup] = [:]
        var sequence: UInt64 = 0
        /// Whether one of the events of a minute matched, until its filter's default value is decided on.
        var filterMinutes: [FilterMinute: Bool] = [:]
    }

    let account: EmulatedAccount
    let clock: VirtualClock
    let groupCapacity: Int
    let state = Mutex(State())
    /// Where metric filters publish.
    let metrics = Mutex<CloudWatchService?>(nil)

    /// - Parameter groupCapacity: bytes of events that a group holds before it drops its oldest ones.
    package init(account: EmulatedAccount, clock: VirtualClock, groupCapacity: Int = 32 << 20) {
        self.account = account
        self.clock = clock
        self.groupCapacity = groupCapacity
    }

    /// Says where the metrics of metric filters go; without it, filters measure nothing.
    package func publishMetrics(to service: CloudWatchService) { metrics.withLock { $0 = service } }

    /// Adds events that an emulated service logs; the group and the stream are made when they do not exist.
    package func append(group: String, stream: String, events: [LogEvent]) {
        let now = clock.now.millisecondsSinceEpoch
        let capacity = groupCapacity
        let filters = state.withLock { state in
            var sequence = state.sequence
            defer { state.sequence = sequence }
            return state.groups[group, default: LogGroup(created: now)].take(
                events, to: stream, sequence: &sequence, now: now, capacity: capacity)
        }
        if !filters.isEmpty { measure(events, by: filters, group: group) }
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
        case "PutMetricFilter": return try putMetricFilter(input)
        case "DeleteMetricFilter": return try deleteMetricFilter(input)
        case "DescribeMetricFilters": return try describeMetricFilters(input)
        case "TestMetricFilter": return try testMetricFilter(input)
        case "DescribeSubscriptionFilters":
            return try withGroup(try input.logGroup()) { _ in ["subscriptionFilters": []] }
        case "PutSubscriptionFilter", "DeleteSubscriptionFilter":
            throw .init("UnknownOperationException", "Subscription filters are not emulated (\(operation)).")
        case "AssociateKmsKey", "DisassociateKmsKey":
            return try setKey(input, associates: operation == "AssociateKmsKey")
        case "ListTagsForResource", "ListTagsLogGroup": return try listTags(input)
        case "TagResource", "TagLogGroup": return try tag(input)
        case "UntagResource", "UntagLogGroup": return try untag(input)
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
        if let name = try string("logGroupName") {
            guard !has("logGroupIdentifier") else {
                throw .validation("LogGroup name and LogGroup ARN are mutually exclusive parameters.")
            }
            return try LogName.group.checked(name, at: "logGroupName")
        }
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

    /// A value that the service model itself does not allow.
    static func logsConstraint(_ value: String, at member: String, _ rule: String) -> AWSServiceError {
        .invalidLogs(
            "1 validation error detected: Value '\(value)' at '\(member)' failed to satisfy constraint: \(rule)")
    }
}
