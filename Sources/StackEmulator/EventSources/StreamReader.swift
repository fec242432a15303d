import EmulatorCore
import ExactJSON
import Timekeeping

/// Reads a DynamoDB stream page by page through its API, and finds its place again when that was lost.
struct StreamReader: Sendable {
    private let streams: any EmulatedService
    private let streamARN: String
    let shardID: String
    private var iterator: String
    private var lastSequence: String?

    /// Finds the stream's shard and the place to start at.
    ///
    /// - Parameters:
    ///   - position: `TRIM_HORIZON` or `LATEST`.
    ///   - sequence: the last record that is done with; the position does not count then.
    /// - Throws: the errors of DynamoDB Streams.
    init(
        _ streams: any EmulatedService, streamARN: String, position: String, after sequence: String?
    ) async throws(AWSServiceError) {
        self.streams = streams
        self.streamARN = streamARN
        let description = try await streams.call("DescribeStream", ["StreamArn": .string(streamARN)])
        shardID = description["StreamDescription"]?["Shards"]?[0]?["ShardId"]?.stringValue ?? ""
        lastSequence = sequence
        guard let sequence else {
            iterator = try await Self.iterator(streams, streamARN, shardID, position, after: nil)
            return
        }
        do throws(AWSServiceError) {
            iterator = try await Self.iterator(streams, streamARN, shardID, "AFTER_SEQUENCE_NUMBER", after: sequence)
        } catch {
            // What came next has been trimmed meanwhile.
            iterator = try await Self.iterator(streams, streamARN, shardID, "TRIM_HORIZON", after: nil)
        }
    }

    /// The next page; empty when there is nothing new.
    mutating func read() async throws(AWSServiceError) -> [StreamEntry] {
        do throws(AWSServiceError) {
            return try await page()
        } catch {
            try await renew(after: error)
            return try await page()
        }
    }

    private mutating func page() async throws(AWSServiceError) -> [StreamEntry] {
        let page = try await streams.call("GetRecords", ["ShardIterator": .string(iterator), "Limit": 1000])
        if let next = page["NextShardIterator"]?.stringValue { iterator = next }
        let records = (page["Records"]?.arrayValue ?? []).map { StreamEntry($0, streamARN: streamARN) }
        if let last = records.last { lastSequence = last.sequenceNumber }
        return records
    }

    /// A position is good for 15 minutes and its records for a day; both pass quickly on an advanced clock.
    private mutating func renew(after error: AWSServiceError) async throws(AWSServiceError) {
        guard ["ExpiredIteratorException", "TrimmedDataAccessException"].contains(error.code) else { throw error }
        if error.code == "ExpiredIteratorException", let lastSequence {
            do throws(AWSServiceError) {
                iterator = try await Self.iterator(
                    streams, streamARN, shardID, "AFTER_SEQUENCE_NUMBER", after: lastSequence)
                return
            } catch {}
        }
        iterator = try await Self.iterator(streams, streamARN, shardID, "TRIM_HORIZON", after: nil)
    }

    private static func iterator(
        _ streams: any EmulatedService, _ streamARN: String, _ shardID: String, _ type: String, after sequence: String?
    ) async throws(AWSServiceError) -> String {
        var input: [String: JSONValue] = [
            "StreamArn": .string(streamARN), "ShardIteratorType": .string(type), "ShardId": .string(shardID),
        ]
        if let sequence { input["SequenceNumber"] = .string(sequence) }
        guard let iterator = try await streams.call("GetShardIterator", .object(input))["ShardIterator"]?.stringValue
        else {
            throw AWSServiceError("ResourceNotFoundException", "The stream has no shard.")
        }
        return iterator
    }
}

extension StreamEntry {
    /// From a record as GetRecords gives it; the function's event names the stream too.
    init(_ record: JSONValue, streamARN: String) {
        let change = record["dynamodb"]
        sequenceNumber = change?["SequenceNumber"]?.stringValue ?? ""
        created = Timestamp(secondsSinceEpoch: change?["ApproximateCreationDateTime"]?.doubleValue ?? 0)
        var members = record.objectValue ?? [:]
        members["eventSourceARN"] = .string(streamARN)
        // The API and the function's event spell the members differently.
        if let identity = record["userIdentity"] {
            members["userIdentity"] = [
                "principalId": identity["PrincipalId"] ?? .null, "type": identity["Type"] ?? .null,
            ]
        }
        event = .object(members)
        bytes = (change?["SizeBytes"]?.intValue ?? 0) + 512
        key = change?["Keys"]?.text ?? ""
    }
}
