import AWSClients
import HTTPExchange

/// Why a part of a drill could not be carried out. What was measured before it is kept.
package struct DrillError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The scenario asks for something that this target does not have.
        case configuration
        /// The target does not answer, or not as it must for the drill to start.
        case unreachable
        /// An AWS call failed for good.
        case aws
        /// A request of a probe got no answer.
        case transport
        /// A signal asked to stop.
        case interrupted
    }

    package var code: Code
    /// What is wrong and what to do, for people.
    package var message: String

    package init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: AWSCallError) { self.init(code: .aws, message: error.description) }

    package var description: String { message }

    static let interrupted = DrillError(code: .interrupted, message: "interrupted")

    /// Throws when the task has been asked to stop.
    static func checkInterruption() throws(DrillError) {
        if Task.isCancelled { throw .interrupted }
    }
}

/// Runs an AWS call inside a drill.
func aws<Answer>(_ call: () async throws(AWSCallError) -> Answer) async throws(DrillError) -> Answer {
    do throws(AWSCallError) { return try await call() } catch {
        throw Task.isCancelled ? .interrupted : DrillError(error)
    }
}
