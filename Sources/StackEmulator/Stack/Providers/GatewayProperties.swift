import ExactJSON

/// A resource's properties as CloudFormation writes them, turned into the documents of API Gateway's own API.
struct GatewayProperties {
    private let properties: JSONValue

    init(_ properties: JSONValue) { self.properties = properties }

    func text(_ name: String) -> String { optionalText(name) ?? "" }
    func optionalText(_ name: String) -> String? { properties[name]?.scalarText }

    var api: String { text("RestApiId") }
    var verb: String { text("HttpMethod").uppercased() }
    var stageName: String { optionalText("StageName") ?? "prod" }

    func restAPI(defaultName: String, _ stackTags: [String: String]) -> JSONValue {
        let endpoint = properties["EndpointConfiguration"]
        return JSONValue.object([:]).merging([
            "name": .string(optionalText("Name") ?? defaultName), "description": copy("Description"),
            "binaryMediaTypes": copy("BinaryMediaTypes"),
            "minimumCompressionSize": properties.integer("MinimumCompressionSize").map { .integer($0) } ?? .null,
            "apiKeySource": copy("ApiKeySourceType"),
            "disableExecuteApiEndpoint": flag("DisableExecuteApiEndpoint"), "tags": tags(stackTags),
            "endpointConfiguration": endpoint.map { endpoint in
                JSONValue.object([:]).merging([
                    "types": endpoint["Types"] ?? .null, "ipAddressType": endpoint["IpAddressType"] ?? .null,
                ])
            } ?? .null,
        ])
    }

    var deployment: JSONValue {
        JSONValue.object([:]).merging(["description": copy("Description"), "stageName": copy("StageName")])
    }

    func stage(_ stackTags: [String: String]) -> JSONValue {
        JSONValue.object([:]).merging([
            "stageName": .string(stageName), "deploymentId": copy("DeploymentId"), "description": copy("Description"),
            "cacheClusterEnabled": flag("CacheClusterEnabled"),
            "cacheClusterSize": optionalText("CacheClusterSize").map(JSONValue.string) ?? .null,
            "tracingEnabled": flag("TracingEnabled"), "tags": tags(stackTags),
            "variables": properties["Variables"].map(Self.texts) ?? .null, "methodSettings": methodSettings,
            "accessLogSettings": properties["AccessLogSetting"].map { log in
                JSONValue.object([:]).merging([
                    "destinationArn": log["DestinationArn"] ?? .null, "format": log["Format"] ?? .null,
                ])
            } ?? .null,
        ])
    }

    /// By `~1items~1{id}/GET`: the path without its first slash, inner slashes written `~1`; the root is `~1`.
    private var methodSettings: JSONValue {
        var settings: [String: JSONValue] = [:]
        for element in properties["MethodSettings"]?.arrayValue ?? [] {
            let path = element["ResourcePath"]?.stringValue ?? "/*"
            let verb = element["HttpMethod"]?.stringValue?.uppercased() ?? "*"
            let bare = path == "/" ? "~1" : String(path.drop { $0 == "/" })
            let escaped = bare.contains("/") ? "~1" + bare.replacing("/", with: "~1") : bare
            var setting = MethodSettings().document
            for flag in ["CachingEnabled", "CacheDataEncrypted", "MetricsEnabled", "DataTraceEnabled"] {
                if let value = element.flag(flag) { setting.set([Self.lowerFirst(flag)], to: .bool(value)) }
            }
            for number in ["CacheTtlInSeconds", "ThrottlingBurstLimit"] {
                if let value = element.integer(number) { setting.set([Self.lowerFirst(number)], to: .integer(value)) }
            }
            if let rate = element["ThrottlingRateLimit"]?.scalarText.flatMap({ Double($0) }) {
                setting.set(["throttlingRateLimit"], to: .double(rate))
            }
            if let level = element["LoggingLevel"] { setting.set(["loggingLevel"], to: level) }
            settings["\(escaped)/\(verb)"] = setting
        }
        return .object(settings)
    }

