import AWSClients
package import LoadMetrics

/// Broken wiring that the AWS API itself tells of: a pure function of the discovered stack.
///
/// These are the causes behind what traffic shows. The rules name what would make a failure go unseen or serve wrong
/// answers; matters of taste are none.
package enum WiringFindings {
    ///
    /// - Parameter judgesAlarms: false for a scenario that says nothing of alarms: then nothing need be watched.
    package static func all(
        in stack: StackMap, promisedTTLSeconds: Double?, cachedPath: String?, judgesAlarms: Bool = true
    ) -> [Finding] {
        let found = mappings(stack) + cache(stack, promisedTTLSeconds: promisedTTLSeconds, cachedPath: cachedPath)
        guard judgesAlarms else { return found }
        return found + stack.alarms.flatMap { alarm($0, in: stack) } + unwatched(stack)
    }

    /// A scenario with a stream probe says that a function follows the stream.
    package static func missingConsumer(in stack: StackMap) -> [Finding] {
        guard stack.streamConsumers.isEmpty else { return [] }
        return [
            Finding(
                id: "mapping.missing", resource: stack.stackName,
                message:
                    "no event source mapping feeds a function of stack \(stack.stackName) from a table's stream: writes "
                    + "reach no handler",
                remedy: "add an AWS::Lambda::EventSourceMapping with the table's StreamArn as its EventSourceArn")
        ]
    }

    static func mappings(_ stack: StackMap) -> [Finding] {
        stack.mappings.filter(\.isOff).map { mapping in
            let function = stack.functions.first { $0.arn == mapping.functionARN }?.name ?? mapping.functionARN
            return Finding(
                id: "mapping.disabled", resource: mapping.id,
                message:
                    "the event source mapping \(mapping.id) from the stream to \(function) is \(mapping.state.lowercased())"
                    + ": the function is never invoked",
                remedy: "set Enabled: true on the AWS::Lambda::EventSourceMapping")
        }
    }

    static func cache(_ stack: StackMap, promisedTTLSeconds: Double?, cachedPath: String?) -> [Finding] {
        var findings: [Finding] = []
        for method in stack.methods where stack.caches(method) {
            for parameter in method.pathParameters
            where !method.cacheKeyParameters.contains("method.request.path.\(parameter)") {
                findings.append(
                    Finding(
                        id: "cache.key", resource: "\(method.httpMethod) \(method.path)",
                        message:
                            "\(method.httpMethod) \(method.path) is cached, but the path parameter \(parameter) is not in "
                            + "the cache key: one item's answer is served for another",
                        remedy:
                            "add method.request.path.\(parameter) to the integration's CacheKeyParameters and declare it "
                            + "in the method's RequestParameters"))
            }
        }
        guard let promised = promisedTTLSeconds, let path = cachedPath, let method = stack.method("GET", path: path)
        else {
            return findings
        }
        if !stack.caches(method) {
            let reason =
                stack.stage.cacheClusterEnabled ? "caching is off for the method" : "the stage has no cache cluster"
            findings.append(
                Finding(
                    id: "cache.off", resource: "stage \(stack.stage.name)",
                    message: "GET \(method.path) is not cached: \(reason)",
                    remedy: "set CacheClusterEnabled and MethodSettings.CachingEnabled with a CacheTtlInSeconds above 0"
                ))
        } else if let ttl = stack.stage.settings(for: method)?.cacheTTLSeconds, Double(ttl) != promised {
            findings.append(
                Finding(
                    id: "cache.ttl", resource: "stage \(stack.stage.name)",
                    message:
                        "the stage keeps entries of GET \(method.path) for \(ttl) s, the scenario promises \(promised) s",
                    remedy: "make CacheTtlInSeconds and the scenario's cache.ttl agree"))
        }
        return findings
    }

    /// What is wrong with one alarm's definition.
    static func alarm(_ alarm: MetricAlarm, in stack: StackMap) -> [Finding] {
        var findings: [Finding] = []
        if let metric = alarm.metric, let message = AlarmMetricRule.problem(with: metric, in: stack) {
            findings.append(
                Finding(
                    id: "alarm.metric", resource: alarm.name,
                    message: "alarm \(alarm.name) watches \(metric): \(message)",
                    remedy: "name a metric and a dimension set that the service publishes for a resource of this stack")
            )
        }
        if !alarm.actionsEnabled || alarm.alarmActions.isEmpty {
            findings.append(
                Finding(
                    id: "alarm.action", resource: alarm.name,
                    message: "alarm \(alarm.name) tells nobody: "
                        + (alarm.alarmActions.isEmpty ? "it has no alarm action" : "its actions are disabled"),
                    remedy: "give it an AlarmActions entry and leave ActionsEnabled on"))
        }
        for action in alarm.alarmActions
        where action.contains(":sns:") && !stack.topicARNs.isEmpty && !stack.topicARNs.contains(action) {
            findings.append(
                Finding(
                    id: "alarm.topic", resource: alarm.name,
                    message: "alarm \(alarm.name) publishes to \(action), which is no topic of this stack",
                    remedy: "point AlarmActions at the stack's topic, or check that the other one exists"))
        }
        return findings
    }

    /// Failures that no alarm watches.
    static func unwatched(_ stack: StackMap) -> [Finding] {
        let watched = Set(stack.alarms.compactMap(\.metric))
        var findings: [Finding] = []
        for function in stack.servingFunctions
        where !watched.contains(where: { AlarmMetricRule.isErrors(of: function.name, $0) }) {
            findings.append(
                Finding(
                    id: "alarm.unwatched", resource: function.name,
                    message: "no alarm watches AWS/Lambda Errors {FunctionName=\(function.name)}",
                    remedy: "add an alarm on the function's Errors"))
        }
        for name in ["4XXError", "5XXError"]
        where !watched.contains(where: { AlarmMetricRule.isGatewayError(name, $0, stack) }) {
            findings.append(
                Finding(
                    id: "alarm.unwatched", resource: stack.apiName,
                    message: "no alarm watches AWS/ApiGateway \(name) {ApiName=\(stack.apiName)}",
                    remedy: "add an alarm on the API's \(name)"))
        }
        return findings
    }
}

