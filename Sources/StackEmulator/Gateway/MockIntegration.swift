import NIOHTTP1

/// An integration that answers by itself; CORS preflights are made of it.
struct MockIntegration: Sendable {
    struct Answer: Sendable {
        var status: Int
        /// A regular expression for the mock's status; nil for the answer that is taken when no other fits.
        var selectionPattern: String?
        /// Static values, without the quotes that mark them as such.
        var headers: [(name: String, value: String)]
        /// By content type.
        var templates: [String: String]
    }

    /// By content type.
    var requestTemplates: [String: String]
    var answers: [Answer]

    /// The answer to a request; nil when the template names no status or no answer fits it, which is a 500.
    func response(contentType: String?) -> ServerResponse? {
        let type = contentType.map { String($0.prefix { $0 != ";" }) } ?? "application/json"
        let template = requestTemplates[type] ?? requestTemplates["application/json"] ?? ""
        guard let status = Self.status(in: template), let answer = answer(for: status) else { return nil }
        var headers = HTTPHeaders()
        for (name, value) in answer.headers { headers.add(name: name, value: value) }
        let body = answer.templates["application/json"] ?? answer.templates.values.sorted().first ?? ""
        if !headers.contains(name: "Content-Type") { headers.add(name: "Content-Type", value: "application/json") }
        return ServerResponse(status: answer.status, headers: headers, body: Array(body.utf8))
    }

    private func answer(for status: Int) -> Answer? {
        let text = String(status)
        for answer in answers {
            guard let pattern = answer.selectionPattern, let regex = try? Regex(pattern) else { continue }
            if (try? regex.wholeMatch(in: text)) != nil { return answer }
        }
        return answers.first { $0.selectionPattern == nil }
    }

    /// The number after `statusCode`, quoted or not: the CDK writes `{ statusCode: 200 }`, which is no JSON.
    static func status(in template: String) -> Int? {
        guard let name = template.firstRange(of: "statusCode") else { return nil }
        let rest = template[name.upperBound...].drop { $0 != ":" }.dropFirst()
            .drop { $0 == " " || $0 == "\t" || $0 == "\n" || $0 == "\"" || $0 == "'" }
        guard let status = Int(rest.prefix { $0.isASCII && $0.isNumber }), (200...599).contains(status) else {
            return nil
        }
        return status
    }
}
