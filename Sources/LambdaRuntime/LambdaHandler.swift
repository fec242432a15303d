package import Timekeeping

/// A function's code: bytes in, bytes out.
package protocol LambdaHandler: Sendable {
    /// Answers one invocation.
    ///
    /// - Parameters:
    ///   - payload: The event as it was sent, JSON for all of AWS's own event sources.
    ///   - context: What the platform says about this invocation.
    /// - Returns: The answer's bytes, JSON where the caller expects it.
    /// - Throws: Anything; the invocation then fails and counts in the function's `Errors` metric.
    func handle(_ payload: [UInt8], context: LambdaContext) async throws -> [UInt8]
}

/// What the platform says about one invocation, from the headers of `invocation/next`.
///
/// Source: "Using the Lambda runtime API for custom runtimes" of the Lambda developer guide.
package struct LambdaContext: Sendable, Equatable {
    /// The same in all of the platform's log lines about this invocation.
    package var requestID: String
    /// When the platform gives the invocation up.
    package var deadline: Timestamp
    package var invokedFunctionARN: String
    /// The X-Ray trace header, nil when there is none.
    package var traceID: String?

    package init(requestID: String, deadline: Timestamp, invokedFunctionARN: String, traceID: String? = nil) {
        self.requestID = requestID
        self.deadline = deadline
        self.invokedFunctionARN = invokedFunctionARN
        self.traceID = traceID
    }
}
