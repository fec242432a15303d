import EmulatorCore
import ExactJSON

extension APIGatewayService {
    private static let verbs: Set<String> = ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY"]

    /// Puts a method; one that exists already is a conflict.
    @discardableResult
    func putMethod(
        api: String, resource: String, verb: String, _ input: JSONValue
    ) throws(AWSServiceError) -> JSONValue {
        let definition = try record(api).definition
        _ = try definition.resource(resource)
        let document = try methodDocument(verb: verb, input, in: definition, admitsUnsupported: false)
        try setMethod(api: api, resource: resource, verb: verb, document, replaces: false)
        return document
    }

    /// A method as the API shows it, checked.
    ///
    /// - Parameter admitsUnsupported: a stack is made with what is not emulated, which its notices list; calling such a method
    ///   says so.
    func methodDocument(
        verb: String, _ input: JSONValue, in definition: APIDefinition, admitsUnsupported: Bool
    ) throws(AWSServiceError) -> JSONValue {
        guard Self.verbs.contains(verb) else {
            throw GatewayFault.badRequest(
                "Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY")
        }
        var method: [String: JSONValue] = [
            "httpMethod": .string(verb), "authorizationType": input["authorizationType"] ?? "NONE",
            "apiKeyRequired": input["apiKeyRequired"] ?? false,
        ]
        for member in [
            "authorizerId", "operationName", "requestParameters", "requestModels", "requestValidatorId",
            "authorizationScopes",
        ] {
            if let value = input[member], value != .null { method[member] = value }
        }
        try Self.check(.object(method), in: definition, admitsUnsupported: admitsUnsupported)
        return .object(method)
    }

    func setMethod(
        api: String, resource: String, verb: String, _ document: JSONValue, replaces: Bool
    ) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            if try record.definition.resource(resource).methods[verb] != nil, !replaces {
                throw GatewayFault.conflict("Method already exists for this resource")
            }
            record.definition.resources[resource]?.methods[verb] = document
        }
    }

    private static func check(
        _ method: JSONValue, in definition: APIDefinition, admitsUnsupported: Bool
    ) throws(AWSServiceError) {
        let type = method["authorizationType"]?.stringValue ?? ""
        guard ["NONE", "AWS_IAM", "CUSTOM", "COGNITO_USER_POOLS"].contains(type) else {
            throw GatewayFault.badRequest(
                "Invalid Authorization type specified. Valid options are NONE,AWS_IAM,CUSTOM,COGNITO_USER_POOLS")
        }
        if !admitsUnsupported, type == "CUSTOM" || type == "COGNITO_USER_POOLS" {
            throw GatewayFault.notEmulated("The authorization type \(type)")
        }
        for name in (method["requestParameters"]?.objectValue ?? [:]).keys.sorted() where RequestParameter(name) == nil
        {
            throw GatewayFault.badRequest("Invalid mapping expression specified: \(name)")
        }
        if let validator = method["requestValidatorId"]?.stringValue, definition.validators[validator] == nil {
            throw GatewayFault.badRequest("Invalid Request Validator identifier specified")
        }
        for (_, model) in (method["requestModels"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            let name = model.stringValue ?? ""
            guard definition.models[name] != nil else {
                throw GatewayFault.badRequest("Invalid model identifier specified: \(name)")
            }
        }
    }

    private static let methodRules = PatchRules([
        "/authorizationType": .text, "/authorizerId": .text, "/apiKeyRequired": .flag, "/operationName": .text,
        "/requestValidatorId": .text, "/requestParameters": .flagMember, "/requestModels": .textMember,
        "/authorizationScopes": .element,
    ])

    func updateMethod(
        api: String, resource: String, verb: String, _ operations: [PatchOperation]
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            var method = try record.definition.method(verb, at: resource)
            for operation in operations { try Self.methodRules.apply(operation, to: &method) }
            // An empty text takes the validator away.
            if method["requestValidatorId"] == "" { method.set(["requestValidatorId"], to: nil) }
            try Self.check(method, in: record.definition, admitsUnsupported: false)
            record.definition.resources[resource]?.methods[verb] = method
            return method
        }
    }

    func deleteMethod(api: String, resource: String, verb: String) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            _ = try record.definition.method(verb, at: resource)
            record.definition.resources[resource]?.methods[verb] = nil
        }
    }

    // MARK: Method responses

    @discardableResult
    func putMethodResponse(
        api: String, resource: String, verb: String, status: String, _ input: JSONValue
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            var method = try record.definition.method(verb, at: resource)
            try Self.checkStatus(status)
            guard method["methodResponses"]?[status] == nil else {
                throw GatewayFault.conflict("Response already exists for this resource")
            }
            var response: [String: JSONValue] = ["statusCode": .string(status)]
            for member in ["responseParameters", "responseModels"] {
                if let value = input[member], value != .null { response[member] = value }
            }
            method.set(["methodResponses", status], to: .object(response))
            record.definition.resources[resource]?.methods[verb] = method
            return .object(response)
        }
    }

    private static let methodResponseRules = PatchRules([
        "/responseParameters": .flagMember, "/responseModels": .textMember,
    ])

    func updateMethodResponse(
        api: String, resource: String, verb: String, status: String, _ operations: [PatchOperation]
    ) throws(AWSServiceError) -> JSONValue {
        try change(api) { record throws(AWSServiceError) in
            var method = try record.definition.method(verb, at: resource)
            var response = try Self.response(status, in: method["methodResponses"])
            for operation in operations { try Self.methodResponseRules.apply(operation, to: &response) }
            method.set(["methodResponses", status], to: response)
            record.definition.resources[resource]?.methods[verb] = method
            return response
        }
    }

    func deleteMethodResponse(
        api: String, resource: String, verb: String, status: String
    ) throws(AWSServiceError) {
        try change(api) { record throws(AWSServiceError) in
            var method = try record.definition.method(verb, at: resource)
            _ = try Self.response(status, in: method["methodResponses"])
            method.set(["methodResponses", status], to: nil)
            record.definition.resources[resource]?.methods[verb] = method
        }
    }

    static func response(_ status: String, in responses: JSONValue?) throws(AWSServiceError) -> JSONValue {
        guard let response = responses?[status] else {
            throw GatewayFault.notFound("Invalid Response status code specified")
        }
        return response
    }

    static func checkStatus(_ status: String) throws(AWSServiceError) {
        guard let number = Int(status), (100...599).contains(number) else {
            throw GatewayFault.badRequest("Invalid status code specified: \(status)")
        }
    }
}
