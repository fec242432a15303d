import EmulatorCore
import ExactJSON

/// The calls below `/restapis/{id}/resources/{id}/methods/{verb}`.
struct GatewayMethodCalls: Sendable {
    var gateway: APIGatewayService

    func answer(_ call: GatewayCall) async throws(AWSServiceError) -> ServerResponse {
        let rest = call.path.dropFirst(6).joined(separator: "/")
        switch call.path.count {
        case 6: return try await method(call)
        case 7 where rest == "integration": return try integration(call)
        case 8 where call.path[6] == "responses": return try response(call, status: call.path[7])
        case 9 where rest.hasPrefix("integration/responses/"):
            return try integrationResponse(call, status: call.path[8])
        default: throw call.unknown
        }
    }

    private func method(_ call: GatewayCall) async throws(AWSServiceError) -> ServerResponse {
        let (api, resource, verb) = (call.api, call.path[3], call.path[5])
        switch call.verb {
        case "GET": return RESTAnswer.json(try gateway.record(api).definition.method(verb, at: resource))
        case "PUT":
            return RESTAnswer.json(
                try gateway.putMethod(api: api, resource: resource, verb: verb, call.body), status: 201)
        case "PATCH":
            return RESTAnswer.json(
                try gateway.updateMethod(api: api, resource: resource, verb: verb, try call.operations()))
        case "DELETE":
            try gateway.deleteMethod(api: api, resource: resource, verb: verb)
            return call.empty(204)
        case "POST":
            return RESTAnswer.json(
                try await gateway.testInvoke(api: api, resource: resource, verb: verb, call.body))
        default: throw call.unknown
        }
    }

    private func integration(_ call: GatewayCall) throws(AWSServiceError) -> ServerResponse {
        let (api, resource, verb) = (call.api, call.path[3], call.path[5])
        switch call.verb {
        case "GET": return RESTAnswer.json(try gateway.record(api).definition.integration(of: verb, at: resource))
        case "PUT":
            return RESTAnswer.json(
                try gateway.putIntegration(api: api, resource: resource, verb: verb, call.body), status: 201)
        case "PATCH":
            return RESTAnswer.json(
                try gateway.updateIntegration(api: api, resource: resource, verb: verb, try call.operations()))
        case "DELETE":
            try gateway.deleteIntegration(api: api, resource: resource, verb: verb)
            return call.empty(204)
        default: throw call.unknown
        }
    }

    private func response(_ call: GatewayCall, status: String) throws(AWSServiceError) -> ServerResponse {
        let (api, resource, verb) = (call.api, call.path[3], call.path[5])
        switch call.verb {
        case "GET":
            let method = try gateway.record(api).definition.method(verb, at: resource)
            return RESTAnswer.json(try APIGatewayService.response(status, in: method["methodResponses"]))
        case "PUT":
            return RESTAnswer.json(
                try gateway.putMethodResponse(api: api, resource: resource, verb: verb, status: status, call.body),
                status: 201)
        case "PATCH":
            return RESTAnswer.json(
                try gateway.updateMethodResponse(
                    api: api, resource: resource, verb: verb, status: status, try call.operations()), status: 201)
        case "DELETE":
            try gateway.deleteMethodResponse(api: api, resource: resource, verb: verb, status: status)
            return call.empty(204)
        default: throw call.unknown
        }
    }

    private func integrationResponse(_ call: GatewayCall, status: String) throws(AWSServiceError) -> ServerResponse {
        let (api, resource, verb) = (call.api, call.path[3], call.path[5])
        switch call.verb {
        case "GET":
            let integration = try gateway.record(api).definition.integration(of: verb, at: resource)
            return RESTAnswer.json(try APIGatewayService.response(status, in: integration["integrationResponses"]))
        case "PUT":
            return RESTAnswer.json(
                try gateway.putIntegrationResponse(
                    api: api, resource: resource, verb: verb, status: status, call.body), status: 201)
        case "PATCH":
            return RESTAnswer.json(
                try gateway.updateIntegrationResponse(
                    api: api, resource: resource, verb: verb, status: status, try call.operations()))
        case "DELETE":
            try gateway.deleteIntegrationResponse(api: api, resource: resource, verb: verb, status: status)
            return call.empty(204)
        default: throw call.unknown
        }
    }
}
