/// Why an AWS call did not do what was asked.
package struct AWSCallError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The service's error name without namespace (`ResourceNotFoundException`), `Transport` when no answer came, or
    /// `MalformedAnswer` when it cannot be read.
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

    /// An answer that lacks what the service model promises.
    package init(malformedAnswerOf call: AWSCall, missing member: String) {
        self.init(
            code: Self.malformedAnswer, message: "the answer has no \(member)", status: 200, action: call.permission)
    }

    static let malformedAnswer = "MalformedAnswer"

    /// As botocore's standard retry mode has them, besides DynamoDB's and the services' own spellings.
    private static let throttlingCodes: Set<String> = [
        "BandwidthLimitExceeded", "EC2ThrottledException", "LimitExceededException", "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
        "RequestThrottledException", "SlowDown", "Throttled", "ThrottledException", "Throttling",
        "ThrottlingException", "TooManyRequestsException", "TransactionInProgressException",
    ]
    private static let passingCodes: Set<String> = [
        "InternalError", "InternalFailure", "InternalServerError", "InternalServiceError", "RequestTimeout",
        "RequestTimeoutException", "ServiceUnavailable", "ServiceUnavailableException",
    ]
    private static let deniedCodes: Set<String> = [
        "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException",
        "KMSAccessDeniedException", "NotAuthorized", "UnauthorizedOperation",
    ]
    private static let expiredCodes: Set<String> = [
        "ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired",
    ]
    private static let unknownCallerCodes: Set<String> = [
        "IncompleteSignature", "IncompleteSignatureException", "InvalidAccessKeyId", "InvalidClientTokenId",
        "InvalidSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
        "OptInRequired",
        "SignatureDoesNotMatch", "UnrecognizedClientException",
    ]

    /// Refused because too much was asked for: nothing has been done.
    package var isThrottled: Bool { status == 429 || Self.throttlingCodes.contains(code) }

    /// Worth another try after a pause: throttled, unavailable, lost on the way, or cut off.
    package var isTransient: Bool {
        status == 0 || status >= 500 || isThrottled || Self.passingCodes.contains(code) || code == Self.malformedAnswer
    }

    /// Refused because the credentials are too old.
    package var isExpired: Bool {
        Self.expiredCodes.contains(code)
            // STS's and API Gateway's general refusal says it in its text alone.
            || message.contains("security token included in the request is expired")
    }

    /// Refused for lack of permission.
    package var isDenied: Bool {
        Self.deniedCodes.contains(code) || message.contains("is not authorized to perform:")
    }

    /// Refused because the service does not know the caller, or the signature is another one.
    package var isUnknownCaller: Bool { Self.unknownCallerCodes.contains(code) }

    package var description: String {
        if isExpired {
            return "\(action): the credentials have expired; get new ones and run again (\(code): \(message))"
        }
        if isDenied {
            let denial = DeniedPermission(message: message, call: action)
            return "\(action): not permitted. Allow \(denial) to these credentials; `firedrill permissions` prints the "
                + "policy that a drill needs. (\(code)\(message.isEmpty ? "" : ": \(message)"))"
        }
        if isUnknownCaller {
            return
                "\(action): \(code)\(message.isEmpty ? "" : ": \(message)"). Check the access key, the profile and the "
                + "clock of this machine"
        }
        return "\(action): \(code)\(message.isEmpty ? "" : ": \(message)")"
    }
}
