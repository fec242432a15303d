import EmulatorCore
import Timekeeping

/// What a caller asks of a function.
struct InvocationRequest: Sendable {
    var payload: [UInt8]
    var requestID = Identifiers.uuid()
    /// X-Ray's header; nil lets Lambda make one.
    var traceID: String?
    /// The client context, JSON as text; nil when the caller sent none.
    var clientContext: String?
}

/// One call of a function, as its runtime gets it.
struct Invocation: Sendable {
    var requestID: String
    var payload: [UInt8]
    /// Real time: the handler compares it with its own clock.
    var deadline: Timestamp
    var traceID: String
    var clientContext: String?
    /// With the qualifier that the caller gave.
    var functionARN: String
}

/// What a runtime, or the loss of it, answers to an invocation.
enum RuntimeOutcome: Sendable, Equatable {
    case response([UInt8])
    /// The runtime reported an error, with its body and the error's type.
    case failure([UInt8], type: String)
    case exited(ProcessEnd)
    case timedOut
    /// The process was gone before it took the invocation; another may take it.
    case notTaken
    /// The emulator is shutting down.
    case stopped

    /// A process that timed out or ended cannot take another invocation.
    var leavesEnvironmentUsable: Bool {
        switch self {
        case .response, .failure: true
        case .exited, .timedOut, .notTaken, .stopped: false
        }
    }
}

/// The answer of the Lambda service to one invocation.
struct InvocationResult: Sendable {
    var requestID: String
    var payload: [UInt8]
    /// `Unhandled` when the function failed; nil when it answered.
    var functionError: String?
    /// The last 4 KiB of the invocation's log.
    var logTail: [UInt8]
    /// The version that ran.
    var executedVersion: String
}