/// Which metrics and dimension sets the services really publish
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html,
/// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
enum AlarmMetricRule {
    static let gatewayMetrics: Set<String> = [
        "4XXError", "5XXError", "CacheHitCount", "CacheMissCount", "Count", "IntegrationLatency", "Latency",
    ]
    static let lambdaMetrics: Set<String> = [
        "Invocations", "Errors", "Throttles", "Duration", "ConcurrentExecutions", "IteratorAge", "DeadLetterErrors",
        "DestinationDeliveryFailures", "ProvisionedConcurrencyUtilization", "UnreservedConcurrentExecutions",
        "AsyncEventsReceived", "AsyncEventAge", "AsyncEventsDropped", "ProvisionedConcurrencyInvocations",
        "ProvisionedConcurrencySpilloverInvocations", "RecursiveInvocationsDropped", "PostRuntimeExtensionsDuration",
        "OffsetLag", "ClaimedAccountConcurrency",
    ]

    /// Why this metric can never hold this stack's failures; nil when it can, or when the namespace is none we know.
    static func problem(with metric: MetricIdentity, in stack: StackMap) -> String? {
        let names = Set(metric.dimensions.keys)
        switch metric.namespace {
        case "AWS/ApiGateway":
            guard gatewayMetrics.contains(metric.name) else { return "API Gateway publishes no metric \(metric.name)" }
            let sets: [Set<String>] = [["ApiName"], ["ApiName", "Stage"], ["ApiName", "Method", "Resource", "Stage"]]
            guard sets.contains(names) else {
                return
                    "API Gateway publishes \(metric.name) under {ApiName}, {ApiName, Stage} and with detailed metrics "
                    + "{ApiName, Method, Resource, Stage}, not under \(text(names))"
            }
            if let name = metric.dimensions["ApiName"], name != stack.apiName {
                return "ApiName is \(name), this stack's API is named \(stack.apiName)"
            }
            if let stage = metric.dimensions["Stage"], stage != stack.stage.name {
                return "Stage is \(stage), this stack's stage is \(stack.stage.name)"
            }
            return nil
        case "AWS/Lambda":
            guard lambdaMetrics.contains(metric.name) else { return "Lambda publishes no metric \(metric.name)" }
            let sets: [Set<String>] = [
                [], ["FunctionName"], ["FunctionName", "Resource"], ["FunctionName", "Resource", "ExecutedVersion"],
                ["FunctionName", "EventSourceMappingUUID"],
            ]
            guard sets.contains(names) else {
                return
                    "Lambda publishes \(metric.name) under {FunctionName} and {FunctionName, Resource}, not under \(text(names))"
            }
            if let name = metric.dimensions["FunctionName"], !stack.functions.contains(where: { $0.name == name }) {
                return
                    "FunctionName is \(name), the stack's functions are \(stack.functions.map(\.name).joined(separator: ", "))"
            }
            return nil
        default: return nil
        }
    }

    static func isErrors(of function: String, _ metric: MetricIdentity) -> Bool {
        metric.namespace == "AWS/Lambda" && metric.name == "Errors" && metric.dimensions["FunctionName"] == function
    }

    static func isGatewayError(_ name: String, _ metric: MetricIdentity, _ stack: StackMap) -> Bool {
        metric.namespace == "AWS/ApiGateway" && metric.name == name && problem(with: metric, in: stack) == nil
    }

    private static func text(_ names: Set<String>) -> String { "{\(names.sorted().joined(separator: ", "))}" }
}
