import EmulatorCore
import ExactJSON
import Timekeeping

/// An asynchronous invocation on its way, and what to do with it next.
///
/// A value without clock or effects. Lambda tries an event that failed in the function twice more, after one minute and
/// after two; one that was throttled, or that Lambda could not run, again and again for as long as it may grow old.
/// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
struct QueuedEvent: Sendable {
    enum Step: Sendable, Equatable {
        case retry(after: Duration)
        /// The event has failed for good.
        case giveUp(EventRecord.Condition)
    }

    private static let longestBackoff = Duration.seconds(300)

    var function: FunctionIdentifier
    var request: InvocationRequest
    var receivedAt: Timestamp
    /// How often the function was invoked with it.
    private(set) var invocations = 0
    private var refusals = 0

    init(function: FunctionIdentifier, request: InvocationRequest, receivedAt: Timestamp) {
        self.function = function
        self.request = request
        self.receivedAt = receivedAt
    }

    /// The event as a data directory keeps it.
    var document: JSONValue {
        var members: [String: JSONValue] = [
            "function": .string(function.name), "received": .integer(receivedAt.nanosecondsSinceEpoch),
            "invocations": .integer(invocations), "refusals": .integer(refusals),
            "request": .string(request.requestID), "payload": .string(String(decoding: request.payload, as: UTF8.self)),
        ]
        members["qualifier"] = function.qualifier.map(JSONValue.string)
        members["trace"] = request.traceID.map(JSONValue.string)
        members["context"] = request.clientContext.map(JSONValue.string)
        return .object(members)
    }

    /// Nil for a document that an earlier process cannot have written.
    init?(document: JSONValue) {
        guard let name = document["function"]?.stringValue, let received = document["received"]?.intValue,
            let payload = document["payload"]?.stringValue, let request = document["request"]?.stringValue
        else { return nil }
        self.init(
            function: FunctionIdentifier(name: name, qualifier: document["qualifier"]?.stringValue),
            request: InvocationRequest(
                payload: Array(payload.utf8), requestID: request, traceID: document["trace"]?.stringValue,
                clientContext: document["context"]?.stringValue),
            receivedAt: Timestamp(nanosecondsSinceEpoch: Int64(received)))
        invocations = document["invocations"]?.intValue ?? 0
        refusals = document["refusals"]?.intValue ?? 0
    }

    /// Whether the event is too old to be tried now.
    func isExpired(_ config: EventInvokeConfig?, now: Timestamp) -> Bool {
        now - receivedAt > .seconds(config?.maximumEventAge ?? EventInvokeConfig.longestAge)
    }

    mutating func succeeded() { invocations += 1 }

    /// The function answered an error.
    mutating func failed(_ config: EventInvokeConfig?) -> Step {
        invocations += 1
        let retries = config?.maximumRetryAttempts ?? EventInvokeConfig.mostRetries
        guard invocations <= retries else { return .giveUp(.retriesExhausted) }
        return .retry(after: .seconds(60 * min(invocations, 2)))
    }

    /// Lambda did not invoke the function: it was throttled, or its environment could not be opened.
    mutating func refused() -> Step {
        refusals += 1
        var delay = Duration.seconds(1)
        for _ in 1..<max(1, min(refusals, 16)) where delay < Self.longestBackoff { delay += delay }
        return .retry(after: min(delay, Self.longestBackoff))
    }
}
