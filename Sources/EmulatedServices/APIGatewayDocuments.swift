package import EmulatorCore
package import ExactJSON
package import StackTemplate
package import Timekeeping

/// What API Gateway's reading calls answer about a stack's REST API: documents made from the resolved template.
///
/// Shapes are those of botocore's service model `apigateway`.
package struct APIGatewayDocuments: Sendable {
    private let resources: [ResolvedResource]
    private let createdAt: Timestamp

    package init(resources: [ResolvedResource], createdAt: Timestamp) {
        self.resources = resources
        self.createdAt = createdAt
    }

    /// Answers `GET /restapis...`.
    ///
    /// - Parameters:
    ///   - path: the path's segments after `restapis`, percent-decoded.
    ///   - embedsMethods: whether `embed=methods` was asked for.
    package func get(_ path: [String], embedsMethods: Bool) throws(AWSServiceError) -> JSONValue {
        guard let id = path.first else { return ["item": .array(apis.map(document(ofAPI:)))] }
        guard let api = apis.first(where: { $0.ref == id }) else {
            throw Self.missing("Invalid API identifier specified \(id)")
        }
        switch (path.count, path.dropFirst().first ?? "") {
        case (1, _): return document(ofAPI: api)
        case (2, "resources"):
            return ["item": .array(nodes(of: api).map { document(of: $0, api: api, embedsMethods: embedsMethods) })]
        case (3, "resources"):
            return document(of: try node(path[2], of: api), api: api, embedsMethods: embedsMethods)
        case (5, "resources") where path[3] == "methods":
            return document(ofMethod: try method(path[4], at: try node(path[2], of: api), api: api))
        case (6, "resources") where path[3] == "methods" && path[5] == "integration":
            let method = try method(path[4], at: try node(path[2], of: api), api: api)
            return document(ofMethod: method)["methodIntegration"] ?? [:]
        case (2, "stages"): return ["item": .array(stages(of: api).map(document(ofStage:)))]
        case (3, "stages"):
            guard let stage = stages(of: api).first(where: { $0.ref == path[2] }) else {
                throw Self.missing("Invalid stage identifier specified")
            }
            return document(ofStage: stage)
        case (2, "deployments"):
            return ["item": .array(of("AWS::ApiGateway::Deployment", api).map { ["id": .string($0.ref)] })]
        default: throw Self.missing("Invalid resource identifier specified")
        }
    }

    // MARK: What the stack holds

    private struct Node {
        var id: String
        var parentID: String?
        var part: String?
        var path: String
    }

    private var apis: [ResolvedResource] { resources.filter { $0.type == "AWS::ApiGateway::RestApi" } }

    private func of(_ type: String, _ api: ResolvedResource) -> [ResolvedResource] {
        resources.filter { $0.type == type && $0.properties["RestApiId"]?.stringValue == api.ref }
    }

    private func stages(of api: ResolvedResource) -> [ResolvedResource] { of("AWS::ApiGateway::Stage", api) }

    /// The root and the resources below it; a resource follows its parent, since it depends on it.
    private func nodes(of api: ResolvedResource) -> [Node] {
        let root = Node(id: api.attributes["RootResourceId"] ?? "", parentID: nil, part: nil, path: "/")
        return of("AWS::ApiGateway::Resource", api).reduce(into: [root]) { nodes, resource in
            let parentID = resource.properties["ParentId"]?.stringValue ?? ""
            let part = resource.properties["PathPart"]?.stringValue ?? ""
            let parent = nodes.first { $0.id == parentID }?.path ?? "/"
            nodes.append(
                Node(id: resource.ref, parentID: parentID, part: part, path: (parent == "/" ? "" : parent) + "/" + part)
            )
        }
    }

    private func node(_ id: String, of api: ResolvedResource) throws(AWSServiceError) -> Node {
        guard let node = nodes(of: api).first(where: { $0.id == id }) else {
            throw Self.missing("Invalid Resource identifier specified")
        }
        return node
    }

    private func methods(at node: Node, api: ResolvedResource) -> [ResolvedResource] {
        of("AWS::ApiGateway::Method", api).filter { $0.properties["ResourceId"]?.stringValue == node.id }
    }

    private func method(
        _ verb: String, at node: Node, api: ResolvedResource
    ) throws(AWSServiceError) -> ResolvedResource {
        guard
            let method = methods(at: node, api: api).first(where: { $0.properties["HttpMethod"]?.stringValue == verb })
        else { throw Self.missing("Invalid Method identifier specified") }
        return method
    }

    private static func missing(_ message: String) -> AWSServiceError {
        AWSServiceError("NotFoundException", message, status: 404)
    }

    // MARK: Documents

    private func document(ofAPI api: ResolvedResource) -> JSONValue {
        [
            "id": .string(api.ref), "name": api.properties["Name"] ?? .string(api.logicalID),
            "description": api.properties["Description"] ?? .null,
            "createdDate": .integer(createdAt.wholeSecondsSinceEpoch), "apiKeySource": "HEADER",
            "endpointConfiguration": ["types": api.properties["EndpointConfiguration"]?["Types"] ?? ["EDGE"]],
            "rootResourceId": .string(api.attributes["RootResourceId"] ?? ""), "disableExecuteApiEndpoint": false,
        ]
    }

    private func document(of node: Node, api: ResolvedResource, embedsMethods: Bool) -> JSONValue {
        var members: [String: JSONValue] = ["id": .string(node.id), "path": .string(node.path)]
        if let parentID = node.parentID { members["parentId"] = .string(parentID) }
        if let part = node.part { members["pathPart"] = .string(part) }
        let methods = methods(at: node, api: api)
        if !methods.isEmpty {
            let pairs = methods.map { method in
                (
                    method.properties["HttpMethod"]?.stringValue ?? "",
                    embedsMethods ? document(ofMethod: method) : JSONValue.object([:])
                )
            }
            members["resourceMethods"] = .object(Dictionary(pairs) { first, _ in first })
        }
        return .object(members)
    }

    private func document(ofMethod method: ResolvedResource) -> JSONValue {
        let properties = method.properties
        var members: [String: JSONValue] = [
            "httpMethod": properties["HttpMethod"] ?? .null,
            "authorizationType": properties["AuthorizationType"] ?? "NONE",
            "apiKeyRequired": properties["ApiKeyRequired"] ?? false,
        ]
        if let parameters = properties["RequestParameters"] { members["requestParameters"] = parameters }
        if let integration = properties["Integration"] {
            var own: [String: JSONValue] = [
                "type": integration["Type"] ?? .null, "cacheKeyParameters": integration["CacheKeyParameters"] ?? [],
                // The namespace is the resource's id unless it is stated.
                "cacheNamespace": integration["CacheNamespace"] ?? properties["ResourceId"] ?? .null,
                "timeoutInMillis": integration["TimeoutInMillis"] ?? 29000,
                "passthroughBehavior": integration["PassthroughBehavior"] ?? "WHEN_NO_MATCH",
            ]
            if let verb = integration["IntegrationHttpMethod"] { own["httpMethod"] = verb }
            if let uri = integration["Uri"] { own["uri"] = uri }
            if let templates = integration["RequestTemplates"] { own["requestTemplates"] = templates }
            members["methodIntegration"] = .object(own)
        }
        return .object(members)
    }

    private func document(ofStage stage: ResolvedResource) -> JSONValue {
        let properties = stage.properties
        let cached = properties["CacheClusterEnabled"]?.boolValue ?? (properties["CacheClusterEnabled"] == "true")
        let settings = (properties["MethodSettings"]?.arrayValue ?? []).map { setting in
            (Self.settingKey(setting), Self.document(ofSetting: setting))
        }
        var members: [String: JSONValue] = [
            "stageName": .string(stage.ref), "deploymentId": properties["DeploymentId"] ?? .null,
            "cacheClusterEnabled": .bool(cached), "cacheClusterStatus": cached ? "AVAILABLE" : "NOT_AVAILABLE",
            "methodSettings": .object(Dictionary(settings) { _, last in last }), "tracingEnabled": false,
            "createdDate": .integer(createdAt.wholeSecondsSinceEpoch),
            "lastUpdatedDate": .integer(createdAt.wholeSecondsSinceEpoch),
        ]
        if cached { members["cacheClusterSize"] = properties["CacheClusterSize"] ?? "0.5" }
        if let variables = properties["Variables"] { members["variables"] = variables }
        if let log = properties["AccessLogSetting"] {
            members["accessLogSettings"] = [
                "destinationArn": log["DestinationArn"] ?? .null, "format": log["Format"] ?? .null,
            ]
        }
        return .object(members)
    }

    /// `*/*`, `~1items~1{id}/GET`: the path without its first slash, inner slashes written `~1`; the root is `~1`.
    private static func settingKey(_ setting: JSONValue) -> String {
        let path = setting["ResourcePath"]?.stringValue ?? "/*"
        let verb = setting["HttpMethod"]?.stringValue ?? "*"
        return "\(path == "/" ? "~1" : String(path.drop { $0 == "/" }))/\(verb)"
    }

    private static func document(ofSetting setting: JSONValue) -> JSONValue {
        [
            "metricsEnabled": setting["MetricsEnabled"] ?? false, "loggingLevel": setting["LoggingLevel"] ?? "OFF",
            "dataTraceEnabled": setting["DataTraceEnabled"] ?? false,
            "throttlingBurstLimit": setting["ThrottlingBurstLimit"] ?? 5000,
            "throttlingRateLimit": setting["ThrottlingRateLimit"] ?? 10000,
            "cachingEnabled": setting["CachingEnabled"] ?? false,
            "cacheTtlInSeconds": setting["CacheTtlInSeconds"] ?? 300,
            "cacheDataEncrypted": setting["CacheDataEncrypted"] ?? false,
            "requireAuthorizationForCacheControl": true,
            "unauthorizedCacheControlHeaderStrategy": "SUCCEED_WITH_RESPONSE_HEADER",
        ]
    }
}
