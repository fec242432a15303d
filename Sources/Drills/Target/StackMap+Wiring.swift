import AWSClients
import AWSQueryClients
import ExactJSON
package import Wiring

extension StackMap {
    /// The stack as the wiring's rules judge it, in CloudFormation's words.
    ///
    /// - Parameter region: the stack's; topics of another cannot be published to.
    package func wiring(region: String) -> WiringSubject {
        // `arn:aws:lambda:REGION:ACCOUNT:function:NAME`
        let account = functions.first?.arn.split(separator: ":").dropFirst(4).first.map(String.init) ?? ""
        var subject = WiringSubject(
            name: stackName, account: account, region: region,
            resources: gatewayResources + functionResources + alarms.map(resource) + topicARNs.map(topic),
            gaps: ["policies, keys, queues and log groups are not read from a deployed stack: judge its template too"])
        subject.unjudgedRules = Self.unread
        return subject
    }

    /// Rules about what the map does not hold.
    private static let unread: Set<String> = [
        "alarm.unit", "cache.undeclared", "cache.encryption", "stage.trace", "function.permission",
        "function.idle", "function.key", "function.encryption", "function.data", "function.reserved", "topic.silent",
        "topic.policy", "logs.group", "mapping.permission", "mapping.position", "queue.unwatched", "queue.retention",
        "method.reference", "method.integration",
        "resource.required", "function.role", "function.openPermission", "function.table", "role.trust", "topic.stray",
    ]

    private func logicalID(_ type: String, _ physicalID: String) -> String {
        resources.first { $0.type == type && $0.physicalID == physicalID }?.logicalID ?? physicalID
    }

    private func resource(
        _ type: String, _ ref: String, _ properties: [String: JSONValue], attributes: [String: String] = [:]
    ) -> WiringResource {
        WiringResource(
            logicalID: logicalID(type, ref), type: type, ref: ref, attributes: attributes,
            properties: .object(properties))
    }

    private var gatewayResources: [WiringResource] {
        let settings = stage.methodSettings.sorted { $0.key < $1.key }.map { key, setting -> JSONValue in
            let (path, verb) = Self.parts(ofSetting: key)
            return [
                "ResourcePath": .string(path), "HttpMethod": .string(verb),
                "CachingEnabled": .bool(setting.cachingEnabled), "CacheTtlInSeconds": .integer(setting.cacheTTLSeconds),
                "MetricsEnabled": .bool(setting.metricsEnabled),
            ]
        }
        var stageProperties: [String: JSONValue] = [
            "RestApiId": .string(apiID), "StageName": .string(stage.name),
            "CacheClusterEnabled": .bool(stage.cacheClusterEnabled), "MethodSettings": .array(settings),
        ]
        // The format is not read; a log that is there is taken to name requests, as API Gateway requires.
        if let log = stage.accessLogARN {
            stageProperties["AccessLogSetting"] = [
                "DestinationArn": .string(log), "Format": "$context.requestId $context.status",
            ]
        }
        return [
            resource("AWS::ApiGateway::RestApi", apiID, ["Name": .string(apiName)]),
            resource("AWS::ApiGateway::Stage", stage.name, stageProperties),
        ] + methods.flatMap(resources(of:))
    }

    /// `~1items~1{id}/GET` taken apart; `*/*` speaks of all.
    private static func parts(ofSetting key: String) -> (path: String, verb: String) {
        guard let slash = key.lastIndex(of: "/") else { return ("/*", "*") }
        let path = key[..<slash].replacing("~1", with: "/")
        return ("/" + path.drop { $0 == "/" }, String(key[key.index(after: slash)...]))
    }

