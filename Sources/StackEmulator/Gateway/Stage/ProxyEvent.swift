import ExactJSON
import NIOHTTP1
import Timekeeping

/// The event that a proxy integration hands to its function, payload version 1.0.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
struct ProxyEvent: Sendable {
    var request: ServerRequest
    /// Without the stage, as sent.
    var path: String
    var resourceID: String
    var resourcePath: String
    var pathParameters: [(name: String, value: Substring)]
    var stage: String
    var stageVariables: [String: String]
    var apiID: String
    var accountID: String
    var deploymentID: String
    var domainName: String
    var requestID: String
    var extendedRequestID: String
    var traceID: String
    var requestTime: Timestamp
    /// The body is bytes, handed on as base64.
    var isBinary: Bool
    /// Who signed the request, where the method asks for a signature.
    var accessKey: String?

    /// The event as JSON; empty collections are null.
    var json: JSONValue {
        let headers = forwardedHeaders
        let items = request.queryItems
        return [
            "resource": .string(resourcePath),
            "path": .string(path),
            "httpMethod": .string(request.method),
            "headers": Self.last(headers),
            "multiValueHeaders": Self.all(headers),
            "queryStringParameters": Self.last(items),
            "multiValueQueryStringParameters": Self.all(items),
            "pathParameters": Self.last(pathParameters.map { ($0.name, String($0.value)) }),
            "stageVariables": Self.last(stageVariables.map { ($0.key, $0.value) }),
            "requestContext": context(headers: headers),
            "body": body, "isBase64Encoded": .bool(isBinary && !request.body.isEmpty),
        ]
    }

    private var body: JSONValue {
        if request.body.isEmpty { return .null }
        return .string(isBinary ? Base64.encode(request.body) : String(decoding: request.body, as: UTF8.self))
    }

    private func context(headers: [(name: String, value: String)]) -> JSONValue {
        let userAgent = headers.last { $0.name.lowercased() == "user-agent" }?.value
        return [
            "resourceId": .string(resourceID),
            "resourcePath": .string(resourcePath),
            "httpMethod": .string(request.method),
            "extendedRequestId": .string(extendedRequestID),
            "requestTime": .string(AccessLogRecord.commonLogTime(requestTime)),
            "path": .string("/\(stage)\(path)"),
            "accountId": .string(accountID),
            "protocol": "HTTP/1.1",
            "stage": .string(stage),
            "domainPrefix": .string(apiID),
            "requestTimeEpoch": .integer(requestTime.millisecondsSinceEpoch),
            "requestId": .string(requestID),
            "identity": [
                "cognitoIdentityPoolId": nil, "accountId": accessKey == nil ? nil : .string(accountID),
                "cognitoIdentityId": nil, "caller": accessKey.map(JSONValue.string) ?? nil,
                "sourceIp": .string(request.peer), "principalOrgId": nil,
                "accessKey": accessKey.map(JSONValue.string) ?? nil, "cognitoAuthenticationType": nil,
                "cognitoAuthenticationProvider": nil,
                "userArn": accessKey == nil ? nil : .string("arn:aws:iam::\(accountID):root"),
                "userAgent": userAgent.map(JSONValue.string) ?? .null,
                "user": accessKey.map(JSONValue.string) ?? nil,
            ],
            "domainName": .string(domainName),
            "deploymentId": .string(deploymentID),
            "apiId": .string(apiID),
        ]
    }

    /// The caller's headers without those of the connection, with those that the gateway adds.
    private var forwardedHeaders: [(name: String, value: String)] {
        let dropped: Set<String> = [
            "connection", "content-length", "transfer-encoding", "expect", "host", "te", "upgrade", "keep-alive",
            "x-forwarded-for", "x-forwarded-port", "x-forwarded-proto", "x-amzn-trace-id",
        ]
        var headers: [(name: String, value: String)] = []
        for (name, value) in request.headers where !dropped.contains(name.lowercased()) {
            headers.append((name, value))
        }
        let forwarded = request.headers["X-Forwarded-For"] + [request.peer]
        headers.append(("Host", domainName))
        headers.append(("X-Amzn-Trace-Id", traceID))
        headers.append(("X-Forwarded-For", forwarded.joined(separator: ", ")))
        headers.append(("X-Forwarded-Port", "443"))
        headers.append(("X-Forwarded-Proto", "https"))
        return headers
    }

    private static func last(_ items: [(name: String, value: String)]) -> JSONValue {
        if items.isEmpty { return .null }
        return .object(Dictionary(items.map { ($0.name, .string($0.value)) }) { _, last in last })
    }

    private static func all(_ items: [(name: String, value: String)]) -> JSONValue {
        if items.isEmpty { return .null }
        var values: [String: [JSONValue]] = [:]
        for (name, value) in items { values[name, default: []].append(.string(value)) }
        return .object(values.mapValues(JSONValue.array))
    }
}
