import ExactJSON
import Timekeeping

/// A REST API as the template describes it.
struct RestAPI: Sendable {
    struct Resource: Sendable {
        var id: String
        var parentID: String?
        /// Nil for the root.
        var pathPart: String?
        /// `/items/{id}`.
        var path: String
    }

    struct Method: Sendable {
        /// Index into `resources`.
        var resource: Int
        /// `GET`, or `ANY`.
        var httpMethod: String
        var authorizationType: String
        var apiKeyRequired: Bool
        /// `method.request.path.id` and whether it is required.
        var requestParameters: [String: Bool]
        var integration: Integration
        /// As the template has it, for describing it.
        var integrationProperties: JSONValue
        var methodResponses: JSONValue
    }

    enum Integration: Sendable {
        /// A Lambda proxy integration, with the function's name or ARN.
        case function(String)
        case mock(MockIntegration)
    }

    struct Stage: Sendable {
        var name: String
        var deploymentID: String
        var description: String
        var cacheClusterEnabled: Bool
        var cacheClusterSize: String
        var settings: MethodSettingsTable
        var variables: [String: String]
        var accessLog: AccessLog?
        var tracingEnabled: Bool
        var created: Timestamp
    }

    struct AccessLog: Sendable {
        var destinationARN: String
        /// As the template has it.
        var format: String
        var group: String
    }

    var id: String
    var name: String
    var description: String
    var created: Timestamp
    var endpointTypes: [String]
    var rootResourceID: String
    var resources: [Resource]
    var methods: [Method]
    var responses: GatewayResponses
    var stages: [Stage]
    var deployments: [String]

    /// The namespace of a method's cache entries: what the integration names, or else the resource.
    func cacheNamespace(of method: Method) -> String {
        method.integrationProperties["CacheNamespace"]?.stringValue ?? resources[method.resource].id
    }

    func cacheKeyParameters(of method: Method) -> [String] {
        (method.integrationProperties["CacheKeyParameters"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
