import ExactJSON
import StackTemplate
import Timekeeping

/// Puts a REST API together from the resources of a stack.
struct RestAPIReader: Sendable {
    var stack: ResolvedStack
    var now: Timestamp

    /// All APIs of the stack.
    ///
    /// - Throws: `EmulatorError` with the place of a resource that does not fit together with the others.
    func apis() throws(EmulatorError) -> [RestAPI] {
        var apis: [RestAPI] = []
        for resource in stack.resources where resource.type == "AWS::ApiGateway::RestApi" {
            apis.append(try api(resource))
        }
        return apis
    }

    private func api(_ resource: ResolvedResource) throws(EmulatorError) -> RestAPI {
        let id = resource.ref
        let rootID = resource.attributes["RootResourceId"] ?? ""
        let resources = try resources(of: id, rootID: rootID)
        let index = Dictionary(resources.enumerated().map { ($1.id, $0) }) { first, _ in first }
        var methods: [RestAPI.Method] = []
        for element in members(of: id, "AWS::ApiGateway::Method") {
            guard let place = index[element.properties["ResourceId"]?.stringValue ?? ""] else {
                throw error(element, "its ResourceId is none of this API's resources")
            }
            methods.append(try method(element, resource: place))
        }
        var responses = GatewayResponses()
        for element in members(of: id, "AWS::ApiGateway::GatewayResponse") {
            responses.settings[element.properties["ResponseType"]?.stringValue ?? ""] = gatewayResponse(
                element.properties)
        }
        var stages: [RestAPI.Stage] = []
        for element in members(of: id, "AWS::ApiGateway::Stage") { stages.append(stage(element.properties)) }
        return RestAPI(
            id: id, name: resource.properties["Name"]?.stringValue ?? resource.logicalID,
            description: resource.properties["Description"]?.stringValue ?? "", created: now,
            endpointTypes: (resource.properties["EndpointConfiguration"]?["Types"]?.arrayValue ?? ["EDGE"])
                .compactMap(\.stringValue),
            rootResourceID: rootID, resources: resources, methods: methods, responses: responses, stages: stages,
            deployments: members(of: id, "AWS::ApiGateway::Deployment").map(\.ref))
    }

    private func members(of api: String, _ type: String) -> [ResolvedResource] {
        stack.resources.filter { $0.type == type && $0.properties["RestApiId"]?.stringValue == api }
    }

    private func resources(of api: String, rootID: String) throws(EmulatorError) -> [RestAPI.Resource] {
        var resources = [RestAPI.Resource(id: rootID, parentID: nil, pathPart: nil, path: "/")]
        // The stack's order puts parents before their children.
        for element in members(of: api, "AWS::ApiGateway::Resource") {
            guard let parentID = element.properties["ParentId"]?.stringValue,
                let parent = resources.first(where: { $0.id == parentID }),
                let part = element.properties["PathPart"]?.stringValue, !part.isEmpty, !part.contains("/")
            else { throw error(element, "its ParentId or PathPart does not fit") }
            resources.append(
                RestAPI.Resource(
                    id: element.ref, parentID: parentID, pathPart: part,
                    path: parent.path == "/" ? "/\(part)" : "\(parent.path)/\(part)"))
        }
        return resources
    }

    private func method(_ element: ResolvedResource, resource: Int) throws(EmulatorError) -> RestAPI.Method {
        let properties = element.properties
        let integration = properties["Integration"] ?? [:]
        return RestAPI.Method(
            resource: resource, httpMethod: properties["HttpMethod"]?.stringValue?.uppercased() ?? "ANY",
            authorizationType: properties["AuthorizationType"]?.stringValue ?? "NONE", apiKeyRequired: false,
            requestParameters: (properties["RequestParameters"]?.objectValue ?? [:]).mapValues {
                $0.boolValue ?? ($0.stringValue == "true")
            },
            integration: try self.integration(integration, of: element), integrationProperties: integration,
            methodResponses: properties["MethodResponses"] ?? [])
    }

