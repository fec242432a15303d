import Timekeeping

/// One call of a function, as its runtime gets it.
struct Invocation: Sendable {
    var requestID: String
    var payload: [UInt8]
    /// Real time: the handler compares it with its own clock.
    var deadline: Timestamp
    var traceID: String
    /// The client context, JSON as text; nil when the caller sent none.
    var clientContext: String?
}

/// What a runtime, or the loss of it, answers to an invocation.
enum RuntimeOutcome: Sendable, Equatable {
    case response([UInt8])
    /// The runtime reported an error, with its body and the error's type.
    case failure([UInt8], type: String)
    case exited(ProcessEnd)
    case timedOut
    /// The emulator is shutting down.
    case stopped
}

/// The answer of the Lambda service to one invocation.
struct InvocationResult: Sendable {
    var requestID: String
    var payload: [UInt8]
    /// `Unhandled` when the function failed; nil when it answered.
    var functionError: String?
    /// The last 4 KiB of the invocation's log.
    var logTail: [UInt8]
}
