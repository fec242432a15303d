import ExactJSON
import HTTPExchange

/// One method of a REST API, as far as a drill reads it.
package struct APIMethod: Sendable, Equatable {
    package var resourceID: String
    /// `/items/{id}`.
    package var path: String
    package var httpMethod: String
    package var cacheKeyParameters: [String]
    package var cacheNamespace: String
    /// The integration's URI, which names the function.
    package var integrationURI: String

    package init(
        resourceID: String, path: String, httpMethod: String, cacheKeyParameters: [String], cacheNamespace: String,
        integrationURI: String
    ) {
        self.resourceID = resourceID
        self.path = path
        self.httpMethod = httpMethod
        self.cacheKeyParameters = cacheKeyParameters
        self.cacheNamespace = cacheNamespace
        self.integrationURI = integrationURI
    }

    /// The names in braces of the path.
    package var pathParameters: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }
            .map { String($0.dropFirst().dropLast().prefix { $0 != "+" }) }
    }
}

/// What a stage says of one method, wildcards resolved.
package struct StageMethodSettings: Sendable, Equatable {
    package var cachingEnabled: Bool
    package var cacheTTLSeconds: Int
    package var metricsEnabled: Bool
}

/// A stage of a REST API.
package struct APIStage: Sendable, Equatable {
    package var name: String
    package var cacheClusterEnabled: Bool
    /// `AVAILABLE`, `CREATE_IN_PROGRESS`, ...
    package var cacheClusterStatus: String
    package var accessLogARN: String?
    /// By `<path with ~1 for />/<method>` or `*/*`, as the API has it.
    package var methodSettings: [String: StageMethodSettings]

    /// The settings that hold for a method: its own, or the stage's `*/*`.
    package func settings(for method: APIMethod) -> StageMethodSettings? {
        // `~1items~1{id}/GET`; the API shows the first slash escaped too, CloudFormation's input may lack it.
        let escaped = method.path.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
        let keys = ["\(escaped)/\(method.httpMethod)", "\(method.path.dropFirst())/\(method.httpMethod)", "*/*"]
        return keys.lazy.compactMap { methodSettings[$0] }.first
    }
}

/// A REST API.
package struct RestAPI: Sendable, Equatable {
    package var id: String
    /// The value of the metric dimension `ApiName`.
    package var name: String
    /// Whether it answers at `<id>.execute-api.<region>.amazonaws.com`; else only at a domain of its own.
    package var hasDefaultEndpoint: Bool
    /// Reached from inside a VPC only.
    package var isPrivate: Bool
}

/// The API Gateway calls that a drill needs.
package struct APIGatewayClient: Sendable {
    private let client: RESTServiceClient

    package init(connection: AWSConnection) { client = RESTServiceClient(service: .apiGateway, connection: connection) }

    package func api(_ id: String) async throws(AWSCallError) -> RestAPI {
        let api = try await client.get("/restapis/\(PercentEncoding.encode(id))", call: .getRestAPI)
        return RestAPI(
            id: id, name: api["name"]?.stringValue ?? "",
            hasDefaultEndpoint: !(api["disableExecuteApiEndpoint"]?.boolValue ?? false),
            isPrivate: (api["endpointConfiguration"]?["types"]?.arrayValue ?? []).contains("PRIVATE"))
    }

    /// The names of an API's stages.
    package func stageNames(ofAPI id: String) async throws(AWSCallError) -> [String] {
        let stages = try await client.get("/restapis/\(PercentEncoding.encode(id))/stages", call: .getStages)
        return (stages["item"]?.arrayValue ?? []).compactMap { $0["stageName"]?.stringValue }.sorted()
    }

    package func methods(ofAPI id: String) async throws(AWSCallError) -> [APIMethod] {
        var methods: [APIMethod] = []
        var position: String?
        repeat {
            var query = [("embed", "methods"), ("limit", "500")]
            if let position { query.append(("position", position)) }
            let page = try await client.get(
                "/restapis/\(PercentEncoding.encode(id))/resources", query: query, call: .getResources)
            let items = page["item"]?.arrayValue ?? page["_embedded"]?["item"]?.arrayValue ?? []
            for resource in items {
                for (verb, method) in resource["resourceMethods"]?.objectValue ?? [:] {
                    let integration = method["methodIntegration"]
                    methods.append(
                        APIMethod(
                            resourceID: resource["id"]?.stringValue ?? "", path: resource["path"]?.stringValue ?? "",
                            httpMethod: verb,
                            cacheKeyParameters: (integration?["cacheKeyParameters"]?.arrayValue ?? [])
                                .compactMap(\.stringValue),
                            cacheNamespace: integration?["cacheNamespace"]?.stringValue ?? "",
                            integrationURI: integration?["uri"]?.stringValue ?? ""))
                }
            }
            position = page["position"]?.stringValue
        } while position?.isEmpty == false
        return methods.sorted { ($0.path, $0.httpMethod) < ($1.path, $1.httpMethod) }
    }

    package func stage(_ name: String, ofAPI id: String) async throws(AWSCallError) -> APIStage {
        let path = "/restapis/\(PercentEncoding.encode(id))/stages/\(PercentEncoding.encode(name))"
        let json = try await client.get(path, call: .getStage)
        let settings = (json["methodSettings"]?.objectValue ?? [:]).mapValues { setting in
            StageMethodSettings(
                cachingEnabled: setting["cachingEnabled"]?.boolValue ?? false,
                cacheTTLSeconds: setting["cacheTtlInSeconds"]?.intValue ?? 300,
                metricsEnabled: setting["metricsEnabled"]?.boolValue ?? false)
        }
        return APIStage(
            name: name, cacheClusterEnabled: json["cacheClusterEnabled"]?.boolValue ?? false,
            cacheClusterStatus: json["cacheClusterStatus"]?.stringValue ?? "NOT_AVAILABLE",
            accessLogARN: json["accessLogSettings"]?["destinationArn"]?.stringValue, methodSettings: settings)
    }
}
