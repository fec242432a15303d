package import AWSClients
package import AWSQueryClients

/// The stack under test as the AWS API describes it: everything that probes, drills and diagnoses go by.
package struct StackMap: Sendable, Equatable {
    package var stackName: String
    package var apiID: String
    /// The API's name: the value of the metric dimension `ApiName`.
    package var apiName: String
    package var stage: APIStage
    package var methods: [APIMethod]
    package var functions: [FunctionConfiguration]
    package var mappings: [EventSourceMapping]
    package var alarms: [MetricAlarm]
    package var topicARNs: [String]
    package var resources: [StackResource]

    package init(
        stackName: String, apiID: String, apiName: String, stage: APIStage, methods: [APIMethod],
        functions: [FunctionConfiguration], mappings: [EventSourceMapping], alarms: [MetricAlarm],
        topicARNs: [String], resources: [StackResource] = []
    ) {
        self.stackName = stackName
        self.apiID = apiID
        self.apiName = apiName
        self.stage = stage
        self.methods = methods
        self.functions = functions
        self.mappings = mappings
        self.alarms = alarms
        self.topicARNs = topicARNs
        self.resources = resources
    }

    /// The method that serves a path below the stage (`/items/a`), as API Gateway routes: literal segments go before
    /// parameters.
    package func method(_ httpMethod: String, path: String) -> APIMethod? {
        let segments = path.prefix { $0 != "?" }.split(separator: "/")
        let candidates = methods.filter { $0.httpMethod == httpMethod || $0.httpMethod == "ANY" }.filter { method in
            let pattern = method.path.split(separator: "/")
            guard pattern.count == segments.count else { return false }
            return zip(pattern, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        return candidates.min { $0.pathParameters.count < $1.pathParameters.count }
    }

    /// Whether the stage's cache stands in front of a method: API Gateway caches GET alone unless overridden per method.
    package func caches(_ method: APIMethod) -> Bool {
        guard stage.cacheClusterEnabled, method.httpMethod == "GET", let settings = stage.settings(for: method) else {
            return false
        }
        return settings.cachingEnabled && settings.cacheTTLSeconds > 0
    }

    /// The function that a method's integration invokes.
    package func function(behind method: APIMethod) -> FunctionConfiguration? {
        functions.first { method.integrationURI.contains("function:\($0.name)/") }
    }

    /// The functions that answer requests or follow a stream: the ones whose failures a user feels.
    package var servingFunctions: [FunctionConfiguration] {
        let behindMethods = methods.compactMap(function(behind:)).map(\.name)
        let serving = Set(behindMethods + streamConsumers.map(\.function.name))
        return functions.filter { serving.contains($0.name) }
    }

    /// The functions that a stream feeds, with their mappings.
    package var streamConsumers: [(function: FunctionConfiguration, mapping: EventSourceMapping)] {
        mappings.filter { $0.sourceARN.contains("/stream/") }.compactMap { mapping in
            // A mapping may name an alias or a version of the function.
            functions.first { mapping.functionARN == $0.arn || mapping.functionARN.hasPrefix("\($0.arn):") }
                .map { ($0, mapping) }
        }
    }
}
