import ExactJSON
import NIOHTTP1

/// An integration behind templates: what of a request it is handed, and what its result is made into.
struct MappedIntegration: Sendable {
    struct Response: Sendable {
        var status: Int
        /// A regular expression for the result; nil or empty for the response that is taken when no other fits.
        var selectionPattern: String?
        var headers: [GatewayResponseSettings.HeaderMapping]
        /// By content type.
        var templates: [String: MappingTemplate]
        var convertsToBinary: Bool
    }

    /// By content type.
    var requestTemplates: [String: MappingTemplate]
    /// What becomes of a body without a template for its type: `WHEN_NO_MATCH`, `WHEN_NO_TEMPLATES`, `NEVER`.
    var passthroughBehavior: String
    /// The function is started and not waited for.
    var isEvent: Bool
    var responses: [Response]

    /// Reads an integration as the API shows it.
    ///
    /// - Throws: what of a template is not emulated.
    init(_ document: JSONValue) throws(TemplateProblem) {
        requestTemplates = try Self.templates(document["requestTemplates"])
        passthroughBehavior = document["passthroughBehavior"]?.stringValue ?? "WHEN_NO_MATCH"
        isEvent = (document["requestParameters"]?.objectValue ?? [:]).contains { name, value in
            name.lowercased() == "integration.request.header.x-amz-invocation-type" && value == "'Event'"
        }
        responses = []
        for (status, element) in (document["integrationResponses"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key })
        {
            responses.append(try Self.response(Int(status) ?? 200, element))
        }
    }

    private static func response(_ status: Int, _ element: JSONValue) throws(TemplateProblem) -> Response {
        let prefix = "method.response.header."
        let parameters = (element["responseParameters"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
        return Response(
            status: status, selectionPattern: element["selectionPattern"]?.stringValue,
            headers: parameters.compactMap { name, value in
                guard name.hasPrefix(prefix), let mapping = value.stringValue.flatMap({ ValueMapping($0) }) else {
                    return nil
                }
                return .init(name: String(name.dropFirst(prefix.count)), value: mapping)
            }, templates: try templates(element["responseTemplates"]),
            convertsToBinary: element["contentHandling"] == "CONVERT_TO_BINARY")
    }

    private static func templates(_ value: JSONValue?) throws(TemplateProblem) -> [String: MappingTemplate] {
        var templates: [String: MappingTemplate] = [:]
        for (type, text) in value?.objectValue ?? [:] {
            templates[type.lowercased()] = try MappingTemplate(text.stringValue ?? "")
        }
        return templates
    }

    /// What the integration is handed.
    enum Payload: Sendable {
        case template(MappingTemplate)
        /// The body as it came.
        case passedOn
        case unsupportedMediaType
    }

    /// Chooses by the request's content type, as API Gateway's guide has it under "Integration passthrough behaviors".
    func payload(contentType: String?) -> Payload {
        let type = contentType.map { String($0.prefix { $0 != ";" }).lowercased() } ?? "application/json"
        if let template = requestTemplates[type] { return .template(template) }
        switch passthroughBehavior {
        case "NEVER": return .unsupportedMediaType
        case "WHEN_NO_TEMPLATES" where !requestTemplates.isEmpty: return .unsupportedMediaType
        default: return .passedOn
        }
    }

    /// The response whose pattern matches a result as a whole, or else the one without a pattern.
    func response(to result: String) -> Response? {
        for response in responses {
            guard let pattern = response.selectionPattern, !pattern.isEmpty,
                let regex = try? Regex(pattern).dotMatchesNewlines()
            else { continue }
            if (try? regex.wholeMatch(in: result)) != nil { return response }
        }
        return responses.first { $0.selectionPattern?.isEmpty ?? true }
    }
}
