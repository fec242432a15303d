package import AWSClients
package import AWSQueryClients

/// Something of a stack that the API would not tell.
package struct DiscoveryGap: Sendable, Equatable {
    /// `role api-role`.
    package var what: String
    /// With the permission that is missing, where that is the reason.
    package var reason: String

    package init(what: String, reason: String) {
        self.what = what
        self.reason = reason
    }
}

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
    /// `arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>`; empty where the service gave none.
    package var stackARN = ""
    package var stackTags: [String: String] = [:]
    /// Whether the API answers at AWS's own host name; else only at a domain of its own.
    package var hasDefaultEndpoint = true
    package var tables: [TableDescription] = []
    package var queues: [QueueDescription] = []
    /// The stack's own topics and those that its alarms publish to, with who is subscribed.
    package var topics: [TopicDescription] = []
    /// Of the stack and of its functions, also where Lambda made them.
    package var logGroups: [LogGroupDescription] = []
    /// The stack's own roles and those of its functions.
    package var roles: [RoleDescription] = []
    /// What could not be read, and why: nothing may be concluded from its absence.
    package var gaps: [DiscoveryGap] = []

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

    /// The account's number, from the stack's ARN; empty where there is none.
    package var account: String { Self.part(4, of: stackARN) }
    package var region: String { Self.part(3, of: stackARN) }

    private static func part(_ index: Int, of arn: String) -> String {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count > index ? String(parts[index]) : ""
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
