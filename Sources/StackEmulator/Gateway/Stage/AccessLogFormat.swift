import Timekeeping

/// The format of a stage's access log, taken apart once.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
struct AccessLogFormat: Sendable {
    /// An event's limit; what is longer is cut.
    static let maximumBytes = 1024

    private enum Segment: Sendable {
        case literal(String)
        case variable(AccessLogVariable)
    }

    private var segments: [Segment] = []

    /// Reads a format; `$context.x` is a variable, and one that is not known is logged as `-`.
    init(_ format: String) {
        var literal = ""
        var rest = format[...]
        while let dollar = rest.firstIndex(of: "$") {
            literal += rest[..<dollar]
            rest = rest[dollar...]
            guard rest.hasPrefix("$context.") else {
                literal += "$"
                rest = rest.dropFirst()
                continue
            }
            var name = rest.dropFirst("$context.".count).prefix { $0.isLetter || $0.isNumber || ".-_".contains($0) }
            // A dot that ends a sentence is no part of the name.
            while name.last == "." { name = name.dropLast() }
            rest = rest[name.endIndex...]
            if let variable = AccessLogVariable(rawValue: String(name)) {
                segments.append(.literal(literal))
                segments.append(.variable(variable))
                literal = ""
            } else {
                literal += "-"
            }
        }
        segments.append(.literal(literal + rest))
    }

    /// One request's line.
    func line(_ record: AccessLogRecord) -> String {
        var line = ""
        line.reserveCapacity(512)
        for segment in segments {
            switch segment {
            case .literal(let text): line += text
            case .variable(let variable): line += record.value(of: variable) ?? "-"
            }
        }
        guard line.utf8.count > Self.maximumBytes else { return line }
        return String(decoding: line.utf8.prefix(Self.maximumBytes), as: UTF8.self)
    }
}

/// The `$context` variables that an access log can have here.
enum AccessLogVariable: String, Sendable, CaseIterable {
    case requestId
    case extendedRequestId
    case accountId
    case apiId
    case stage
    case deploymentId
    case domainName
    case domainPrefix
    case resourceId
    case resourcePath
    case path
    case httpMethod
    case protocolVersion = "protocol"
    case status
    case requestTime
    case requestTimeEpoch
    case responseLength
    case responseLatency
    case integrationLatency
    case integrationLatencyNested = "integration.latency"
    case integrationNestedStatus = "integration.status"
    case integrationStatus
    case integrationRequestID = "integration.requestId"
    case integrationError = "integration.error"
    case integrationErrorMessage
    case errorMessage = "error.message"
    case errorMessageString = "error.messageString"
    case errorResponseType = "error.responseType"
    case sourceIP = "identity.sourceIp"
    case userAgent = "identity.userAgent"
    case caller = "identity.caller"
    case user = "identity.user"
    case accessKey = "identity.accessKey"
    case identityAccountID = "identity.accountId"
    case userARN = "identity.userArn"
    case validationError = "error.validationErrorString"
    case xrayTraceID = "xrayTraceId"
    case awsEndpointRequestID = "awsEndpointRequestId"
}