    private func integration(
        _ integration: JSONValue, of element: ResolvedResource
    ) throws(EmulatorError) -> RestAPI.Integration {
        if integration["Type"]?.stringValue == "MOCK" { return .mock(mock(integration)) }
        // arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function ARN>/invocations
        let uri = integration["Uri"]?.stringValue ?? ""
        guard let start = uri.firstRange(of: "/functions/"), let end = uri.firstRange(of: "/invocations"),
            start.upperBound <= end.lowerBound
        else { throw error(element, "the integration's Uri names no function: \(uri)") }
        return .function(String(uri[start.upperBound..<end.lowerBound]))
    }

    private func mock(_ integration: JSONValue) -> MockIntegration {
        let answers = (integration["IntegrationResponses"]?.arrayValue ?? []).map { element in
            let parameters = element["ResponseParameters"]?.objectValue ?? [:]
            let prefix = "method.response.header."
            let headers = parameters.sorted { $0.key < $1.key }.compactMap { name, value -> (String, String)? in
                guard name.hasPrefix(prefix), let text = StaticValue.text(value.stringValue) else { return nil }
                return (String(name.dropFirst(prefix.count)), text)
            }
            return MockIntegration.Answer(
                status: element["StatusCode"]?.stringValue.flatMap { Int($0) } ?? element["StatusCode"]?.intValue
                    ?? 200,
                selectionPattern: element["SelectionPattern"]?.stringValue, headers: headers,
                templates: (element["ResponseTemplates"]?.objectValue ?? [:]).compactMapValues(\.stringValue))
        }
        return MockIntegration(
            requestTemplates: (integration["RequestTemplates"]?.objectValue ?? [:]).compactMapValues(\.stringValue),
            answers: answers)
    }

    private func gatewayResponse(_ properties: JSONValue) -> GatewayResponseSettings {
        let prefix = "gatewayresponse.header."
        let headers = (properties["ResponseParameters"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
            .compactMap { name, value -> GatewayResponseSettings.HeaderValue? in
                guard name.hasPrefix(prefix), let text = StaticValue.text(value.stringValue) else { return nil }
                return .init(name: String(name.dropFirst(prefix.count)), value: text)
            }
        return GatewayResponseSettings(
            status: properties["StatusCode"]?.stringValue.flatMap { Int($0) } ?? properties["StatusCode"]?.intValue,
            headers: headers)
    }

    private func stage(_ properties: JSONValue) -> RestAPI.Stage {
        let logARN = properties["AccessLogSetting"]?["DestinationArn"]?.stringValue
        let log = logARN.map { arn in
            let parts = arn.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
            let name = parts.count == 7 ? parts[6] : ""
            return RestAPI.AccessLog(
                destinationARN: arn, format: properties["AccessLogSetting"]?["Format"]?.stringValue ?? "",
                group: String(name.hasSuffix(":*") ? name.dropLast(2) : name))
        }
        return RestAPI.Stage(
            name: properties["StageName"]?.stringValue ?? "prod",
            deploymentID: properties["DeploymentId"]?.stringValue ?? "",
            description: properties["Description"]?.stringValue ?? "",
            cacheClusterEnabled: properties["CacheClusterEnabled"]?.boolValue
                ?? (properties["CacheClusterEnabled"]?.stringValue == "true"),
            cacheClusterSize: properties["CacheClusterSize"]?.stringValue ?? properties["CacheClusterSize"]?
                .numberLiteral
                ?? "0.5",
            settings: MethodSettingsTable(properties["MethodSettings"]),
            variables: (properties["Variables"]?.objectValue ?? [:]).compactMapValues(\.stringValue), accessLog: log,
            tracingEnabled: properties["TracingEnabled"]?.boolValue ?? false, created: now)
    }

    private func error(_ resource: ResolvedResource, _ message: String) -> EmulatorError {
        EmulatorError(
            code: .resource, message: "\(resource.logicalID): \(message)", location: "\(resource.location)")
    }
}
