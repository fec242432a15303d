import EmulatorCore
import ExactJSON
import HTTPExchange

/// API Gateway's own API: paths and verbs led to the operations they stand for.
struct APIGatewayRESTService: Sendable {
    var gateway: APIGatewayService

    /// Whether a path is one of this API's.
    static func owns(_ path: Substring) -> Bool {
        let first = path.split(separator: "/", maxSplits: 1).first ?? ""
        return first == "restapis" || (first == "account" && path.utf8.count <= 9)
            || (first == "tags" && (path.contains("apigateway")))
            || ["apikeys", "usageplans", "domainnames", "vpclinks", "clientcertificates", "sdktypes"].contains(first)
    }

    func answer(_ request: ServerRequest) async -> ServerResponse {
        let call = GatewayCall(request)
        do throws(AWSServiceError) {
            if let input = call.input, case .object = input {
            } else if call.input != nil {
                throw GatewayFault.badRequest("Invalid JSON: expected an object")
            }
            if call.isMalformed { throw GatewayFault.badRequest("Could not parse request body into json") }
            return try await dispatch(call)
        } catch {
            return RESTAnswer.failure(error, messageMember: "message")
        }
    }

    private func dispatch(_ call: GatewayCall) async throws(AWSServiceError) -> ServerResponse {
        switch (call.verb, call.path.first ?? "", call.path.count) {
        case ("GET", "account", 1): return RESTAnswer.json(gateway.accountDocument)
        case ("PATCH", "account", 1): return RESTAnswer.json(try gateway.updateAccount(try call.operations()))
        case (_, "tags", 2...): return try tags(call)
        case ("GET", "restapis", 1): return try call.page(gateway.records.map { ($0.id, $0.document) })
        case ("POST", "restapis", 1):
            if call.query["mode"] != nil { throw GatewayFault.notEmulated("Importing an API") }
            return RESTAnswer.json(try gateway.createAPI(call.body), status: 201)
        case (_, "restapis", 2): return try api(call)
        case (_, "restapis", 3...): return try await member(call)
        default: throw call.unknown
        }
    }

    private func tags(_ call: GatewayCall) throws(AWSServiceError) -> ServerResponse {
        let arn = call.path.dropFirst().joined(separator: "/")
        switch call.verb {
        case "GET": return RESTAnswer.json(["tags": .object(try gateway.tags(of: arn))])
        case "PUT":
            let new = call.body["tags"]?.objectValue ?? [:]
            _ = try gateway.tags(of: arn) { $0.merge(new) { _, new in new } }
        case "DELETE":
            let names = call.queryValues("tagKeys")
            _ = try gateway.tags(of: arn) { tags in for name in names { tags[name] = nil } }
        default: throw call.unknown
        }
        return call.empty(204)
    }

    private func api(_ call: GatewayCall) throws(AWSServiceError) -> ServerResponse {
        switch call.verb {
        case "GET": return RESTAnswer.json(try gateway.record(call.api).document)
        case "PATCH": return RESTAnswer.json(try gateway.updateAPI(call.api, try call.operations()))
        case "PUT": throw GatewayFault.notEmulated("Importing an API")
        case "DELETE":
            try gateway.remove(call.api)
            return call.empty(202)
        default: throw call.unknown
        }
    }

    private func member(_ call: GatewayCall) async throws(AWSServiceError) -> ServerResponse {
        switch call.path[2] {
        case "resources" where call.path.count <= 4: return try resources(call)
        case "resources" where call.path.count >= 6 && call.path[4] == "methods":
            return try await GatewayMethodCalls(gateway: gateway).answer(call)
        case "deployments": return try deployments(call)
        case "stages": return try stages(call)
        case "gatewayresponses", "models", "requestvalidators":
            return try GatewayPartCalls(gateway: gateway).answer(call)
        case "authorizers" where call.verb == "GET" && call.path.count == 3:
            _ = try gateway.record(call.api)
            return try call.page([])
        case "authorizers": throw GatewayFault.notEmulated("An authorizer")
        case "documentation": throw GatewayFault.notEmulated("An API's documentation")
        default: throw call.unknown
        }
    }