    var method: JSONValue {
        JSONValue.object([:]).merging([
            "authorizationType": copy("AuthorizationType"), "apiKeyRequired": flag("ApiKeyRequired"),
            "operationName": copy("OperationName"), "requestModels": copy("RequestModels"),
            "requestValidatorId": copy("RequestValidatorId"),
            "requestParameters": properties["RequestParameters"].map(Self.flags) ?? .null,
        ])
    }

    var methodResponses: JSONValue? {
        guard let responses = properties["MethodResponses"]?.arrayValue, !responses.isEmpty else { return nil }
        return Self.byStatus(responses) { response in
            [
                "responseParameters": response["ResponseParameters"].map(Self.flags) ?? .null,
                "responseModels": response["ResponseModels"] ?? .null,
            ]
        }
    }

    /// The integration with its responses; nil when the method has none.
    var integration: JSONValue? {
        guard let integration = properties["Integration"] else { return nil }
        var members: [String: JSONValue] = [:]
        for name in [
            "CacheKeyParameters", "CacheNamespace", "ConnectionId", "ConnectionType", "ContentHandling", "Credentials",
            "PassthroughBehavior", "RequestParameters", "RequestTemplates", "Type", "Uri",
        ] {
            members[Self.lowerFirst(name)] = integration[name]
        }
        members["httpMethod"] = integration["IntegrationHttpMethod"]
        if let timeout = integration.integer("TimeoutInMillis") { members["timeoutInMillis"] = .integer(timeout) }
        if let responses = integration["IntegrationResponses"]?.arrayValue, !responses.isEmpty {
            members["integrationResponses"] = Self.byStatus(responses) { response in
                [
                    "selectionPattern": response["SelectionPattern"] ?? .null,
                    "responseParameters": response["ResponseParameters"] ?? .null,
                    "responseTemplates": response["ResponseTemplates"] ?? .null,
                    "contentHandling": response["ContentHandling"] ?? .null,
                ]
            }
        }
        return .object(members)
    }

    var gatewayResponse: JSONValue {
        JSONValue.object([:]).merging([
            "statusCode": optionalText("StatusCode").map(JSONValue.string) ?? .null,
            "responseParameters": copy("ResponseParameters"), "responseTemplates": copy("ResponseTemplates"),
        ])
    }

    func model(name: String) -> JSONValue {
        let schema = properties["Schema"] ?? [:]
        return JSONValue.object([:]).merging([
            "name": .string(name), "contentType": properties["ContentType"] ?? "application/json",
            "description": copy("Description"), "schema": .string(schema.stringValue ?? schema.text),
        ])
    }

    var validator: JSONValue {
        JSONValue.object([:]).merging([
            "name": copy("Name"), "validateRequestBody": flag("ValidateRequestBody"),
            "validateRequestParameters": flag("ValidateRequestParameters"),
        ])
    }

    // MARK: Values

    private func copy(_ name: String) -> JSONValue { properties[name] ?? .null }
    private func flag(_ name: String) -> JSONValue { properties.flag(name).map(JSONValue.bool) ?? .null }

    private func tags(_ stackTags: [String: String]) -> JSONValue {
        var tags = stackTags.mapValues(JSONValue.string)
        for element in properties["Tags"]?.arrayValue ?? [] {
            if let key = element["Key"]?.scalarText { tags[key] = .string(element["Value"]?.scalarText ?? "") }
        }
        return .object(tags)
    }

    private static func byStatus(
        _ responses: [JSONValue], _ members: (JSONValue) -> [String: JSONValue]
    ) -> JSONValue {
        var documents: [String: JSONValue] = [:]
        for response in responses {
            let status = response["StatusCode"]?.scalarText ?? "200"
            documents[status] = JSONValue.object(["statusCode": .string(status)]).merging(members(response))
        }
        return .object(documents)
    }

    private static func texts(_ value: JSONValue) -> JSONValue {
        .object((value.objectValue ?? [:]).compactMapValues { $0.scalarText.map(JSONValue.string) })
    }

    private static func flags(_ value: JSONValue) -> JSONValue {
        .object((value.objectValue ?? [:]).mapValues { .bool($0.scalarText?.lowercased() == "true") })
    }

    private static func lowerFirst(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }
}
