import EmulatedServices
import EmulatorCore
import ExactJSON
import Timekeeping

/// Sends a record about each batch that was given up to the mapping's on-failure destination.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
struct FailureDestination: Sendable {
    var destinations: InvocationDestinations
    var clock: VirtualClock

    func send(_ batch: ShardConsumer.Batch, condition: String, settings: EventSourceSettings, shardID: String) {
        // A window's last invocation has no records that could be told.
        guard let destination = settings.failureDestination, !batch.records.isEmpty else { return }
        let record = Self.record(batch, condition: condition, settings: settings, shardID: shardID, now: clock.now)
        _ = destinations.send(record.text, to: destination, functionARN: settings.functionARN)
    }

    static func record(
        _ batch: ShardConsumer.Batch, condition: String, settings: EventSourceSettings, shardID: String, now: Timestamp
    ) -> JSONValue {
        func whole(_ moment: Timestamp?) -> JSONValue {
            // Without a fraction, as records have none.
            .string((moment ?? now).floored(toSeconds: 1).iso8601.replacing(".000Z", with: "Z"))
        }
        return [
            "requestContext": [
                "requestId": .string(Identifiers.uuid()), "functionArn": .string(settings.functionARN),
                "condition": .string(condition), "approximateInvokeCount": .integer(max(1, batch.invocations)),
            ],
            "responseContext": ["statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"],
            "version": "1.0", "timestamp": .string(now.iso8601),
            "DDBStreamBatchInfo": [
                "shardId": .string(shardID),
                "startSequenceNumber": .string(batch.records.first?.sequenceNumber ?? ""),
                "endSequenceNumber": .string(batch.records.last?.sequenceNumber ?? ""),
                "approximateArrivalOfFirstRecord": whole(batch.records.first?.created),
                "approximateArrivalOfLastRecord": whole(batch.records.last?.created),
                "batchSize": .integer(batch.records.count), "streamArn": .string(settings.streamARN),
            ],
        ]
    }
}
