import ExactJSON
import StackTemplate

/// What of a template is emulated; the rest is named when the emulator starts, never silently left out.
enum TemplateSupport {
    /// The properties of each emulated type: those that have an effect here, and those without one that a caller could see.
    private static let properties: [String: Set<String>] = [
        "AWS::KMS::Key": [
            "Description", "EnableKeyRotation", "Enabled", "KeyPolicy", "PendingWindowInDays", "Tags",
        ],
        "AWS::KMS::Alias": ["AliasName", "TargetKeyId"],
        "AWS::DynamoDB::Table": [
            "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled", "KeySchema",
            "PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "StreamSpecification",
            "TableClass", "TableName", "Tags", "TimeToLiveSpecification",
        ],
        "AWS::Logs::LogGroup": ["LogGroupName", "RetentionInDays", "Tags", "LogGroupClass"],
        "AWS::IAM::Role": [
            "AssumeRolePolicyDocument", "Description", "ManagedPolicyArns", "MaxSessionDuration", "Path", "Policies",
            "RoleName", "Tags",
        ],
        "AWS::IAM::Policy": ["PolicyDocument", "PolicyName", "Roles"],
        "AWS::Lambda::Function": LambdaFunction.supportedProperties,
        "AWS::Lambda::Permission": ["Action", "FunctionName", "Principal", "SourceAccount", "SourceArn"],
        "AWS::Lambda::EventSourceMapping": [
            "BatchSize", "BisectBatchOnFunctionError", "DestinationConfig", "Enabled", "EventSourceArn", "FunctionName",
            "FunctionResponseTypes", "MaximumBatchingWindowInSeconds", "MaximumRecordAgeInSeconds",
            "MaximumRetryAttempts", "StartingPosition", "Tags",
        ],
        "AWS::SQS::Queue": [
            "MessageRetentionPeriod", "QueueName", "SqsManagedSseEnabled", "Tags", "VisibilityTimeout",
            "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds",
        ],
        "AWS::SNS::Topic": ["DisplayName", "Subscription", "Tags", "TopicName"],
        "AWS::SNS::TopicPolicy": ["PolicyDocument", "Topics"],
        "AWS::SNS::Subscription": ["Endpoint", "Protocol", "RawMessageDelivery", "TopicArn"],
        "AWS::CloudWatch::Alarm": [
            "ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "ComparisonOperator",
            "DatapointsToAlarm", "Dimensions", "EvaluationPeriods", "ExtendedStatistic", "InsufficientDataActions",
            "MetricName", "Namespace", "OKActions", "Period", "Statistic", "Tags", "Threshold", "TreatMissingData",
            "Unit",
        ],
        "AWS::ApiGateway::RestApi": ["Description", "EndpointConfiguration", "Name", "Tags", "FailOnWarnings"],
        "AWS::ApiGateway::Resource": ["ParentId", "PathPart", "RestApiId"],
        "AWS::ApiGateway::Method": [
            "ApiKeyRequired", "AuthorizationType", "HttpMethod", "Integration", "MethodResponses", "OperationName",
            "RequestParameters", "ResourceId", "RestApiId",
        ],
        "AWS::ApiGateway::Deployment": ["Description", "RestApiId"],
        "AWS::ApiGateway::Stage": [
            "AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize", "DeploymentId", "Description",
            "MethodSettings", "RestApiId", "StageName", "Tags", "TracingEnabled", "Variables",
        ],
        "AWS::ApiGateway::Account": ["CloudWatchRoleArn"],
        "AWS::ApiGateway::GatewayResponse": [
            "ResponseParameters", "ResponseType", "RestApiId", "StatusCode",
        ],
    ]

    /// All that a stack asks for and does not get, one line each with its place.
    static func problems(in stack: ResolvedStack) -> [String] {
        var problems: [String] = []
        for resource in stack.resources {
            guard let known = properties[resource.type] else {
                problems.append("\(resource.location): \(resource.logicalID): \(resource.type) is not emulated")
                continue
            }
            for name in (resource.properties.objectValue ?? [:]).keys.sorted() where !known.contains(name) {
                problems.append(
                    "\(resource.location): \(resource.logicalID): the property \(name) of \(resource.type) is not emulated"
                )
            }
            problems += valueProblems(of: resource).map { "\(resource.location): \(resource.logicalID): \($0)" }
        }
        return problems
    }

    /// Values of known properties that would change behaviour and are not emulated.
    private static func valueProblems(of resource: ResolvedResource) -> [String] {
        let properties = resource.properties
        switch resource.type {
        case "AWS::ApiGateway::Method":
            var problems: [String] = []
            if let type = properties["AuthorizationType"]?.stringValue, type != "NONE" {
                problems.append("the AuthorizationType \(type) is not emulated")
            }
            if properties["ApiKeyRequired"]?.boolValue == true { problems.append("API keys are not emulated") }
            let type = properties["Integration"]?["Type"]?.stringValue ?? "(none)"
            if type != "AWS_PROXY", type != "MOCK" { problems.append("the integration type \(type) is not emulated") }
            for name in properties["Integration"]?["CacheKeyParameters"]?.arrayValue ?? [] {
                let text = name.stringValue ?? ""
                if CacheKeyParameter(text) == nil || properties["RequestParameters"]?[text] == nil {
                    problems.append("Invalid cache key parameter specified: \(text)")
                }
            }
            return problems
        case "AWS::Lambda::EventSourceMapping":
            let source = properties["EventSourceArn"]?.stringValue ?? ""
            if !source.contains(":dynamodb:") {
                return ["the event source \(source) is not emulated; DynamoDB streams are"]
            }
            let position = properties["StartingPosition"]?.stringValue ?? ""
            return ["TRIM_HORIZON", "LATEST"].contains(position)
                ? [] : ["the StartingPosition \(position) is not emulated"]
        case "AWS::SNS::Subscription":
            let transport = properties["Protocol"]?.stringValue ?? ""
            return transport == "sqs" ? [] : ["the protocol \(transport) is not emulated; sqs is"]
        case "AWS::Lambda::Function":
            return properties["PackageType"]?.stringValue == "Image" ? ["functions from images are not emulated"] : []
        case "AWS::ApiGateway::GatewayResponse":
            return (properties["ResponseParameters"]?.objectValue ?? [:]).compactMap { name, value in
                name.hasPrefix("gatewayresponse.header.") && StaticValue.text(value.stringValue) != nil
                    ? nil : "the response parameter \(name) is not emulated; static headers are"
            }
        default: return []
        }
    }
}

/// A static value of a parameter mapping: `'text'`, in single quotes.
enum StaticValue {
    static func text(_ mapping: String?) -> String? {
        guard let mapping, mapping.utf8.count >= 2, mapping.hasPrefix("'"), mapping.hasSuffix("'") else { return nil }
        return String(mapping.dropFirst().dropLast())
    }
}
