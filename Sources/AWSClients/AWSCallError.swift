/// Why an AWS call did not do what was asked.
package struct AWSCallError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The service's error name without namespace (`ResourceNotFoundException`), or `Transport` when no answer came.
    package var code: String
    package var message: String
    /// The HTTP status; 0 when no answer came.
    package var status: Int
    /// The service and operation that were called: `dynamodb:PutItem`, also the permission's name in most cases.
    package var action: String

    package init(code: String, message: String, status: Int, action: String) {
        self.code = code
        self.message = message
        self.status = status
        self.action = action
    }

    /// Worth another try after a pause: throttled, unavailable, or lost on the way.
    package var isTransient: Bool {
        status == 0 || status == 429 || status >= 500
            || [
                "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded",
                "ProvisionedThroughputExceededException", "LimitExceededException",
            ].contains(code)
    }

    /// Refused for lack of permission.
    package var isDenied: Bool {
        ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"].contains(code)
    }

    package var description: String {
        if isDenied { return "\(action): not permitted. Allow \(action) for these credentials. (\(message))" }
        return "\(action): \(code)\(message.isEmpty ? "" : ": \(message)")"
    }
}
