import ExactJSON
import Timekeeping

/// A span of time whose records a function sums up in a state that it hands on from batch to batch.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-windows.html
struct TumblingWindow: Sendable, Equatable {
    /// A state's limit: 1 MB.
    static let maximumStateBytes = 1 << 20

    var start: Timestamp
    var seconds: Int
    var state: JSONValue = [:]
    /// The invocation is the window's last one.
    var isFinal = false
    /// The state has become too large.
    var isTerminatedEarly = false

    /// The window that a moment lies in: windows begin at whole multiples of their length.
    init(of moment: Timestamp, seconds: Int) {
        start = moment.floored(toSeconds: Int64(max(1, seconds)))
        self.seconds = max(1, seconds)
    }

    var end: Timestamp { start + .seconds(seconds) }

    func contains(_ moment: Timestamp) -> Bool { moment >= start && moment < end }

    /// The members that the event has besides its records.
    func members(shardID: String, streamARN: String) -> [String: JSONValue] {
        func whole(_ moment: Timestamp) -> JSONValue { .string(moment.iso8601.replacing(".000Z", with: "Z")) }
        return [
            "window": ["start": whole(start), "end": whole(end)], "state": state, "shardId": .string(shardID),
            "eventSourceARN": .string(streamARN), "isFinalInvokeForWindow": .bool(isFinal),
            "isWindowTerminatedEarly": .bool(isTerminatedEarly),
        ]
    }
}
