import EmulatorCore
import ExactJSON

extension LogsService {
    /// PutLogEvents: events in order of time, at most 10,000 and 1,048,576 bytes; those too old or too new are told.
    func putLogEvents(_ input: CallInput) throws(AWSServiceError) -> JSONValue {
        let stream = try input.requiredLogs("logStreamName")
        let list = try input.list("logEvents")
        guard (1...10_000).contains(list.count) else {
            throw .invalidLogs("Log events must have between 1 and 10000 elements.")
        }
        var events: [LogEvent] = []
        var size = 0
        for element in list {
            guard let timestamp = try element.integer("timestamp") else { throw input.missingLogs("timestamp") }
            let message = try element.requiredLogs("message")
            guard !message.isEmpty, timestamp >= 0 else {
                throw .invalidLogs("Log event must have a message and a time.")
            }
            size += message.utf8.count + StoredLogEvent.overheadBytes
            guard events.last.map({ $0.timestamp <= timestamp }) ?? true else {
                throw .invalidLogs("Log events in a single PutLogEvents request must be in chronological order.")
            }
            events.append(LogEvent(timestamp: Int64(timestamp), message: message))
        }
        guard size <= 1_048_576 else {
            throw .invalidLogs("Upload too large: \(size) bytes exceeds limit of 1048576")
        }

        let now = clock.now.millisecondsSinceEpoch
        let group = try input.logGroup()
        let capacity = groupCapacity
        return try state.withLock { [events] state throws(AWSServiceError) in
            guard let index = state.groups.index(forKey: group) else { throw Self.unknownGroup }
            guard state.groups.values[index].streams[stream] != nil else { throw Self.unknownStream }
            let retention = Int64(min(state.groups.values[index].retentionDays ?? 14, 14)) * 86_400_000
            let accepted = events.filter { $0.timestamp >= now - retention && $0.timestamp <= now + 7_200_000 }
            var sequence = state.sequence
            state.groups.values[index].append(accepted, to: stream, sequence: &sequence, now: now, capacity: capacity)
            state.sequence = sequence

            var rejected: [String: JSONValue] = [:]
            let tooOld = events.prefix { $0.timestamp < now - retention }.count
            if tooOld > 0 { rejected["tooOldLogEventEndIndex"] = .integer(tooOld) }
            if let tooNew = events.firstIndex(where: { $0.timestamp > now + 7_200_000 }) {
                rejected["tooNewLogEventStartIndex"] = .integer(tooNew)
            }
            var answer: [String: JSONValue] = ["nextSequenceToken": .string(String(sequence))]
            if !rejected.isEmpty { answer["rejectedLogEventsInfo"] = .object(rejected) }
            return .object(answer)
        }
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
        let candidates = try withGroup(try input.logGroup()) { [from] group in
            var candidates: [(stream: String, event: StoredLogEvent)] = []
            for (name, stream) in group.streams {
                guard names?.contains(name) ?? true, prefix.map({ name.hasPrefix($0) }) ?? true else { continue }
                let low = stream.count(before: from)
                let high = max(stream.count(before: to), low)
                candidates.append(contentsOf: stream.events[low..<high].lazy.map { (name, $0) })
            }
            return candidates
        }.sorted { $0.event.place < $1.event.place }

        var events: [JSONValue] = []
        var nextToken: String?
        var size = 0
        for (stream, event) in candidates where pattern.matches(event.message) {
            size += event.size
            guard events.count < limit, size <= 1_048_576 || events.isEmpty else {
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
