import EmulatorCore
import ExactJSON

/// Makes a stage's routes and plans of a deployment's definition and the stage's settings.
struct StageCompiler {
    private(set) var routes = RouteTable()
    /// By resource, then by HTTP method.
    private(set) var plans: [[String: MethodPlan]]

    init(
        source: StageRuntime.Source, stage: StageSettings, definition: APIDefinition,
        surroundings: StageRuntime.Surroundings
    ) {
        let resources = definition.resources.values.map { ($0, definition.path(of: $0.id)) }.sorted { $0.1 < $1.1 }
        plans = Array(repeating: [:], count: resources.count)
        for (index, (resource, path)) in resources.enumerated() {
            routes.add(path, resource: index)
            for (verb, method) in resource.methods {
                let settings = stage.methods.settings(path: path, method: verb)
                let integration = method["methodIntegration"]
                // Function permissions name path parameters by a wildcard or as they are.
                let arn = surroundings.account.arn("execute-api", "\(source.apiID)/\(stage.name)/\(verb)\(path)")
                plans[index][verb] = MethodPlan(
                    resourceID: resource.id, resourcePath: path, httpMethod: verb, settings: settings,
                    isCached: stage.cacheClusterEnabled && !source.isTest
                        && stage.methods.cachesAnswers(path: path, method: verb),
                    keyStart: CacheKey(
                        namespace: integration?["cacheNamespace"]?.stringValue ?? resource.id, method: verb),
                    keyParameters: (integration?["cacheKeyParameters"]?.arrayValue ?? [])
                        .compactMap { RequestParameter($0.stringValue ?? "") },
                    needsSignature: method["authorizationType"] == "AWS_IAM",
                    needsAPIKey: method["apiKeyRequired"] == true,
                    validation: RequestValidation(method: method, definition: definition),
                    integration: IntegrationPlan(
                        method: method, variables: stage.variables, switches: surroundings.switches),
                    throttle: Self.throttle(stage.methods.own(path: path, method: verb)), arn: arn,
                    metrics: source.isTest
                        ? nil
                        : GatewayMetrics(
                            api: source.apiName, stage: stage.name,
                            method: settings.metricsEnabled ? (verb, path) : nil, service: surroundings.metrics))
            }
        }
    }

    /// A method without limits of its own has the account's, and the stage's defaults are the account's figures.
    private static func throttle(_ settings: MethodSettings?) -> ThrottleGate? {
        let defaults = MethodSettings()
        guard let settings,
            settings.throttlingRateLimit != defaults.throttlingRateLimit
                || settings.throttlingBurstLimit != defaults.throttlingBurstLimit
        else { return nil }
        return ThrottleGate(ThrottleLimit(rate: settings.throttlingRateLimit, burst: settings.throttlingBurstLimit))
    }
}
