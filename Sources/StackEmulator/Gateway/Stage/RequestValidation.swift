import ExactJSON
import NIOHTTP1

/// What a method's validator asks of a request.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
struct RequestValidation: Sendable {
    /// Required parameters, sorted by name.
    var requiredParameters: [RequestParameter] = []
    /// By content type; empty where bodies are not validated.
    var models: [String: JSONSchema] = [:]

    init() {}

    init(method: JSONValue, definition: APIDefinition) {
        guard let validator = definition.validators[method["requestValidatorId"]?.stringValue ?? ""] else { return }
        if validator["validateRequestParameters"]?.boolValue == true {
            requiredParameters = (method["requestParameters"]?.objectValue ?? [:]).filter { $0.value == true }.keys
                .sorted().compactMap { RequestParameter($0) }
        }
        guard validator["validateRequestBody"]?.boolValue == true else { return }
        for (type, name) in method["requestModels"]?.objectValue ?? [:] {
            if let schema = JSONSchema(model: name.stringValue ?? "", of: definition.models) { models[type] = schema }
        }
    }

    /// Why a request is refused; nil when it is not.
    func refusal(
        _ request: ServerRequest, pathParameters: [(name: String, value: Substring)]
    ) -> GatewayRefusal? {
        let missing = requiredParameters.filter { parameter in
            parameter.value(in: request, pathParameters: pathParameters)?.allSatisfy(\.isWhitespace) ?? true
        }
        if !missing.isEmpty {
            let names = missing.map(\.name).joined(separator: ", ")
            return GatewayRefusal(.badRequestParameters, message: "Missing required request parameters: [\(names)]")
        }
        guard !models.isEmpty else { return nil }
        let type = request.headers.first(name: "Content-Type").map { String($0.prefix { $0 != ";" }).lowercased() }
        guard let schema = models[type ?? "application/json"] else { return nil }
        guard let body = try? JSONValue(parsing: request.body) else {
            return GatewayRefusal(.badRequestBody, validationError: "[Unable to parse the request body as JSON]")
        }
        let problems = schema.problems(in: body)
        if problems.isEmpty { return nil }
        return GatewayRefusal(.badRequestBody, validationError: "[\(problems.joined(separator: ", "))]")
    }
}
