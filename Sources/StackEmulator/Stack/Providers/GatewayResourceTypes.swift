import EmulatedStacks
import ExactJSON

/// What is emulated of the types `AWS::ApiGateway::*`.
enum GatewayResourceTypes {
    static let all: [String: ResourceType] = [
        "AWS::ApiGateway::RestApi": ResourceType(
            properties: [
                "ApiKeySourceType", "BinaryMediaTypes", "Description", "DisableExecuteApiEndpoint",
                "EndpointConfiguration", "FailOnWarnings", "MinimumCompressionSize", "Name", "Tags",
            ]),
        "AWS::ApiGateway::Resource": ResourceType(
            properties: ["ParentId", "PathPart", "RestApiId"], replacing: ["ParentId", "PathPart", "RestApiId"]),
        "AWS::ApiGateway::Method": ResourceType(
            properties: [
                "ApiKeyRequired", "AuthorizationType", "HttpMethod", "Integration", "MethodResponses", "OperationName",
                "RequestModels", "RequestParameters", "RequestValidatorId", "ResourceId", "RestApiId",
            ], replacing: ["HttpMethod", "ResourceId", "RestApiId"], problems: methodProblems),
        "AWS::ApiGateway::Deployment": ResourceType(
            properties: ["Description", "RestApiId", "StageName"], replacing: ["RestApiId", "StageName"]),
        "AWS::ApiGateway::Stage": ResourceType(
            properties: [
                "AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize", "DeploymentId", "Description",
                "MethodSettings", "RestApiId", "StageName", "Tags", "TracingEnabled", "Variables",
            ], replacing: ["RestApiId", "StageName"]),
        "AWS::ApiGateway::Account": ResourceType(properties: ["CloudWatchRoleArn"]),
        "AWS::ApiGateway::GatewayResponse": ResourceType(
            properties: ["ResponseParameters", "ResponseTemplates", "ResponseType", "RestApiId", "StatusCode"],
            replacing: ["ResponseType", "RestApiId"], problems: responseProblems),
        "AWS::ApiGateway::Model": ResourceType(
            properties: ["ContentType", "Description", "Name", "RestApiId", "Schema"],
            replacing: ["ContentType", "Name", "RestApiId"]),
        "AWS::ApiGateway::RequestValidator": ResourceType(
            properties: ["Name", "RestApiId", "ValidateRequestBody", "ValidateRequestParameters"],
            replacing: ["Name", "RestApiId"]),
    ]

    @Sendable private static func methodProblems(_ properties: JSONValue) -> [String] {
        var problems: [String] = []
        let authorization = properties["AuthorizationType"]?.stringValue ?? "NONE"
        if authorization != "NONE", authorization != "AWS_IAM" {
            problems.append("the AuthorizationType \(authorization) is not emulated")
        }
        if properties.flag("ApiKeyRequired") == true {
            problems.append("API keys are not emulated: each call is answered 403, as one without a valid key")
        }
        guard let integration = GatewayProperties(properties).integration else { return problems }
        if let unsupported = IntegrationRules.unsupported(integration) {
            problems.append("\(unsupported) is not emulated")
        }
        problems += templateProblems(integration["requestTemplates"], "Integration.RequestTemplates")
        for (status, response) in (integration["integrationResponses"]?.objectValue ?? [:]).sorted(by: {
            $0.key < $1.key
        }) {
            problems += templateProblems(
                response["responseTemplates"], "Integration.IntegrationResponses[\(status)].ResponseTemplates")
        }
        return problems
    }

    @Sendable private static func responseProblems(_ properties: JSONValue) -> [String] {
        templateProblems(properties["ResponseTemplates"], "ResponseTemplates")
    }

    private static func templateProblems(_ templates: JSONValue?, _ place: String) -> [String] {
        (templates?.objectValue ?? [:]).sorted { $0.key < $1.key }.compactMap { type, text in
            do throws(TemplateProblem) {
                _ = try MappingTemplate(text.stringValue ?? "")
                return nil
            } catch {
                return "the template \(place)[\(type)] is not emulated: \(error.message)"
            }
        }
    }
}
