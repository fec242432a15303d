import EmulatorCore
import ExactJSON

extension APIGatewayService {
    /// Sets the gateway's own answer of a type.
    @discardableResult
    func putGatewayResponse(api: String, type: String, _ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            let fallback = try Self.defaultResponse(type)
            var response = fallback.objectValue ?? [:]
            response["defaultResponse"] = false
            for member in ["statusCode", "responseParameters", "responseTemplates"] {
                if let value = input[member], value != .null { response[member] = value }
            }
            try Self.check(.object(response))
            record.definition.gatewayResponses[type] = .object(response)
            return .object(response)
        }
    }

    private static let responseRules = PatchRules([
        "/statusCode": .text, "/responseParameters": .textMember, "/responseTemplates": .textMember,
    ])

    func updateGatewayResponse(
        api: String, type: String, _ operations: [PatchOperation]
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            var response = try Self.gatewayResponse(type, in: record.definition)
            for operation in operations { try Self.responseRules.apply(operation, to: &response) }
            response.set(["defaultResponse"], to: false)
            try Self.check(response)
            record.definition.gatewayResponses[type] = response
            return response
        }
    }

    func deleteGatewayResponse(api: String, type: String) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            _ = try Self.defaultResponse(type)
            guard record.definition.gatewayResponses.removeValue(forKey: type) != nil else {
                throw GatewayFault.notFound("Gateway response type not defined on api")
            }
        }
    }

    /// What is set for a type, or what the gateway does by itself.
    static func gatewayResponse(_ type: String, in definition: APIDefinition) throws(AWSServiceError) -> JSONValue {
        let fallback = try defaultResponse(type)
        return definition.gatewayResponses[type] ?? fallback
    }

    private static func defaultResponse(_ type: String) throws(AWSServiceError) -> JSONValue {
        guard let known = GatewayResponseType(rawValue: type) else {
            let all = GatewayResponseType.allCases.map(\.rawValue).joined(separator: ", ")
            throw AWSServiceError(
                "ValidationException",
                "1 validation error detected: Value '\(type)' at 'responseType' failed to satisfy constraint: Member must "
                    + "satisfy enum value set: [\(all)]")
        }
        var response: [String: JSONValue] = [
            "responseType": .string(type), "defaultResponse": true, "responseParameters": [:],
            "responseTemplates": ["application/json": #"{"message":$context.error.messageString}"#],
        ]
        if known != .default4XX, known != .default5XX { response["statusCode"] = .string(String(known.status)) }
        return .object(response)
    }

    private static func check(_ response: JSONValue) throws(AWSServiceError) {
        if let status = response["statusCode"]?.scalarText { try checkStatus(status) }
        for (name, value) in response["responseParameters"]?.objectValue ?? [:] {
            guard name.hasPrefix("gatewayresponse.header."), name != "gatewayresponse.header.",
                let text = value.stringValue, ValueMapping(text) != nil
            else {
                throw GatewayFault.badRequest("Invalid mapping expression specified: \(name): \(value.text)")
            }
        }
    }
}
