import ExactJSON

/// Where the value of a mapped parameter comes from.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
enum ValueMapping: Sendable, Equatable {
    /// Between single quotes.
    case fixed(String)
    /// `method.request.path.id` and its like.
    case request(RequestParameter)
    case requestBody(MappingPath)
    /// `integration.response.header.X`.
    case responseHeader(String)
    case responseBody(MappingPath)
    case context(String)
    case stageVariable(String)

    /// Nil when the text is no mapping expression.
    init?(_ text: String) {
        if text.utf8.count >= 2, text.hasPrefix("'"), text.hasSuffix("'") {
            self = .fixed(String(text.dropFirst().dropLast()))
        } else if let parameter = RequestParameter(text) {
            self = .request(parameter)
        } else if text == "method.request.body" || text.hasPrefix("method.request.body.") {
            guard let path = MappingPath("$" + text.dropFirst("method.request.body".count)) else { return nil }
            self = .requestBody(path)
        } else if let name = Self.rest(text, "integration.response.header.")
            ?? Self.rest(text, "integration.response.multivalueheader.")
        {
            self = .responseHeader(name)
        } else if text == "integration.response.body" || text.hasPrefix("integration.response.body.") {
            guard let path = MappingPath("$" + text.dropFirst("integration.response.body".count)) else { return nil }
            self = .responseBody(path)
        } else if let name = Self.rest(text, "context.") {
            self = .context(name)
        } else if let name = Self.rest(text, "stageVariables.") {
            self = .stageVariable(name)
        } else {
            return nil
        }
    }

    private static func rest(_ text: String, _ prefix: String) -> String? {
        guard text.hasPrefix(prefix), text.utf8.count > prefix.utf8.count else { return nil }
        return String(text.dropFirst(prefix.count))
    }

    /// What a mapping sees besides the request.
    struct Sources {
        var request: ServerRequest
        var pathParameters: [(name: String, value: Substring)]
        var context: JSONValue
        var stageVariables: [String: String]
        var responseHeaders: [(name: String, value: String)] = []
        var responseBody = ""
    }

    /// The value; nil where there is none, and the parameter is then left out.
    func value(_ sources: Sources) -> String? {
        switch self {
        case .fixed(let text): text
        case .request(let parameter):
            parameter.value(in: sources.request, pathParameters: sources.pathParameters)
        case .requestBody(let path):
            Self.text(path, in: String(decoding: sources.request.body, as: UTF8.self))
        case .responseHeader(let name):
            sources.responseHeaders.last { $0.name.lowercased() == name.lowercased() }?.value
        case .responseBody(let path): Self.text(path, in: sources.responseBody)
        case .context(let name):
            sources.context.at(name.split(separator: ".").map(String.init)).map(\.javaText)
        case .stageVariable(let name): sources.stageVariables[name]
        }
    }

    private static func text(_ path: MappingPath, in body: String) -> String? {
        guard let json = try? JSONValue(parsing: body), let value = path.value(in: json) else { return nil }
        return value.stringValue ?? value.text
    }
}
