import ExactJSON
import NIOHTTP1

/// Answers that the gateway makes by itself.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
enum GatewayResponseType: String, Sendable, CaseIterable {
    case missingAuthenticationToken = "MISSING_AUTHENTICATION_TOKEN"
    case accessDenied = "ACCESS_DENIED"
    case throttled = "THROTTLED"
    case requestTooLarge = "REQUEST_TOO_LARGE"
    case integrationTimeout = "INTEGRATION_TIMEOUT"
    case integrationFailure = "INTEGRATION_FAILURE"
    case apiConfigurationError = "API_CONFIGURATION_ERROR"
    /// A function that failed or broke the proxy contract has no type of its own.
    case default5XX = "DEFAULT_5XX"
    case default4XX = "DEFAULT_4XX"

    var status: Int {
        switch self {
        case .missingAuthenticationToken, .accessDenied: 403
        case .throttled: 429
        case .requestTooLarge: 413
        case .integrationTimeout, .integrationFailure: 504
        case .apiConfigurationError: 500
        case .default5XX: 502
        case .default4XX: 400
        }
    }

    func status(_ switches: EmulatorSwitches) -> Int {
        self == .apiConfigurationError ? switches.refusedInvocationStatus : status
    }

    func message(_ switches: EmulatorSwitches) -> String {
        switch self {
        case .missingAuthenticationToken: "Missing Authentication Token"
        case .accessDenied: "Forbidden"
        case .throttled: "Too Many Requests"
        case .requestTooLarge: switches.requestTooLongMessage
        case .integrationTimeout: switches.integrationTimeoutMessage
        case .integrationFailure: "Network error communicating with endpoint"
        case .apiConfigurationError, .default5XX: "Internal server error"
        case .default4XX: "Bad Request"
        }
    }

    /// The value of the header `x-amzn-ErrorType`.
    var errorType: String {
        switch self {
        case .missingAuthenticationToken: "MissingAuthenticationTokenException"
        case .accessDenied: "ForbiddenException"
        case .throttled: "TooManyRequestsException"
        case .requestTooLarge: "RequestTooLongException"
        case .integrationTimeout, .integrationFailure, .apiConfigurationError, .default5XX:
            "InternalServerErrorException"
        case .default4XX: "BadRequestException"
        }
    }
}

/// What a stack sets for one type of gateway response.
struct GatewayResponseSettings: Sendable, Equatable {
    var status: Int?
    /// Static values, without the quotes that mark them as such.
    var headers: [HeaderValue]

    struct HeaderValue: Sendable, Equatable {
        var name: String
        var value: String
    }
}

/// The gateway responses of an API: those that the stack sets, by type, over the defaults.
struct GatewayResponses: Sendable, Equatable {
    var settings: [String: GatewayResponseSettings] = [:]

    /// The answer of a type; a type that the stack does not set takes the headers of its DEFAULT_4XX or DEFAULT_5XX.
    func response(
        _ type: GatewayResponseType, switches: EmulatorSwitches = EmulatorSwitches()
    ) -> ServerResponse {
        let own = settings[type.rawValue]
        let general = settings[type.status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"]
        let setting = own ?? general
        var headers: HTTPHeaders = ["Content-Type": "application/json", "x-amzn-ErrorType": type.errorType]
        for header in setting?.headers ?? [] { headers.replaceOrAdd(name: header.name, value: header.value) }
        return ServerResponse(
            status: setting?.status ?? type.status(switches), headers: headers,
            body: JSONValue.object(["message": .string(type.message(switches))]).serialized())
    }
}
