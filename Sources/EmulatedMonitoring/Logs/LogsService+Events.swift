import EmulatorCore
import ExactJSON

extension LogsService {
    /// A batch's events lie within a day, and each within its own bounds (PutLogEvents's reference).
    private static let longestBatch = 86_400_000
    private static let largestBatch = 1_048_576
    private static let oldest: Int64 = 14 * 86_400_000
    private static let newest: Int64 = 2 * 3_600_000

    /// PutLogEvents: events in order of time, at most 10,000 and 1,048,576 bytes; those too old or too new are told.
    func putLogEvents(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let stream = try input.requiredLogs("logStreamName")
        let events = try Self.events(input)
        let now = clock.now.millisecondsSinceEpoch
        let name = try input.logGroup()
        let capacity = groupCapacity
        let result = try state.withLock { state throws(AWSServiceError) in
            guard let index = state.groups.index(forKey: name) else { throw Self.unknownGroup }
            guard state.groups.values[index].streams[stream] != nil else { throw Self.unknownStream }
            let retention = state.groups.values[index].retentionDays.map { Int64($0) * 86_400_000 } ?? .max
            let oldest = now - min(retention, Self.oldest)
            let accepted = events.filter { $0.timestamp >= oldest && $0.timestamp <= now + Self.newest }
            var sequence = state.sequence
            let filters = state.groups.values[index].take(
                accepted, to: stream, sequence: &sequence, now: now, capacity: capacity)
            state.sequence = sequence
            var answer: [String: JSONValue] = ["nextSequenceToken": .string(String(sequence))]
            answer["rejectedLogEventsInfo"] = Self.rejected(events, now: now, retention: retention)
            return (answer, accepted, filters)
        }
        if !result.2.isEmpty { measure(result.1, by: result.2, group: name) }
        return .object(result.0)
    }

