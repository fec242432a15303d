import EmulatorCore
import ExactJSON
import Timekeeping

/// A REST API with its deployments and stages.
struct RestAPIRecord: Sendable {
    /// A copy of the definition, as a stage serves it.
    struct Deployment: Sendable {
        var id: String
        var description: String?
        var created: Timestamp
        var definition: APIDefinition
    }

    var id: String
    var created: Timestamp
    /// As it stands now; what is served is a deployment's.
    var definition: APIDefinition
    var deployments: [String: Deployment] = [:]
    /// By name, as the API shows them.
    var stages: [String: JSONValue] = [:]

    func deployment(_ id: String) throws(AWSServiceError) -> Deployment {
        guard let deployment = deployments[id] else {
            throw GatewayFault.notFound("Invalid Deployment identifier specified")
        }
        return deployment
    }

    func stage(_ name: String) throws(AWSServiceError) -> JSONValue {
        guard let stage = stages[name] else { throw GatewayFault.notFound("Invalid Stage identifier specified") }
        return stage
    }

    // MARK: Documents

    var document: JSONValue {
        var members = definition.attributes
        members["id"] = .string(id)
        members["createdDate"] = .integer(created.wholeSecondsSinceEpoch)
        members["rootResourceId"] = .string(definition.rootResourceID)
        return .object(members)
    }

    /// - Parameter embedsMethods: whether methods are shown whole, or only which there are.
    func document(of resource: APIDefinition.Resource, embedsMethods: Bool) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(resource.id), "path": .string(definition.path(of: resource.id)),
        ]
        if let parentID = resource.parentID { members["parentId"] = .string(parentID) }
        if let part = resource.pathPart { members["pathPart"] = .string(part) }
        if !resource.methods.isEmpty {
            members["resourceMethods"] = .object(resource.methods.mapValues { embedsMethods ? $0 : [:] })
        }
        return .object(members)
    }

    /// - Parameter summarises: whether the deployed methods are listed by path, as `embed=apisummary` asks for.
    func document(of deployment: Deployment, summarises: Bool) -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .string(deployment.id), "createdDate": .integer(deployment.created.wholeSecondsSinceEpoch),
        ]
        if let description = deployment.description { members["description"] = .string(description) }
        if summarises {
            var summary: [String: [String: JSONValue]] = [:]
            for method in deployment.definition.methods {
                summary[method.path, default: [:]][method.verb] = [
                    "authorizationType": method.document["authorizationType"] ?? "NONE",
                    "apiKeyRequired": method.document["apiKeyRequired"] ?? false,
                ]
            }
            members["apiSummary"] = .object(summary.mapValues(JSONValue.object))
        }
        return .object(members)
    }
}
