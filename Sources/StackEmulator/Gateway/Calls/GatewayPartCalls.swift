import EmulatorCore
import ExactJSON

/// The calls on gateway responses, models and request validators of an API.
struct GatewayPartCalls: Sendable {
    var gateway: APIGatewayService

    func answer(_ call: GatewayCall) throws(AWSServiceError) -> ServerResponse {
        guard call.path.count <= 4 else { throw call.unknown }
        let name = call.path.count == 4 ? call.path[3] : nil
        switch call.path[2] {
        case "gatewayresponses": return try responses(call, type: name)
        case "models": return try models(call, name: name)
        default: return try validators(call, id: name)
        }
    }

    private func responses(_ call: GatewayCall, type: String?) throws(AWSServiceError) -> ServerResponse {
        switch (call.verb, type) {
        case ("GET", nil):
            let definition = try gateway.record(call.api).definition
            var all: [(String, JSONValue)] = []
            for type in GatewayResponseType.allCases.map(\.rawValue).sorted() {
                all.append((type, try APIGatewayService.gatewayResponse(type, in: definition)))
            }
            return try call.page(all)
        case ("GET", let type?):
            return RESTAnswer.json(
                try APIGatewayService.gatewayResponse(type, in: try gateway.record(call.api).definition))
        case ("PUT", let type?):
            return RESTAnswer.json(
                try gateway.putGatewayResponse(api: call.api, type: type, call.body), status: 201)
        case ("PATCH", let type?):
            return RESTAnswer.json(
                try gateway.updateGatewayResponse(api: call.api, type: type, try call.operations()))
        case ("DELETE", let type?):
            try gateway.deleteGatewayResponse(api: call.api, type: type)
            return call.empty(202)
        default: throw call.unknown
        }
    }

    private func models(_ call: GatewayCall, name: String?) throws(AWSServiceError) -> ServerResponse {
        switch (call.verb, name) {
        case ("GET", nil):
            let models = try gateway.record(call.api).definition.models
            return try call.page(models.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        case ("POST", nil): return RESTAnswer.json(try gateway.createModel(api: call.api, call.body), status: 201)
        case ("GET", let name?):
            return RESTAnswer.json(try APIGatewayService.model(name, in: try gateway.record(call.api).definition))
        case ("PATCH", let name?):
            return RESTAnswer.json(try gateway.updateModel(api: call.api, name, try call.operations()))
        case ("DELETE", let name?):
            try gateway.deleteModel(api: call.api, name)
            return call.empty(202)
        default: throw call.unknown
        }
    }

    private func validators(_ call: GatewayCall, id: String?) throws(AWSServiceError) -> ServerResponse {
        switch (call.verb, id) {
        case ("GET", nil):
            let validators = try gateway.record(call.api).definition.validators
            return try call.page(validators.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        case ("POST", nil):
            return RESTAnswer.json(try gateway.createValidator(api: call.api, call.body), status: 201)
        case ("GET", let id?):
            return RESTAnswer.json(
                try APIGatewayService.validator(id, in: try gateway.record(call.api).definition))
        case ("PATCH", let id?):
            return RESTAnswer.json(try gateway.updateValidator(api: call.api, id, try call.operations()))
        case ("DELETE", let id?):
            try gateway.deleteValidator(api: call.api, id)
            return call.empty(202)
        default: throw call.unknown
        }
    }
}
