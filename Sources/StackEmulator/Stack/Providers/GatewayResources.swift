import EmulatedServices
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate
import Synchronization

/// REST APIs with their resources, methods, deployments and stages.
final class GatewayResources: ResourceProvider {
    private let gateway: APIGatewayService
    private let surroundings: StageRuntime.Surroundings
    /// All parts of all APIs, in the order in which they were made.
    private let parts = Mutex<[ResolvedResource]>([])

    init(gateway: APIGatewayService, surroundings: StageRuntime.Surroundings) {
        self.gateway = gateway
        self.surroundings = surroundings
    }

    let types = [
        "AWS::ApiGateway::RestApi": ResourceType(
            properties: ["Description", "EndpointConfiguration", "Name", "Tags", "FailOnWarnings"]),
        "AWS::ApiGateway::Resource": ResourceType(
            properties: ["ParentId", "PathPart", "RestApiId"], replacing: ["ParentId", "PathPart", "RestApiId"]),
        "AWS::ApiGateway::Method": ResourceType(
            properties: [
                "ApiKeyRequired", "AuthorizationType", "HttpMethod", "Integration", "MethodResponses", "OperationName",
                "RequestParameters", "ResourceId", "RestApiId",
            ], replacing: ["HttpMethod", "ResourceId", "RestApiId"]
        ) { GatewayResources.methodProblems($0) },
        "AWS::ApiGateway::Deployment": ResourceType(
            properties: ["Description", "RestApiId"], replacing: ["RestApiId"]),
        "AWS::ApiGateway::Stage": ResourceType(
            properties: [
                "AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize", "DeploymentId", "Description",
                "MethodSettings", "RestApiId", "StageName", "Tags", "TracingEnabled", "Variables",
            ], replacing: ["RestApiId", "StageName"]),
        "AWS::ApiGateway::Account": ResourceType(properties: ["CloudWatchRoleArn"]),
        "AWS::ApiGateway::GatewayResponse": ResourceType(
            properties: ["ResponseParameters", "ResponseType", "RestApiId", "StatusCode"],
            replacing: ["ResponseType", "RestApiId"]
        ) { properties in
            (properties["ResponseParameters"]?.objectValue ?? [:]).sorted { $0.key < $1.key }.compactMap {
                name, value in
                name.hasPrefix("gatewayresponse.header.") && StaticValue.text(value.stringValue) != nil
                    ? nil : "the response parameter \(name) is not emulated; static headers are"
            }
        },
    ]

    private static func methodProblems(_ properties: JSONValue) -> [String] {
        var problems: [String] = []
        if let type = properties["AuthorizationType"]?.stringValue, type != "NONE" {
            problems.append("the AuthorizationType \(type) is not emulated")
        }
        if properties["ApiKeyRequired"]?.boolValue == true { problems.append("API keys are not emulated") }
        let type = properties["Integration"]?["Type"]?.stringValue ?? "(none)"
        if type != "AWS_PROXY", type != "MOCK" { problems.append("the integration type \(type) is not emulated") }
        return problems
    }

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let identity = identity(of: resource, names)
        if resource.type == "AWS::ApiGateway::Method" { try Self.checkCacheKeys(resource.properties) }
        parts.withLock { $0.append(Self.part(resource, identity)) }
        try rebuild(resource)
        return identity
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        if resource.type == "AWS::ApiGateway::Method" { try Self.checkCacheKeys(resource.properties) }
        let identity = ResourceIdentity(ref: old.ref, attributes: old.attributes)
        parts.withLock { parts in
            guard let index = parts.firstIndex(where: { Self.isSame($0, old) }) else { return }
            parts[index] = Self.part(resource, identity)
        }
        try rebuild(resource)
        return identity
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        parts.withLock { parts in parts.removeAll { Self.isSame($0, resource) } }
    }

    private static func isSame(_ one: ResolvedResource, _ other: ResolvedResource) -> Bool {
        one.type == other.type && one.ref == other.ref && one.logicalID == other.logicalID
    }

    private static func checkCacheKeys(_ properties: JSONValue) throws(AWSServiceError) {
        for name in properties["Integration"]?["CacheKeyParameters"]?.arrayValue ?? [] {
            let text = name.stringValue ?? ""
            if CacheKeyParameter(text) == nil || properties["RequestParameters"]?[text] == nil {
                throw AWSServiceError("BadRequestException", "Invalid cache key parameter specified: \(text)")
            }
        }
    }

    /// A stage serves what is there when it is made or changed.
    private func rebuild(_ resource: ResourceDeclaration) throws(AWSServiceError) {
        guard resource.type == "AWS::ApiGateway::Stage" else { return }
        let api = resource.properties["RestApiId"]?.stringValue ?? ""
        let stack = ResolvedStack(parameters: [:], resources: parts.withLock { $0 }, outputs: [])
        do throws(EmulatorError) {
            for built in try RestAPIReader(stack: stack, now: surroundings.clock.now).apis() where built.id == api {
                gateway.add(built, surroundings: surroundings)
            }
        } catch {
            throw AWSServiceError("BadRequestException", error.message)
        }
    }

    /// Puts all APIs together anew, because who may invoke the functions behind them has changed.
    func rebuildAll() {
        let stack = ResolvedStack(parameters: [:], resources: parts.withLock { $0 }, outputs: [])
        guard let apis = try? RestAPIReader(stack: stack, now: surroundings.clock.now).apis() else { return }
        for api in apis where !api.stages.isEmpty { gateway.add(api, surroundings: surroundings) }
    }

    private static func part(_ resource: ResourceDeclaration, _ identity: ResourceIdentity) -> ResolvedResource {
        ResolvedResource(
            logicalID: resource.logicalID, type: resource.type, properties: resource.properties, ref: identity.ref,
            attributes: identity.attributes, deletionPolicy: "Delete", dependencies: [], location: resource.location)
    }

    private func identity(of resource: ResourceDeclaration, _ names: ResourceNames) -> ResourceIdentity {
        switch resource.type {
        case "AWS::ApiGateway::RestApi":
            let id = names.stable(10)
            return ResourceIdentity(
                ref: id, attributes: ["RestApiId": id, "RootResourceId": names.stable(10, salt: "root")])
        case "AWS::ApiGateway::Resource":
            let id = names.stable(6)
            return ResourceIdentity(ref: id, attributes: ["ResourceId": id])
        case "AWS::ApiGateway::Deployment":
            let id = names.stable(6)
            return ResourceIdentity(ref: id, attributes: ["DeploymentId": id])
        case "AWS::ApiGateway::Stage":
            return ResourceIdentity(ref: resource.properties["StageName"]?.stringValue ?? "prod")
        default: return ResourceIdentity(ref: names.generated, attributes: ["Id": names.generated])
        }
    }
}
