internal import ExactJSON

/// An error that chooses its own name in the failure's report; others are reported under their Swift type.
package protocol LambdaReportableError: Error {
    /// The `errorType` that callers and logs see.
    var errorType: String { get }
}

/// A failed invocation or start, as the Runtime API takes it.
struct LambdaFailure: Sendable, Equatable {
    var type: String
    var message: String

    init(_ error: any Error) {
        type = (error as? any LambdaReportableError)?.errorType ?? String(describing: Swift.type(of: error))
        message = String(describing: error)
    }

    /// The report's body; stack traces are not collected.
    var body: [UInt8] {
        JSONValue.object(["errorMessage": .string(message), "errorType": .string(type), "stackTrace": []]).serialized()
    }
}
