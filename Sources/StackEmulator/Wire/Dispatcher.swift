import EmulatorCore
import ExactJSON
import NIOHTTP1

/// Tells by a request's host, path and headers whom it is for.
struct Dispatcher: Sendable {
    var gateway: APIGatewayService
    var gatewayCalls: APIGatewayRESTService
    var lambda: LambdaRESTService
    var json: JSONProtocol
    var query: QueryProtocol
    var objects: S3Protocol
    var clock: ClockEndpoint
    /// Checks every call of the AWS API; nil when none has to be signed.
    var signatures: SignatureGate?

    /// Operations on one item: done sooner than another thread would be woken.
    private static let quickTargets: Set<String> = [
        "DynamoDB_20120810.GetItem", "DynamoDB_20120810.PutItem", "DynamoDB_20120810.UpdateItem",
        "DynamoDB_20120810.DeleteItem",
    ]

    private static let apiPrefix = "/_aws/execute-api/"

    func answer(_ request: ServerRequest) -> ServerAnswer {
        let path = request.path
        if path.startsWithBytes(of: Self.apiPrefix) {
            let rest = path.droppingBytes(Self.apiPrefix.utf8.count)
            let id = rest.firstSegment
            return gateway.answer(request, api: String(id), path: rest[id.endIndex...])
        }
        if let host = request.headers.first(name: "Host"), let id = Self.apiID(inHost: host) {
            return gateway.answer(request, api: id, path: path)
        }
        if path.startsWithBytes(of: ClockEndpoint.path) { return clock.answer(request) }
        // A body is signed as it is sent, compressed.
        if let refused = signatures.flatMap({ Self.refusal(of: request, by: $0) }) { return .now(refused) }
        // Before any decoding: an object may be gzipped, and stays so.
        if request.headers.first(name: "X-Amz-Target") == nil, S3Protocol.isMeant(request) {
            return .later { await objects.answer(request) }
        }
        let decoded: ServerRequest
        switch ContentDecoding.decode(request) {
        case .decoded(let request): decoded = request
        case .refused(let response): return .now(response)
        }
        if let target = decoded.headers.first(name: "X-Amz-Target") {
            if Self.quickTargets.contains(target) { return .soon { await json.answer(decoded, target: target) } }
            return .later { await json.answer(decoded, target: target) }
        }
        if LambdaCall.isLambda(path) { return .later { await lambda.answer(decoded) } }
        if APIGatewayRESTService.owns(path) { return .later { await gatewayCalls.answer(decoded) } }
        if path.hasPrefix(CBORProtocol.pathPrefix) {
            return .later { await CBORProtocol(services: json.services).answer(decoded) }
        }
        if path == "/", decoded.method == "GET", decoded.query.isEmpty { return .now(Self.health(decoded)) }
        if path == "/" || Self.isQueueForm(decoded) { return .later { await query.answer(decoded) } }
        // What nobody signed and no other service knows is a public object.
        if request.headers.first(name: "Authorization") == nil { return .later { await objects.answer(request) } }
        let error = AWSServiceError(
            "UnknownOperationException", "\(request.method) \(path) is not emulated.", status: 404)
        return .now(RESTAnswer.failure(error, messageMember: "message"))
    }

    /// What AWS's endpoints answer to load balancers and the curious.
    private static func health(_ request: ServerRequest) -> ServerResponse {
        let host = request.headers.first(name: "Host") ?? ""
        return ServerResponse(
            status: 200, headers: ["Content-Type": "text/plain"], body: Array("healthy: \(host) ".utf8))
    }

    /// The answer to a call that is not signed, or not rightly; nil when it is.
    private static func refusal(of request: ServerRequest, by signatures: SignatureGate) -> ServerResponse? {
        switch signatures.check(request, service: nil) {
        case .valid: nil
        case .unsigned: SignatureRefusals.response(to: request, nil)
        case .refused(let fault): SignatureRefusals.response(to: request, fault)
        }
    }

    /// Whether a form is sent to a queue's own address, `/123456789012/name`, as older clients of SQS do.
    private static func isQueueForm(_ request: ServerRequest) -> Bool {
        let parts = request.path.split(separator: "/")
        guard parts.count == 2, parts[0].utf8.count == 12, parts[0].utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else {
            return false
        }
        let type = request.headers.first(name: "Content-Type") ?? ""
        return type.hasPrefix("application/x-www-form-urlencoded") || request.query.contains("Action=")
    }

    /// `abc` of `abc.execute-api.us-west-2.amazonaws.com` or `abc.execute-api.localhost:4566`.
    static func apiID(inHost host: String) -> String? {
        // Most hosts are none of an API's.
        guard host.utf8.contains(UInt8(ascii: "-")) else { return nil }
        let labels = host.prefix { $0 != ":" }.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 3, labels[1] == "execute-api", !labels[0].isEmpty else { return nil }
        return String(labels[0])
    }
}
