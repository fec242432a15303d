import EmulatorCore
import ExactJSON

extension APIGatewayService {
    /// Puts a method's integration in place of the one it had.
    @discardableResult
    func putIntegration(
        api: String, resource: String, verb: String, _ input: JSONValue
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            let method = try record.definition.method(verb, at: resource)
            let integration = try integrationDocument(
                input.merging(["integrationResponses": .null]), of: method, resource: resource, admitsUnsupported: false
            )
            record.definition.resources[resource]?.methods[verb]?.set(["methodIntegration"], to: integration)
            return integration
        }
    }

    /// An integration as the API shows it, checked.
    func integrationDocument(
        _ input: JSONValue, of method: JSONValue, resource: String, admitsUnsupported: Bool
    ) throws(AWSServiceError) -> JSONValue {
        var integration: [String: JSONValue] = [
            "type": input["type"] ?? "", "passthroughBehavior": input["passthroughBehavior"] ?? "WHEN_NO_MATCH",
            "timeoutInMillis": input["timeoutInMillis"] ?? 29_000,
            // The namespace is the resource's id unless it is stated.
            "cacheNamespace": input["cacheNamespace"] ?? .string(resource),
            "cacheKeyParameters": input["cacheKeyParameters"] ?? [],
        ]
        for member in [
            "httpMethod", "uri", "connectionType", "connectionId", "credentials", "requestParameters",
            "requestTemplates", "contentHandling", "tlsConfig", "integrationResponses",
        ] {
            if let value = input[member], value != .null { integration[member] = value }
        }
        try IntegrationRules.check(.object(integration), of: method, admitsUnsupported: admitsUnsupported)
        return .object(integration)
    }

    private static let integrationRules = PatchRules([
        "/uri": .text, "/httpMethod": .text, "/credentials": .text, "/contentHandling": .text, "/cacheNamespace": .text,
        "/passthroughBehavior": .text, "/timeoutInMillis": .integer, "/connectionType": .text, "/connectionId": .text,
        "/requestTemplates": .textMember, "/requestParameters": .textMember, "/cacheKeyParameters": .element,
    ])

    func updateIntegration(
        api: String, resource: String, verb: String, _ operations: [PatchOperation]
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            var method = try record.definition.method(verb, at: resource)
            var integration = try record.definition.integration(of: verb, at: resource)
            for operation in operations { try Self.integrationRules.apply(operation, to: &integration) }
            try IntegrationRules.check(integration, of: method, admitsUnsupported: false)
            method.set(["methodIntegration"], to: integration)
            record.definition.resources[resource]?.methods[verb] = method
            return integration
        }
    }

    func deleteIntegration(api: String, resource: String, verb: String) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            _ = try record.definition.integration(of: verb, at: resource)
            record.definition.resources[resource]?.methods[verb]?.set(["methodIntegration"], to: nil)
        }
    }

    // MARK: Integration responses

    /// Puts an integration's response in place of the one with that status.
    @discardableResult
    func putIntegrationResponse(
        api: String, resource: String, verb: String, status: String, _ input: JSONValue
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            _ = try record.definition.integration(of: verb, at: resource)
            try Self.checkStatus(status)
            let method = try record.definition.method(verb, at: resource)
            guard method["methodResponses"]?[status] != nil else {
                throw GatewayFault.notFound("Invalid Response status code specified")
            }
            var response: [String: JSONValue] = ["statusCode": .string(status)]
            for member in ["selectionPattern", "responseParameters", "responseTemplates", "contentHandling"] {
                if let value = input[member], value != .null { response[member] = value }
            }
            try IntegrationRules.checkResponse(.object(response))
            record.definition.resources[resource]?.methods[verb]?
                .set(["methodIntegration", "integrationResponses", status], to: .object(response))
            return .object(response)
        }
    }

    private static let integrationResponseRules = PatchRules([
        "/selectionPattern": .text, "/contentHandling": .text, "/responseParameters": .textMember,
        "/responseTemplates": .textMember,
    ])

    func updateIntegrationResponse(
        api: String, resource: String, verb: String, status: String, _ operations: [PatchOperation]
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            let integration = try record.definition.integration(of: verb, at: resource)
            var response = try Self.response(status, in: integration["integrationResponses"])
            for operation in operations { try Self.integrationResponseRules.apply(operation, to: &response) }
            try IntegrationRules.checkResponse(response)
            record.definition.resources[resource]?.methods[verb]?
                .set(["methodIntegration", "integrationResponses", status], to: response)
            return response
        }
    }

    func deleteIntegrationResponse(
        api: String, resource: String, verb: String, status: String
    ) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            let integration = try record.definition.integration(of: verb, at: resource)
            _ = try Self.response(status, in: integration["integrationResponses"])
            record.definition.resources[resource]?.methods[verb]?
                .set(["methodIntegration", "integrationResponses", status], to: nil)
        }
    }
}
