/// Answers that the gateway makes by itself.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
enum GatewayResponseType: String, Sendable, CaseIterable {
    case accessDenied = "ACCESS_DENIED"
    case apiConfigurationError = "API_CONFIGURATION_ERROR"
    case authorizerConfigurationError = "AUTHORIZER_CONFIGURATION_ERROR"
    case authorizerFailure = "AUTHORIZER_FAILURE"
    case badRequestBody = "BAD_REQUEST_BODY"
    case badRequestParameters = "BAD_REQUEST_PARAMETERS"
    case default4XX = "DEFAULT_4XX"
    /// A function that failed or broke the proxy contract has no type of its own.
    case default5XX = "DEFAULT_5XX"
    case expiredToken = "EXPIRED_TOKEN"
    case integrationFailure = "INTEGRATION_FAILURE"
    case integrationTimeout = "INTEGRATION_TIMEOUT"
    case invalidAPIKey = "INVALID_API_KEY"
    case invalidSignature = "INVALID_SIGNATURE"
    case missingAuthenticationToken = "MISSING_AUTHENTICATION_TOKEN"
    case quotaExceeded = "QUOTA_EXCEEDED"
    case requestTooLarge = "REQUEST_TOO_LARGE"
    case resourceNotFound = "RESOURCE_NOT_FOUND"
    case throttled = "THROTTLED"
    case unauthorized = "UNAUTHORIZED"
    case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    case wafFiltered = "WAF_FILTERED"

    var status: Int {
        switch self {
        case .badRequestBody, .badRequestParameters, .default4XX: 400
        case .unauthorized: 401
        case .accessDenied, .expiredToken, .invalidAPIKey, .invalidSignature, .missingAuthenticationToken, .wafFiltered:
            403
        case .resourceNotFound: 404
        case .requestTooLarge: 413
        case .unsupportedMediaType: 415
        case .quotaExceeded, .throttled: 429
        case .apiConfigurationError, .authorizerConfigurationError, .authorizerFailure: 500
        case .default5XX: 502
        case .integrationFailure, .integrationTimeout: 504
        }
    }

    func status(_ switches: EmulatorSwitches) -> Int {
        self == .apiConfigurationError ? switches.refusedInvocationStatus : status
    }

    func message(_ switches: EmulatorSwitches) -> String {
        switch self {
        case .missingAuthenticationToken: "Missing Authentication Token"
        case .accessDenied, .invalidAPIKey, .wafFiltered: "Forbidden"
        case .unauthorized: "Unauthorized"
        case .throttled: switches.throttledMessage
        case .quotaExceeded: "Limit Exceeded"
        case .requestTooLarge: switches.requestTooLongMessage
        case .integrationTimeout: switches.integrationTimeoutMessage
        case .integrationFailure: "Network error communicating with endpoint"
        case .apiConfigurationError, .default5XX, .authorizerConfigurationError, .authorizerFailure:
            "Internal server error"
        case .badRequestBody: "Invalid request body"
        case .badRequestParameters: "Missing required request parameters"
        case .expiredToken: "The security token included in the request is expired"
        case .invalidSignature:
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
                + "Access Key and signing method. Consult the service documentation for details."
        case .resourceNotFound: "Not Found"
        case .unsupportedMediaType: "Unsupported Media Type"
        case .default4XX: "Bad Request"
        }
    }

    /// The value of the header `x-amzn-ErrorType`.
    var errorType: String {
        switch self {
        case .missingAuthenticationToken: "MissingAuthenticationTokenException"
        case .accessDenied, .invalidAPIKey, .wafFiltered: "ForbiddenException"
        case .unauthorized: "UnauthorizedException"
        case .throttled: "TooManyRequestsException"
        case .quotaExceeded: "LimitExceededException"
        case .requestTooLarge: "RequestTooLongException"
        case .integrationTimeout, .integrationFailure, .apiConfigurationError, .default5XX, .authorizerFailure,
            .authorizerConfigurationError:
            "InternalServerErrorException"
        case .badRequestBody, .badRequestParameters, .default4XX: "BadRequestException"
        case .expiredToken: "ExpiredTokenException"
        case .invalidSignature: "InvalidSignatureException"
        case .resourceNotFound: "NotFoundException"
        case .unsupportedMediaType: "UnsupportedMediaTypeException"
        }
    }
}

/// Why the gateway answers a request by itself.
struct GatewayRefusal: Sendable {
    var type: GatewayResponseType
    /// Nil for the type's own words.
    var message: String?
    /// Nil for the type's own.
    var errorType: String?
    /// What `$context.error.validationErrorString` says of a body that does not fit its model.
    var validationError: String?
    /// Nil for the type's own.
    var status: Int?

    init(
        _ type: GatewayResponseType, status: Int? = nil, message: String? = nil, errorType: String? = nil,
        validationError: String? = nil
    ) {
        self.type = type
        self.status = status
        self.message = message
        self.errorType = errorType
        self.validationError = validationError
    }
}
