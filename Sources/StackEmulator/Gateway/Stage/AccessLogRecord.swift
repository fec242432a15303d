import ExactJSON
import Synchronization
import Timekeeping

/// What an access log can say about one request.
struct AccessLogRecord: Sendable {
    var requestID = ""
    var extendedRequestID = ""
    var accountID = ""
    var apiID = ""
    var stage = ""
    var deploymentID = ""
    var domainName = ""
    var resourceID: String?
    var resourcePath: String?
    /// With the stage, as sent.
    var path = ""
    var httpMethod = ""
    var status = 0
    var requestTime = Timestamp(nanosecondsSinceEpoch: 0)
    var responseLength = 0
    var latency: Duration = .zero
    /// Nil on a cache hit and where no integration was called.
    var integrationLatency: Duration?
    /// The status that the function's own code returned.
    var functionStatus: Int?
    /// The status that the Lambda service answered.
    var lambdaStatus: Int?
    var integrationRequestID: String?
    var integrationError: String?
    var errorMessage: String?
    var errorResponseType: String?
    var validationError: String?
    var sourceIP = ""
    var userAgent: String?
    var accessKey: String?
    var traceID: String?

    /// The text of a variable; nil where it has no value.
    func value(of variable: AccessLogVariable) -> String? {
        switch variable {
        case .requestId: requestID
        case .extendedRequestId: extendedRequestID
        case .accountId: accountID
        case .apiId: apiID
        case .stage: stage
        case .deploymentId: deploymentID
        case .domainName: domainName
        case .domainPrefix: apiID
        case .resourceId: resourceID
        case .resourcePath: resourcePath
        case .path: Self.quotable(path)
        case .httpMethod: httpMethod
        case .protocolVersion: "HTTP/1.1"
        case .status: String(status)
        case .requestTime: Self.commonLogTime(requestTime)
        case .requestTimeEpoch: String(requestTime.millisecondsSinceEpoch)
        case .responseLength: String(responseLength)
        case .responseLatency: String(latency.wholeNanoseconds / 1_000_000)
        case .integrationLatency, .integrationLatencyNested:
            integrationLatency.map { String($0.wholeNanoseconds / 1_000_000) }
        case .integrationNestedStatus: functionStatus.map { String($0) }
        case .integrationStatus: lambdaStatus.map { String($0) }
        case .integrationRequestID, .awsEndpointRequestID: integrationRequestID
        case .integrationError, .integrationErrorMessage: integrationError.map(Self.quotable)
        case .errorMessage: errorMessage.map(Self.quotable)
        case .errorMessageString: errorMessage.map { JSONValue.string($0).text }
        case .errorResponseType: errorResponseType
        case .sourceIP: sourceIP
        case .userAgent: userAgent.map(Self.quotable)
        case .caller, .user, .accessKey: accessKey
        case .identityAccountID: accessKey == nil ? nil : accountID
        case .userARN: accessKey == nil ? nil : "arn:aws:iam::\(accountID):root"
        case .validationError: validationError.map(Self.quotable)
        case .xrayTraceID: traceID
        }
    }

    /// Text that stays inside the quotes of a JSON format, whatever a client sent.
    private static func quotable(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") || $0 < 0x20 }) else {
            return text
        }
        return String(JSONValue.string(text).text.dropFirst().dropLast())
    }

    private static let lastTime = Mutex((second: Int64.min, text: ""))

    /// `23/Nov/2026:20:28:05 +0000`, made once a second.
    static func commonLogTime(_ moment: Timestamp) -> String {
        lastTime.withLock { last in
            let second = moment.wholeSecondsSinceEpoch
            if last.second != second { last = (second, text(of: moment)) }
            return last.text
        }
    }

    private static func text(of moment: Timestamp) -> String {
        let civil = CivilTime(moment)
        let two = HTTPDate.twoDigits
        return "\(two(civil.day))/\(HTTPDate.monthName(civil.month))/\(civil.year)"
            + ":\(two(civil.hour)):\(two(civil.minute)):\(two(civil.second)) +0000"
    }
}