    /// A method, and the one resource that carries its whole path.
    private func resources(of method: APIMethod) -> [WiringResource] {
        let part = WiringResource(
            logicalID: method.path, type: "AWS::ApiGateway::Resource", ref: method.resourceID,
            properties: ["PathPart": .string(String(method.path.drop { $0 == "/" })), "ParentId": ""])
        let properties: JSONValue = [
            "RestApiId": .string(apiID), "ResourceId": .string(method.resourceID),
            "HttpMethod": .string(method.httpMethod),
            "Integration": [
                "Uri": .string(method.integrationURI),
                "CacheKeyParameters": .array(method.cacheKeyParameters.map(JSONValue.string)),
            ],
        ]
        let own = WiringResource(
            logicalID: "\(method.httpMethod) \(method.path)", type: "AWS::ApiGateway::Method",
            ref: "\(apiID)/\(method.resourceID)/\(method.httpMethod)", properties: properties)
        return method.path == "/" ? [own] : [part, own]
    }

    private var functionResources: [WiringResource] {
        functions.map { function in
            resource(
                "AWS::Lambda::Function", function.name,
                [
                    "FunctionName": .string(function.name), "Timeout": .integer(function.timeoutSeconds),
                    "LoggingConfig": ["LogGroup": .string(function.logGroup)],
                ], attributes: ["Arn": function.arn])
        }
            + mappings.map { mapping in
                var properties: [String: JSONValue] = [
                    "FunctionName": .string(mapping.functionARN), "EventSourceArn": .string(mapping.sourceARN),
                    "Enabled": .bool(!mapping.isOff), "BatchSize": .integer(mapping.batchSize),
                    "MaximumBatchingWindowInSeconds": .integer(mapping.batchingWindowSeconds),
                    "MaximumRetryAttempts": .integer(mapping.maximumRetryAttempts),
                    "BisectBatchOnFunctionError": .bool(mapping.bisects),
                ]
                if let target = mapping.onFailureARN {
                    properties["DestinationConfig"] = ["OnFailure": ["Destination": .string(target)]]
                }
                return resource("AWS::Lambda::EventSourceMapping", mapping.id, properties)
            }
    }

    private func resource(_ alarm: MetricAlarm) -> WiringResource {
        var properties: [String: JSONValue] = [
            "AlarmName": .string(alarm.name), "EvaluationPeriods": .integer(alarm.evaluationPeriods),
            "DatapointsToAlarm": .integer(alarm.datapointsToAlarm), "Threshold": .double(alarm.threshold),
            "ComparisonOperator": .string(alarm.comparison), "TreatMissingData": .string(alarm.treatMissingData),
            "ActionsEnabled": .bool(alarm.actionsEnabled),
            "AlarmActions": .array(alarm.alarmActions.map(JSONValue.string)),
            "OKActions": .array(alarm.okActions.map(JSONValue.string)),
        ]
        if let metric = alarm.metric {
            properties["Namespace"] = .string(metric.namespace)
            properties["MetricName"] = .string(metric.name)
            properties["Dimensions"] = Self.dimensions(of: metric)
            properties["Statistic"] = .string(alarm.statistic)
            properties["Period"] = .integer(alarm.periodSeconds)
        }
        if !alarm.queries.isEmpty { properties["Metrics"] = .array(alarm.queries.map(Self.document)) }
        if let band = alarm.bandQueryID { properties["ThresholdMetricId"] = .string(band) }
        return resource("AWS::CloudWatch::Alarm", alarm.name, properties, attributes: ["Arn": alarm.arn])
    }

    private static func document(_ query: AlarmQuery) -> JSONValue {
        var members: [String: JSONValue] = ["Id": .string(query.id), "ReturnData": .bool(query.returnsData)]
        if let expression = query.expression { members["Expression"] = .string(expression) }
        if let metric = query.metric {
            members["MetricStat"] = [
                "Metric": [
                    "Namespace": .string(metric.namespace), "MetricName": .string(metric.name),
                    "Dimensions": dimensions(of: metric),
                ],
                "Stat": .string(query.statistic), "Period": .integer(query.periodSeconds),
            ]
        }
        return .object(members)
    }

    private static func dimensions(of metric: MetricIdentity) -> JSONValue {
        .array(
            metric.dimensions.sorted { $0.key < $1.key }.map { ["Name": .string($0.key), "Value": .string($0.value)] })
    }

    private func topic(_ arn: String) -> WiringResource {
        resource("AWS::SNS::Topic", arn, [:], attributes: ["TopicArn": arn])
    }
}
