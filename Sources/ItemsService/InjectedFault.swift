import LambdaRuntime
import Timekeeping

/// What a drill may ask a function to do wrong, where the stack allows it.
enum InjectedFault: Sendable, Equatable {
    /// The code throws: a Lambda error, and 502 from API Gateway.
    case throwing
    /// The process ends in the middle of the invocation.
    case exit
    /// The code outlives its deadline.
    case timeout
    /// The code answers with this status, 400 to 599.
    case status(Int)
    /// The code answers as it should, but so much later: 1 to 60,000 milliseconds.
    case delay(Duration)

    /// The header of the API function, compared without case.
    static let headerName = "x-firedrill-fault"

    /// Nil when the text names no fault.
    init?(_ text: String) {
        switch text {
        case "throw": self = .throwing
        case "exit": self = .exit
        case "timeout": self = .timeout
        case let text where text.hasPrefix("delay-"):
            guard let milliseconds = Int(text.dropFirst(6)), (1...60_000).contains(milliseconds) else { return nil }
            self = .delay(.milliseconds(milliseconds))
        default:
            guard text.hasPrefix("status-"), let status = Int(text.dropFirst(7)), (400...599).contains(status) else {
                return nil
            }
            self = .status(status)
        }
    }
}

/// What faults do to the process; handed in, because a test cannot survive the real ones.
package struct FaultEffects: Sendable {
    /// Ends the process with a status. The invocation counts as crashed if it ever returns.
    package var exit: @Sendable (Int32) -> Void
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(exit: @escaping @Sendable (Int32) -> Void, sleep: @escaping @Sendable (Duration) async throws -> Void)
    {
        self.exit = exit
        self.sleep = sleep
    }
}
