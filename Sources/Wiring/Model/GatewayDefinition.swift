import ExactJSON
import StackTemplate

/// A REST API.
package struct GatewayAPI: Sendable, Equatable {
    package var logicalID: String
    package var id: String
    /// The value of the metric dimension `ApiName`.
    package var name: String

    init(_ resource: WiringResource) {
        logicalID = resource.logicalID
        id = resource.ref
        name = resource.properties.text("Name") ?? ""
    }
}

/// One method of a REST API.
package struct GatewayMethod: Sendable, Equatable {
    package var logicalID: String
    /// The API's id.
    package var api: String
    /// `/items/{id}`.
    package var path: String
    package var verb: String
    package var cacheKeyParameters: [String]
    /// The parameters that the method declares: `method.request.path.id`.
    package var requestParameters: Set<String>
    package var integrationType: String
    /// The method that the integration is called by.
    package var integrationVerb: String
    /// The integration's URI, which names a function.
    package var integrationURI: String

    package var text: String { "\(verb) \(path)" }

    /// The names in braces of the path.
    package var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }
            .map { String($0.dropFirst().dropLast().prefix { $0 != "+" }) }
    }

    /// Whether the path of a request can come to this method.
    package func routes(_ verb: String, _ path: String) -> Bool {
        guard self.verb == verb || self.verb == "ANY" else { return false }
        let segments = path.prefix { $0 != "?" }.split(separator: "/")
        let pattern = self.path.split(separator: "/")
        guard pattern.count == segments.count else { return false }
        return zip(pattern, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }

    /// All methods of the REST APIs among the resources, their paths put together from part to part.
    static func all(in resources: [WiringResource]) -> [GatewayMethod] {
        let parts = resources.filter { $0.type == "AWS::ApiGateway::Resource" }
        func path(_ id: String, depth: Int = 0) -> String {
            // No API nests so deep; a cycle in a foreign template must end too.
            guard depth < 100, let part = parts.first(where: { $0.ref == id }) else { return "" }
            let parent = part.properties.text("ParentId") ?? ""
            return path(parent, depth: depth + 1) + "/" + (part.properties.text("PathPart") ?? "")
        }
        return resources.filter { $0.type == "AWS::ApiGateway::Method" }.map { resource in
            let properties = resource.properties
            let integration = properties["Integration"]
            let found = path(properties.text("ResourceId") ?? "")
            return GatewayMethod(
                logicalID: resource.logicalID, api: properties.text("RestApiId") ?? "",
                path: found.isEmpty ? "/" : found, verb: properties.text("HttpMethod")?.uppercased() ?? "",
                cacheKeyParameters: integration?.texts("CacheKeyParameters") ?? [],
                requestParameters: Set((properties["RequestParameters"]?.objectValue ?? [:]).keys),
                integrationType: integration?.text("Type") ?? "",
                integrationVerb: integration?.text("IntegrationHttpMethod") ?? "",
                integrationURI: integration?.text("Uri") ?? "")
        }
    }
}

/// What a stage says of one method or of all.
package struct StageSetting: Sendable, Equatable {
    /// Its index in `MethodSettings`.
    package var index: Int
    /// `/items/{id}`, or `/*` for every path.
    package var path: String
    /// `*` for every method.
    package var verb: String
    package var cachingEnabled: Bool
    package var ttlSeconds: Int
    package var cacheEncrypted: Bool
    package var metricsEnabled: Bool
    package var dataTrace: Bool

    package var isGeneral: Bool { path == "/*" && verb == "*" }
}

/// A stage of a REST API.
package struct GatewayStage: Sendable, Equatable {
    package var logicalID: String
    package var api: String
    package var name: String
    package var cacheClusterEnabled: Bool
    package var cacheClusterSize: String?
    package var settings: [StageSetting]
    package var accessLogARN: String?
    package var accessLogFormat: String?

    init(_ resource: WiringResource) {
        let properties = resource.properties
        logicalID = resource.logicalID
        api = properties.text("RestApiId") ?? ""
        name = properties.text("StageName") ?? resource.ref
        cacheClusterEnabled = properties.flag("CacheClusterEnabled") ?? false
        cacheClusterSize = properties.text("CacheClusterSize")
        accessLogARN = properties["AccessLogSetting"]?.text("DestinationArn")
        accessLogFormat = properties["AccessLogSetting"]?.text("Format")
        settings = (properties["MethodSettings"]?.arrayValue ?? []).enumerated().map { index, setting in
            let escaped = setting.text("ResourcePath") ?? "/*"
            // `/~1items~1{id}` and `/items/{id}` are both taken.
            let path = escaped.replacing("~1", with: "/").replacing("//", with: "/")
            return StageSetting(
                index: index, path: path, verb: setting.text("HttpMethod")?.uppercased() ?? "*",
                cachingEnabled: setting.flag("CachingEnabled") ?? false,
                ttlSeconds: setting.integer("CacheTtlInSeconds") ?? 300,
                cacheEncrypted: setting.flag("CacheDataEncrypted") ?? false,
                metricsEnabled: setting.flag("MetricsEnabled") ?? false,
                dataTrace: setting.flag("DataTraceEnabled") ?? false)
        }
    }

    /// The settings that hold for a method: its own, which replace the general ones as a whole, or those of `/*`, `*`.
    package func setting(for method: GatewayMethod) -> StageSetting? {
        settings.first { $0.path == method.path && $0.verb == method.verb } ?? settings.first(where: \.isGeneral)
    }
}
