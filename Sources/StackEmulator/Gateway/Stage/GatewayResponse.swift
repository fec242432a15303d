import ExactJSON
import NIOHTTP1

/// What is set for one type of gateway response.
struct GatewayResponseSettings: Sendable {
    var status: Int?
    var headers: [HeaderMapping] = []
    /// By content type.
    var templates: [String: MappingTemplate] = [:]

    struct HeaderMapping: Sendable {
        var name: String
        var value: ValueMapping
    }

    init(status: Int? = nil, headers: [HeaderMapping] = [], templates: [String: MappingTemplate] = [:]) {
        self.status = status
        self.headers = headers
        self.templates = templates
    }

    /// Reads a setting as the API shows it.
    init(_ document: JSONValue) {
        status = document["statusCode"]?.scalarText.flatMap { Int($0) }
        let prefix = "gatewayresponse.header."
        for (name, value) in (document["responseParameters"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            guard name.hasPrefix(prefix), let mapping = value.stringValue.flatMap({ ValueMapping($0) }) else {
                continue
            }
            headers.append(HeaderMapping(name: String(name.dropFirst(prefix.count)), value: mapping))
        }
        for (type, text) in document["responseTemplates"]?.objectValue ?? [:] {
            if let template = try? MappingTemplate(text.stringValue ?? "") { templates[type] = template }
        }
    }
}

/// The gateway responses of an API: those that are set, by type, over the defaults.
struct GatewayResponses: Sendable {
    var settings: [String: GatewayResponseSettings] = [:]

    /// The answer of a type; a type that is not set itself takes what is set for DEFAULT_4XX or DEFAULT_5XX.
    ///
    /// - Parameters:
    ///   - accepted: the request's Accept header, which chooses among templates.
    ///   - sources: what parameters and templates are filled in with; asked only where there is something to fill in.
    func response(
        _ refusal: GatewayRefusal, switches: EmulatorSwitches = EmulatorSwitches(), accepted: String? = nil,
        sources: () -> ValueMapping.Sources? = { nil }
    ) -> ServerResponse {
        let type = refusal.type
        let setting = settings[type.rawValue] ?? settings[type.status < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"]
        let message = refusal.message ?? type.message(switches)
        var response = ServerResponse(
            status: setting?.status ?? refusal.status ?? type.status(switches),
            headers: ["Content-Type": "application/json", "x-amzn-ErrorType": refusal.errorType ?? type.errorType])
        if let setting, !setting.headers.isEmpty || !setting.templates.isEmpty, let sources = sources() {
            for header in setting.headers {
                if let value = header.value.value(sources) {
                    response.headers.replaceOrAdd(name: header.name, value: value)
                }
            }
            if let (contentType, template) = Self.choose(setting.templates, accepted: accepted) {
                let scope = MappingScope(
                    body: "", path: [:], queryString: [:], headers: [:], context: sources.context,
                    stageVariables: sources.stageVariables)
                response.headers.replaceOrAdd(name: "Content-Type", value: contentType)
                response.body = Array(((try? template.rendered(scope)) ?? "").utf8)
                return response
            }
        }
        response.body = JSONValue.object(["message": .string(message)]).serialized()
        return response
    }

    func response(_ type: GatewayResponseType, switches: EmulatorSwitches = EmulatorSwitches()) -> ServerResponse {
        response(GatewayRefusal(type), switches: switches)
    }

    private static func choose(
        _ templates: [String: MappingTemplate], accepted: String?
    ) -> (String, MappingTemplate)? {
        for type in (accepted ?? "").split(separator: ",") {
            let name = String(type.prefix { $0 != ";" }.filter { $0 != " " })
            if let template = templates[name] { return (name, template) }
        }
        if let template = templates["application/json"] { return ("application/json", template) }
        return templates.min { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
