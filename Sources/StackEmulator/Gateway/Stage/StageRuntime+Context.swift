import ExactJSON
import Timekeeping

extension StageRuntime {
    /// `$context`, as templates and mappings see it.
    func context(of exchange: Exchange, refusal: GatewayRefusal? = nil, status: Int? = nil) -> JSONValue {
        let userAgent = exchange.request.headers.first(name: "User-Agent")
        var members: [String: JSONValue] = [
            "accountId": .string(surroundings.account.id), "apiId": .string(source.apiID),
            "domainName": .string(domainName), "domainPrefix": .string(source.apiID),
            "deploymentId": .string(source.deploymentID), "stage": .string(stage.name),
            "requestId": .string(exchange.requestID), "extendedRequestId": .string(exchange.extendedRequestID),
            "httpMethod": .string(exchange.request.method), "path": .string("/\(stage.name)\(exchange.path)"),
            "protocol": "HTTP/1.1", "requestTime": .string(AccessLogRecord.commonLogTime(exchange.started)),
            "requestTimeEpoch": .integer(exchange.started.millisecondsSinceEpoch),
            "xrayTraceId": .string(exchange.trace),
            "identity": [
                "sourceIp": .string(exchange.request.peer), "userAgent": userAgent.map(JSONValue.string) ?? "",
                "accessKey": exchange.accessKey.map(JSONValue.string) ?? "",
                "accountId": exchange.accessKey == nil ? "" : .string(surroundings.account.id),
                "caller": exchange.accessKey.map(JSONValue.string) ?? "",
                "user": exchange.accessKey.map(JSONValue.string) ?? "",
            ],
        ]
        if let plan = exchange.plan {
            members["resourceId"] = .string(plan.resourceID)
            members["resourcePath"] = .string(plan.resourcePath)
        }
        if let status { members["status"] = .integer(status) }
        if let refusal {
            let message = refusal.message ?? refusal.type.message(surroundings.switches)
            members["error"] = [
                "message": .string(message), "messageString": .string(JSONValue.string(message).text),
                "responseType": .string(refusal.type.rawValue),
                "validationErrorString": .string(refusal.validationError ?? ""),
            ]
        }
        return .object(members)
    }

    /// What a template of a method sees.
    func scope(of exchange: Exchange, body: String) -> MappingScope {
        MappingScope(
            body: body,
            path: Dictionary(exchange.pathParameters.map { ($0.name, String($0.value)) }) { _, last in last },
            queryString: Dictionary(exchange.request.queryItems.map { ($0.name, $0.value) }) { _, last in last },
            headers: Dictionary(exchange.request.headers.map { ($0.name, $0.value) }) { _, last in last },
            context: context(of: exchange), stageVariables: stage.variables)
    }

    /// A request's body as templates see it: bytes are base64.
    func bodyText(of exchange: Exchange) -> String {
        if binaryMediaTypes.contains(exchange.request.headers.first(name: "Content-Type")) {
            return Base64.encode(exchange.request.body)
        }
        return String(decoding: exchange.request.body, as: UTF8.self)
    }
}
