import EmulatedServices
import EmulatorCore
import ExactJSON

/// API Gateway's own API, for reading what is there and flushing a stage's cache.
struct APIGatewayRESTService: Sendable {
    var gateway: APIGatewayService
    /// Of what is there now.
    var documents: @Sendable () -> APIGatewayDocuments

    func answer(_ request: ServerRequest) -> ServerResponse {
        let path = RESTPath(request.path).segments
        do throws(AWSServiceError) {
            if request.method == "DELETE", path.count == 6, path[2] == "stages", path[4] == "cache", path[5] == "data" {
                try gateway.stage(path[1], path[3]).cache.flush()
                return ServerResponse(status: 202, headers: ["x-amzn-RequestId": Identifiers.uuid()])
            }
            guard request.method == "GET" else {
                throw AWSServiceError(
                    "UnknownOperationException", "\(request.method) \(request.path) is not emulated.", status: 404)
            }
            let embedsMethods = request.queryItems.contains { $0.name == "embed" && $0.value == "methods" }
            return RESTAnswer.json(try documents().get(Array(path.dropFirst()), embedsMethods: embedsMethods))
        } catch {
            return RESTAnswer.failure(error, messageMember: "message")
        }
    }
}
