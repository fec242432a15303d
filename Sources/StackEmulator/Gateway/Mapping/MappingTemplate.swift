import ExactJSON

/// A mapping template, read once and filled in for each request.
struct MappingTemplate: Sendable, Equatable {
    private var nodes: [MappingNode]

    /// - Throws: what of the text is malformed or not emulated, with its line.
    init(_ text: String) throws(TemplateProblem) {
        var parser = MappingTemplateParser(text)
        nodes = try parser.template()
    }

    /// The filled-in text; what the template sets is left in the scope.
    func render(_ scope: inout MappingScope) throws(TemplateProblem) -> String {
        // Most templates of mock integrations have nothing to fill in.
        if nodes.count == 1, case .text(let text) = nodes[0] { return text }
        var evaluation = MappingEvaluation(scope: scope)
        try evaluation.run(nodes)
        scope = evaluation.scope
        return evaluation.output
    }

    func rendered(_ scope: MappingScope) throws(TemplateProblem) -> String {
        var scope = scope
        return try render(&scope)
    }
}

/// What a template sees of a request.
struct MappingScope: Sendable {
    var body: String
    var path: [String: String]
    var queryString: [String: String]
    /// Names as sent.
    var headers: [String: String]
    /// `$context`.
    var context: JSONValue
    var stageVariables: [String: String]
    /// What `#set` has set.
    var variables: [String: JSONValue] = [:]

    /// The body as JSON; an empty one is an empty object, and null stands for what is no JSON.
    var json: JSONValue {
        if body.isEmpty { return [:] }
        return (try? JSONValue(parsing: body)) ?? .null
    }

    var parameters: JSONValue {
        [
            "path": .object(path.mapValues(JSONValue.string)),
            "querystring": .object(queryString.mapValues(JSONValue.string)),
            "header": .object(headers.mapValues(JSONValue.string)),
        ]
    }

    /// A parameter by its name: of the path, the query string or the headers, in this order.
    func parameter(_ name: String) -> String? {
        if let value = path[name] ?? queryString[name] ?? headers[name] { return value }
        let lowercased = name.lowercased()
        return headers.first { $0.key.lowercased() == lowercased }?.value
    }
}
