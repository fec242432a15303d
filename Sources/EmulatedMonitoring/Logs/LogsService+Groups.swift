import EmulatorCore
import ExactJSON

extension LogsService {
    /// Retention times that exist (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html).
    private static let retentionDays: Set<Int> = [
        1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
    ]

    func createLogGroup(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try LogName.group.checked(try input.requiredLogs("logGroupName"), at: "logGroupName")
        var group = LogGroup(created: clock.now.millisecondsSinceEpoch)
        group.kmsKey = try input.string("kmsKeyId")
        for (key, value) in try input.structure("tags")?.value.objectValue ?? [:] {
            group.tags[key] = value.stringValue
        }
        try state.withLock { [group] state throws(AWSServiceError) in
            guard state.groups[name] == nil else {
                throw .init("ResourceAlreadyExistsException", "The specified log group already exists")
            }
            state.groups[name] = group
        }
        return .object([:])
    }

    func deleteLogGroup(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try input.requiredLogs("logGroupName")
        try state.withLock { state throws(AWSServiceError) in
            guard state.groups.removeValue(forKey: name) != nil else { throw Self.unknownGroup }
        }
        return .object([:])
    }

    func createLogStream(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try LogName.stream.checked(try input.requiredLogs("logStreamName"), at: "logStreamName")
        let now = clock.now.millisecondsSinceEpoch
        try withGroup(try input.logGroup()) { group throws(AWSServiceError) in
            guard group.streams[name] == nil else {
                throw .init("ResourceAlreadyExistsException", "The specified log stream already exists")
            }
            group.streams[name] = LogGroup.Stream(created: now)
        }
        return .object([:])
    }

    func deleteLogStream(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try input.requiredLogs("logStreamName")
        try withGroup(try input.logGroup()) { group throws(AWSServiceError) in
            guard group.removeStream(name) else { throw Self.unknownStream }
        }
        return .object([:])
    }

    func putRetentionPolicy(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        guard let days = try input.integer("retentionInDays") else { throw input.missingLogs("retentionInDays") }
        guard Self.retentionDays.contains(days) else {
            throw .invalidLogs(
                "1 validation error detected: Value '\(days)' at 'retentionInDays' failed to satisfy constraint: Member must "
                    + "satisfy enum value set: \(Self.retentionDays.sorted())")
        }
        try withGroup(try input.logGroup()) { group in group.retentionDays = days }
        return .object([:])
    }

    func deleteRetentionPolicy(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        try withGroup(try input.logGroup()) { group in group.retentionDays = nil }
        return .object([:])
    }

    func describeLogGroups(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let prefix = try input.string("logGroupNamePrefix")
        let pattern = try input.string("logGroupNamePattern")
        guard prefix == nil || pattern == nil else {
            throw .invalidLogs("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        }
        let groups = state.withLock { $0.groups }
        let names = groups.keys.filter { name in
            (prefix.map { name.hasPrefix($0) } ?? true)
                && (pattern.map { name.lowercased().contains($0.lowercased()) } ?? true)
        }.sorted()
        let page = try LogPage(names, input, size: try input.logLimit(50))
        return page.answer("logGroups") { name in groups[name].map { self.json(of: $0, name: name) } ?? .null }
    }

    private func json(of group: LogGroup, name: String) -> JSONValue {
        let arn = account.arn("logs", "log-group:\(name)")
        var members: [String: JSONValue] = [
            "logGroupName": .string(name), "creationTime": .integer(group.created),
            "metricFilterCount": .integer(group.metricFilters.count),
            "arn": .string(arn + ":*"), "logGroupArn": .string(arn), "storedBytes": .integer(group.bytes),
            "logGroupClass": "STANDARD",
        ]
        if let days = group.retentionDays { members["retentionInDays"] = .integer(days) }
        if let key = group.kmsKey { members["kmsKeyId"] = .string(key) }
        return .object(members)
    }

    func describeLogStreams(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try input.logGroup()
        let prefix = try input.string("logStreamNamePrefix")
        let isByTime = try input.string("orderBy") == "LastEventTime"
        guard prefix == nil || !isByTime else {
            throw .invalidLogs("Cannot order by LastEventTime with a logStreamNamePrefix.")
        }
        let isDescending = try input.bool("descending") ?? false
        var streams = try withGroup(name) { group in
            group.streams.filter { stream in prefix.map { stream.key.hasPrefix($0) } ?? true }
        }.sorted { left, right in
            let leftTime = isByTime ? left.value.events.last?.place.timestamp ?? 0 : 0
            let rightTime = isByTime ? right.value.events.last?.place.timestamp ?? 0 : 0
            return (leftTime, left.key) < (rightTime, right.key)
        }
        if isDescending { streams.reverse() }
        let page = try LogPage(streams, input, size: try input.logLimit(50))
        return page.answer("logStreams") { stream in self.json(of: stream.value, name: stream.key, group: name) }
    }

    private func json(of stream: LogGroup.Stream, name: String, group: String) -> JSONValue {
        var members: [String: JSONValue] = [
            "logStreamName": .string(name), "creationTime": .integer(stream.created),
            "arn": .string(account.arn("logs", "log-group:\(group):log-stream:\(name)")), "storedBytes": 0,
            "uploadSequenceToken": "1",
        ]
        if let first = stream.events.first { members["firstEventTimestamp"] = .integer(first.place.timestamp) }
        if let last = stream.events.last { members["lastEventTimestamp"] = .integer(last.place.timestamp) }
        if let time = stream.lastIngestion { members["lastIngestionTime"] = .integer(time) }
        return .object(members)
    }
}

extension CallInput {
    /// The member `limit`, from 1 to the most that the call allows.
    func logLimit(_ most: Int) throws(AWSServiceError) -> Int {
        guard let limit = try integer("limit") else { return most }
        guard (1...most).contains(limit) else {
            throw .invalidLogs(
                "1 validation error detected: Value '\(limit)' at 'limit' failed to satisfy constraint: Member must have "
                    + "value \(limit < 1 ? "greater than or equal to 1" : "less than or equal to \(most)")")
        }
        return limit
    }
}
