import EmulatorCore
import ExactJSON
import GRDB
import Timekeeping

/// The API of DynamoDB Streams.
final class StreamService: EmulatedService {
    private static let answerBytes = 1 << 20
    private static let iteratorLifetime: Int64 = 15 * 60_000

    private let account: EmulatedAccount
    private let clock: VirtualClock
    private let database: TableDatabase
    private let catalog: TableCatalog

    init(account: EmulatedAccount, clock: VirtualClock, database: TableDatabase, catalog: TableCatalog) {
        self.account = account
        self.clock = clock
        self.database = database
        self.catalog = catalog
    }

    func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let input = TableInput(input)
        switch operation {
        case "ListStreams": return try listStreams(input)
        case "DescribeStream": return try describeStream(input)
        case "GetShardIterator": return try getShardIterator(input)
        case "GetRecords": return try getRecords(input)
        default: throw .unknownOperation(operation)
        }
    }

    private func listStreams(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let table = try input.string("TableName")
        let limit = try input.integer("Limit") ?? 100
        guard (1...100).contains(limit) else { throw .validation("Limit must be between 1 and 100") }
        let now = clock.now
        var streams = catalog.streams.filter { (table == nil || $0.tableName == table) && isReadable($0, now) }
            .sorted { $0.arn < $1.arn }[...]
        if let start = try input.string("ExclusiveStartStreamArn") {
            try Self.check(arn: start)
            streams = streams.drop { $0.arn <= start }
        }
        let page = streams.prefix(limit)
        var answer: [String: JSONValue] = [
            "Streams": .array(
                page.map {
                    [
                        "StreamArn": .string($0.arn), "TableName": .string($0.tableName),
                        "StreamLabel": .string($0.label),
                    ]
                })
        ]
        if page.count < streams.count, let last = page.last { answer["LastEvaluatedStreamArn"] = .string(last.arn) }
        return .object(answer)
    }

    private func describeStream(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let stream = try stream(input.requiredString("StreamArn"))
        var range: [String: JSONValue] = [
            "StartingSequenceNumber": .string(SequenceNumber.text(stream.firstSequence))
        ]
        if let last = stream.lastSequence {
            range["EndingSequenceNumber"] = .string(SequenceNumber.text(max(last, stream.firstSequence)))
        }
        var shards: [JSONValue] = [
            ["ShardId": .string(stream.shardID), "SequenceNumberRange": .object(range)]
        ]
        if let start = try input.string("ExclusiveStartShardId"), start >= stream.shardID { shards = [] }
        return [
            "StreamDescription": [
                "StreamArn": .string(stream.arn), "StreamLabel": .string(stream.label),
                "StreamStatus": stream.isEnabled ? "ENABLED" : "DISABLED",
                "StreamViewType": .string(stream.view.rawValue),
                "CreationRequestDateTime": Timestamp(nanosecondsSinceEpoch: stream.created).epochSeconds,
                "TableName": .string(stream.tableName), "KeySchema": stream.schema.json, "Shards": .array(shards),
            ]
        ]
    }

    private func getShardIterator(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let stream = try stream(input.requiredString("StreamArn"))
        guard try input.requiredString("ShardId") == stream.shardID else { throw .resourceNotFound }
        let types = ["TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"]
        guard let type = try input.choice("ShardIteratorType", of: types) else {
            throw TableInput.missing("ShardIteratorType")
        }
        let now = clock.now.millisecondsSinceEpoch
        let position: Int64
        if !type.hasSuffix("SEQUENCE_NUMBER"), input["SequenceNumber"] != nil {
            throw .validation("SequenceNumber must not be given for the iterator type \(type)")
        }
        switch type {
        case "TRIM_HORIZON": position = 0
        case "LATEST": position = try database.read { db in try RecordStore.lastSequence(db) } + 1
        default:
            guard let text = try input.string("SequenceNumber") else {
                throw .validation("SequenceNumber is required for the iterator type \(type)")
            }
            guard let sequence = SequenceNumber.parse(text), sequence >= stream.firstSequence else {
                throw .validation("Invalid SequenceNumber: \(text)")
            }
            position = type == "AT_SEQUENCE_NUMBER" ? sequence : sequence + 1
            let isTrimmed = try database.readConsistently { db in
                try self.isTrimmed(stream, before: sequence, now: now, db)
            }
            guard !isTrimmed else { throw Self.trimmed }
        }
        let iterator = ShardIterator(streamARN: stream.arn, position: position, issued: now)
        return ["ShardIterator": .string(iterator.text)]
    }

    private func getRecords(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        guard let iterator = ShardIterator(text: try input.requiredString("ShardIterator")) else {
            throw .validation("Invalid ShardIterator")
        }
        let limit = try input.integer("Limit") ?? 1000
        guard (1...1000).contains(limit) else {
            throw .validation(
                "1 validation error detected: Value '\(limit)' at 'limit' failed to satisfy constraint: Member must have "
                    + "value \(limit < 1 ? "greater than or equal to 1" : "less than or equal to 1000")")
        }
        let stream = try stream(iterator.streamARN)
        let now = clock.now.millisecondsSinceEpoch
        guard now - iterator.issued <= Self.iteratorLifetime else {
            throw .init(
                "ExpiredIteratorException",
                "Iterator expired. The iterator was created at time "
                    + Timestamp(millisecondsSinceEpoch: iterator.issued).iso8601
                    + " while right now it is " + Timestamp(millisecondsSinceEpoch: now).iso8601
                    + " which is further in the future than the tolerated delay of 15 minutes.")
        }
        let oldest = now - RecordStore.retentionMilliseconds
        let (changes, isFull, last) = try database.readConsistently { db in
            if iterator.position > 0, try self.isTrimmed(stream, before: iterator.position, now: now, db) {
                throw Self.trimmed
            }
            var changes: [StreamChange] = []
            var bytes = 0
            var isFull = false
            try RecordStore.scan(stream: stream.number, from: iterator.position, db) { change in
                guard change.created >= oldest else { return true }
                bytes += change.size
                isFull = changes.count >= limit || (bytes > Self.answerBytes && !changes.isEmpty)
                if !isFull { changes.append(change) }
                return !isFull
            }
            return (changes, isFull, try RecordStore.lastSequence(db))
        }
        var answer: [String: JSONValue] = ["Records": .array(changes.map { json(of: $0, stream) })]
        // With everything read, the next iterator starts behind the newest record of all streams, so that it is never
        // overtaken by the trimming of records that are not its own.
        let next = isFull ? (changes.last?.sequence ?? iterator.position - 1) + 1 : max(last + 1, iterator.position)
        if isFull || stream.isEnabled {
            let iterator = ShardIterator(streamARN: stream.arn, position: next, issued: now)
            answer["NextShardIterator"] = .string(iterator.text)
        }
        return .object(answer)
    }

    private static let trimmed = AWSServiceError(
        "TrimmedDataAccessException", "The operation attempted to read past the oldest stream record in a shard.")

    /// Whether records from a place on have been lost to their age.
    private func isTrimmed(
        _ stream: StreamRecord, before sequence: Int64, now: Int64, _ db: Database
    ) throws -> Bool {
        if sequence <= (try RecordStore.trimmedSequence(db)) { return true }
        var isTrimmed = false
        try RecordStore.scan(stream: stream.number, from: sequence, db) { change in
            isTrimmed = change.created < now - RecordStore.retentionMilliseconds
            return false
        }
        return isTrimmed
    }

    private func stream(_ arn: String) throws(AWSServiceError) -> StreamRecord {
        try Self.check(arn: arn)
        guard let stream = catalog.stream(arn), isReadable(stream, clock.now) else {
            throw .init(
                "ResourceNotFoundException", "Requested resource not found: Stream: \(arn) not found")
        }
        return stream
    }

    /// Refuses what is no stream's ARN.
    private static func check(arn: String) throws(AWSServiceError) {
        guard arn.hasPrefix("arn:"), arn.contains(":dynamodb:"), arn.contains("/stream/") else {
            throw .validation("Invalid StreamArn: \(arn)")
        }
    }

    /// A stream of a deleted table can be read for as long as it may have records.
    private func isReadable(_ stream: StreamRecord, _ now: Timestamp) -> Bool {
        if stream.isEnabled || catalog.table(stream.tableName)?.stream?.arn == stream.arn { return true }
        guard let disabled = stream.disabled else { return true }
        return now.millisecondsSinceEpoch - disabled / 1_000_000 <= RecordStore.retentionMilliseconds
    }

    private func json(of change: StreamChange, _ stream: StreamRecord) -> JSONValue {
        var record: [String: JSONValue] = [
            // AWS gives whole seconds, so this is no measure of latency.
            "ApproximateCreationDateTime": .integer(change.created / 1000),
            "Keys": change.keys.json, "SequenceNumber": .string(SequenceNumber.text(change.sequence)),
            "SizeBytes": .integer(change.size), "StreamViewType": .string(stream.view.rawValue),
        ]
        if let image = change.newImage { record["NewImage"] = image.json }
        if let image = change.oldImage { record["OldImage"] = image.json }
        var members: [String: JSONValue] = [
            "eventID": .string(SequenceNumber.eventID(change.sequence, stream: stream.number)),
            "eventName": .string(change.event.rawValue), "eventVersion": "1.1", "eventSource": "aws:dynamodb",
            "awsRegion": .string(account.region), "dynamodb": .object(record),
        ]
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html
        if change.isExpiry {
            members["userIdentity"] = ["PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"]
        }
        return .object(members)
    }
}
