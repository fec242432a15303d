@testable import AWSClients
import ExactJSON

@testable import Drills

/// The stack under test as discovery would find it, to be broken in one way or another.
func healthyStack() -> StackMap {
    func method(_ path: String, _ verb: String, key: [String] = []) -> APIMethod {
        APIMethod(
            resourceID: path, path: path, httpMethod: verb, cacheKeyParameters: key, cacheNamespace: path,
            integrationURI:
                "arn:aws:apigateway:us-west-2:lambda:path/2015-03-31/functions/arn:aws:lambda:us-west-2:1:function:api-handler-dev/invocations"
        )
    }
    func function(_ name: String) -> FunctionConfiguration {
        FunctionConfiguration(
            name: name, arn: "arn:aws:lambda:us-west-2:1:function:\(name)", timeoutSeconds: 15,
            logGroup: "/aws/lambda/\(name)", kmsKeyARN: nil)
    }
    let settings = StageMethodSettings(cachingEnabled: true, cacheTTLSeconds: 30, metricsEnabled: true)
    let uncached = StageMethodSettings(cachingEnabled: false, cacheTTLSeconds: 30, metricsEnabled: true)
    return StackMap(
        stackName: "items", apiID: "abc", apiName: "serverless-api-dev",
        stage: APIStage(
            name: "dev", cacheClusterEnabled: true, cacheClusterStatus: "AVAILABLE", accessLogARN: nil,
            methodSettings: ["*/*": settings, "~1items/GET": uncached]),
        methods: [
            method("/items", "GET"), method("/items", "POST"),
            method("/items/{id}", "GET", key: ["method.request.path.id"]), method("/items/{id}", "PUT"),
        ],
        functions: [function("api-handler-dev"), function("stream-handler-dev")],
        mappings: [
            EventSourceMapping(
                id: "m-1", functionARN: "arn:aws:lambda:us-west-2:1:function:stream-handler-dev",
                sourceARN: "arn:aws:dynamodb:us-west-2:1:table/t/stream/x", state: "Enabled", batchSize: 10,
                batchingWindowSeconds: 5, maximumRetryAttempts: 3, bisects: true, onFailureARN: nil)
        ],
        alarms: [
            alarm("api-4xx", "AWS/ApiGateway", "4XXError", ["ApiName": "serverless-api-dev", "Stage": "dev"], 10),
            alarm("api-5xx", "AWS/ApiGateway", "5XXError", ["ApiName": "serverless-api-dev", "Stage": "dev"], 5),
            alarm("api-lambda", "AWS/Lambda", "Errors", ["FunctionName": "api-handler-dev"], 1),
            alarm("stream-lambda", "AWS/Lambda", "Errors", ["FunctionName": "stream-handler-dev"], 1),
        ],
        topicARNs: ["arn:aws:sns:us-west-2:1:alarms"])
}

func alarm(
    _ name: String, _ namespace: String, _ metric: String, _ dimensions: [String: String], _ threshold: Double,
    comparison: String = "GreaterThanOrEqualToThreshold", changes: [String: JSONValue] = [:]
) -> MetricAlarm {
    var json: [String: JSONValue] = [
        "AlarmName": .string(name), "Namespace": .string(namespace), "MetricName": .string(metric),
        "Dimensions": .array(dimensions.map { ["Name": .string($0.key), "Value": .string($0.value)] }),
        "Statistic": "Sum", "Period": 300, "EvaluationPeriods": 2, "DatapointsToAlarm": 1,
        "Threshold": .double(threshold), "ComparisonOperator": .string(comparison),
        "TreatMissingData": "notBreaching", "ActionsEnabled": true, "AlarmActions": ["arn:aws:sns:us-west-2:1:alarms"],
        "StateValue": "OK",
    ]
    json.merge(changes) { _, new in new }
    guard let alarm = MetricAlarm(.object(json)) else { preconditionFailure("the fixture is no alarm") }
    return alarm
}