    private func resources(_ call: GatewayCall) throws(AWSServiceError) -> ServerResponse {
        let embeds = call.queryValues("embed").contains("methods")
        switch (call.verb, call.path.count) {
        case ("GET", 3):
            let record = try gateway.record(call.api)
            let all = record.definition.resources.values.map { ($0, record.definition.path(of: $0.id)) }
            return try call.page(
                all.sorted { $0.1 < $1.1 }.map { ($0.0.id, record.document(of: $0.0, embedsMethods: embeds)) })
        case ("GET", 4):
            let record = try gateway.record(call.api)
            return RESTAnswer.json(
                record.document(of: try record.definition.resource(call.path[3]), embedsMethods: embeds))
        case ("POST", 4):
            let part = call.body["pathPart"]?.stringValue ?? ""
            return RESTAnswer.json(
                try gateway.createResource(api: call.api, parent: call.path[3], part: part), status: 201)
        case ("PATCH", 4):
            return RESTAnswer.json(
                try gateway.updateResource(api: call.api, call.path[3], try call.operations()))
        case ("DELETE", 4):
            try gateway.deleteResource(api: call.api, call.path[3])
            return call.empty(202)
        default: throw call.unknown
        }
    }

    private func deployments(_ call: GatewayCall) throws(AWSServiceError) -> ServerResponse {
        let summarises = call.queryValues("embed").contains("apisummary")
        switch (call.verb, call.path.count) {
        case ("GET", 3):
            let record = try gateway.record(call.api)
            let all = record.deployments.values.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
            return try call.page(all.map { ($0.id, record.document(of: $0, summarises: false)) })
        case ("POST", 3):
            return RESTAnswer.json(try gateway.createDeployment(api: call.api, call.body), status: 201)
        case ("GET", 4):
            let record = try gateway.record(call.api)
            return RESTAnswer.json(
                record.document(of: try record.deployment(call.path[3]), summarises: summarises))
        case ("PATCH", 4):
            return RESTAnswer.json(
                try gateway.updateDeployment(api: call.api, call.path[3], try call.operations()))
        case ("DELETE", 4):
            try gateway.deleteDeployment(api: call.api, call.path[3])
            return call.empty(202)
        default: throw call.unknown
        }
    }

    private func stages(_ call: GatewayCall) throws(AWSServiceError) -> ServerResponse {
        switch (call.verb, call.path.count) {
        case ("GET", 3):
            let record = try gateway.record(call.api)
            let wanted = call.query["deploymentId"]
            let all = record.stages.sorted { $0.key < $1.key }.map(\.value).filter { stage in
                wanted.map { stage["deploymentId"] == .string($0) } ?? true
            }
            return RESTAnswer.json(["item": .array(all)])
        case ("POST", 3): return RESTAnswer.json(try gateway.createStage(api: call.api, call.body), status: 201)
        case ("GET", 4): return RESTAnswer.json(try gateway.record(call.api).stage(call.path[3]))
        case ("PATCH", 4):
            return RESTAnswer.json(try gateway.updateStage(api: call.api, call.path[3], try call.operations()))
        case ("DELETE", 4):
            try gateway.deleteStage(api: call.api, call.path[3])
            return call.empty(202)
        case ("DELETE", 6) where call.path[4] == "cache" && call.path[5] == "data":
            try gateway.flushCache(api: call.api, call.path[3])
            return call.empty(202)
        case ("DELETE", 6) where call.path[4] == "cache" && call.path[5] == "authorizers":
            // No authorizer is emulated, so there is nothing that one has kept.
            _ = try gateway.stage(call.api, call.path[3])
            return call.empty(202)
        case ("GET", 6) where call.path[4] == "exports" || call.path[4] == "sdks":
            throw GatewayFault.notEmulated("Exporting an API")
        default: throw call.unknown
        }
    }
}