    private static func events(_ input: CallInput) throws(AWSServiceError) -> [LogEvent] {
        let list = try input.list("logEvents")
        guard (1...10_000).contains(list.count) else {
            throw .logsConstraint(
                "\(list.count) elements", at: "logEvents",
                "Member must have length \(list.isEmpty ? "greater than or equal to 1" : "less than or equal to 10000")"
            )
        }
        var events: [LogEvent] = []
        events.reserveCapacity(list.count)
        var size = 0
        for element in list {
            guard let timestamp = try element.integer("timestamp") else { throw input.missingLogs("timestamp") }
            let message = try element.requiredLogs("message")
            guard !message.isEmpty, timestamp >= 0 else {
                throw .invalidLogs("Log event must have a message and a time.")
            }
            let bytes = message.utf8.count + StoredLogEvent.overheadBytes
            guard bytes <= largestBatch else {
                throw .invalidLogs("Log event too large: \(bytes) bytes exceeds limit of \(largestBatch)")
            }
            size += bytes
            guard events.last.map({ $0.timestamp <= timestamp }) ?? true else {
                throw .invalidLogs("Log events in a single PutLogEvents request must be in chronological order.")
            }
            events.append(LogEvent(timestamp: Int64(timestamp), message: message))
        }
        guard size <= largestBatch else {
            throw .invalidLogs("Upload too large: \(size) bytes exceeds limit of \(largestBatch)")
        }
        if let first = events.first, let last = events.last, last.timestamp - first.timestamp > longestBatch {
            throw .invalidLogs(
                "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
        }
        return events
    }

    /// Which events were not taken: the ends of those too old and of those past the retention, the start of those too new.
    private static func rejected(_ events: [LogEvent], now: Int64, retention: Int64) -> JSONValue? {
        var rejected: [String: JSONValue] = [:]
        let tooOld = events.prefix { $0.timestamp < now - oldest }.count
        if tooOld > 0 { rejected["tooOldLogEventEndIndex"] = .integer(tooOld) }
        let expired = retention < oldest ? events.prefix { $0.timestamp < now - retention }.count : 0
        if expired > tooOld { rejected["expiredLogEventEndIndex"] = .integer(expired) }
        if let tooNew = events.firstIndex(where: { $0.timestamp > now + newest }) {
            rejected["tooNewLogEventStartIndex"] = .integer(tooNew)
        }
        return rejected.isEmpty ? nil : .object(rejected)
    }

    /// GetLogEvents: one stream, by default its end; the tokens lead on in both directions and stay at the ends.
    func getLogEvents(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let name = try input.requiredLogs("logStreamName")
        let start = StoredLogEvent.Place(timestamp: Int64(try input.integer("startTime") ?? 0), sequence: 0)
        let end = StoredLogEvent.Place(timestamp: Int64(try input.integer("endTime") ?? .max), sequence: 0)
        let limit = try input.logLimit(10_000)
        let token = try input.string("nextToken")
        var isForward = try input.bool("startFromHead") ?? false
        var from = start
        var to = end
        if let token {
            guard let place = StoredLogEvent.Place(text: token.dropFirst(2)) else { throw Self.invalidToken }
            if token.hasPrefix("f/") {
                isForward = true
                from = max(from, place)
            } else if token.hasPrefix("b/") {
                isForward = false
                to = min(to, place)
            } else {
                throw Self.invalidToken
            }
        }
        let (first, last) = (from, to)
        let direction = isForward
        return try withGroup(try input.logGroup()) { group throws(AWSServiceError) in
            guard let stream = group.streams[name] else { throw Self.unknownStream }
            let low = stream.count(before: first)
            let high = max(stream.count(before: last), low)
            var page = stream.events[low..<high]
            page = direction ? page.prefix(limit) : page.suffix(limit)
            page = direction ? page.within(bytes: 1_048_576) : page
            let before = page.first?.place ?? (direction ? first : last)
            let after = page.last.map(\.place.next) ?? (direction ? first : last)
            return [
                "events": .array(
                    page.map {
                        [
                            "timestamp": .integer($0.place.timestamp), "message": .string($0.message),
                            "ingestionTime": .integer($0.ingestionTime),
                        ]
                    }),
                "nextForwardToken": .string("f/" + after.text),
                "nextBackwardToken": .string("b/" + before.text),
            ]
        }
    }

    /// FilterLogEvents: all streams, or those named, in order of time.
    func filterLogEvents(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let names = try input.strings("logStreamNames").map { Set($0) }
        let prefix = try input.string("logStreamNamePrefix")
        guard names == nil || prefix == nil else {
            throw .invalidLogs("logStreamNamePrefix and logStreamNames must not both be given.")
        }
        let pattern = try FilterPattern(try input.string("filterPattern") ?? "")
        let limit = try input.logLimit(10_000)
        var from = StoredLogEvent.Place(timestamp: Int64(try input.integer("startTime") ?? 0), sequence: 0)
        // The end is inclusive here, unlike in GetLogEvents.
        let to = StoredLogEvent.Place(timestamp: Int64(try input.integer("endTime") ?? .max), sequence: .max)
        if let token = try input.string("nextToken") {
            guard let place = StoredLogEvent.Place(text: token) else { throw Self.invalidToken }
            from = max(from, place)
        }
        // Copies of the streams, which cost nothing: the search itself holds nobody up.
        let streams = try withGroup(try input.logGroup()) { [from] group in
            group.streams.filter { name, _ in
                names?.contains(name) ?? true && prefix.map { name.hasPrefix($0) } ?? true
            }.map { name, stream in
                let low = stream.count(before: from)
                return (name: name, events: stream.events[low..<max(stream.count(before: to), low)])
            }
        }
        var search = LogSearch(streams)
        var events: [JSONValue] = []
        var nextToken: String?
        var size = 0
        while let (stream, event) = search.next() {
            guard pattern.matches(event.message) else { continue }
            size += event.size
            guard events.count < limit, size <= Self.largestBatch || events.isEmpty else {
                nextToken = event.place.text
                break
            }
            events.append([
                "logStreamName": .string(stream), "timestamp": .integer(event.place.timestamp),
                "message": .string(event.message), "ingestionTime": .integer(event.ingestionTime),
                "eventId": .string(event.place.eventID),
            ])
        }
        var answer: [String: JSONValue] = ["events": .array(events), "searchedLogStreams": []]
        if let nextToken { answer["nextToken"] = .string(nextToken) }
        return .object(answer)
    }

    private static let invalidToken = AWSServiceError.invalidLogs("The specified nextToken is invalid.")
}

extension StoredLogEvent.Place {
    /// The first place after this one.
    var next: Self { .init(timestamp: timestamp, sequence: sequence &+ 1) }

    /// 56 digits, ordered as the places are.
    var eventID: String {
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return padded(String(timestamp), 28) + padded(String(sequence), 28)
    }
}

extension ArraySlice<StoredLogEvent> {
    /// The longest beginning that fits into an answer, at least one event.
    func within(bytes: Int) -> ArraySlice<StoredLogEvent> {
        var size = 0
        var count = 0
        for event in self {
            size += event.size
            if size > bytes, count > 0 { break }
            count += 1
        }
        return prefix(count)
    }
}
