import EmulatorCore
import ExactJSON

/// What an integration has to be, whether it comes by a call or from a template.
enum IntegrationRules {
    /// - Parameter admitsUnsupported: what is not emulated passes; calling it says so.
    static func check(
        _ integration: JSONValue, of method: JSONValue, admitsUnsupported: Bool
    ) throws(AWSServiceError) {
        let type = integration["type"]?.stringValue ?? ""
        guard ["HTTP", "AWS", "MOCK", "HTTP_PROXY", "AWS_PROXY"].contains(type) else {
            throw GatewayFault.badRequest(
                "Enumeration value for integration type must be one of HTTP, AWS, MOCK, HTTP_PROXY, AWS_PROXY")
        }
        if !admitsUnsupported, let unsupported = unsupported(integration) {
            throw GatewayFault.notEmulated(unsupported)
        }
        if !admitsUnsupported, type.hasPrefix("AWS"), integration["httpMethod"]?.stringValue == nil {
            throw GatewayFault.badRequest(
                "Enumeration value for HttpMethod must be non-empty")
        }
        if let timeout = integration["timeoutInMillis"]?.intValue, !(50...29_000).contains(timeout) {
            throw GatewayFault.badRequest("Timeout should be between 50 ms and 29000 ms")
        }
        for name in (integration["cacheKeyParameters"]?.arrayValue ?? []).map({ $0.stringValue ?? "" }) {
            guard RequestParameter(name) != nil, method["requestParameters"]?[name] != nil else {
                throw GatewayFault.badRequest("Invalid cache key parameter specified: \(name)")
            }
        }
        for (_, response) in integration["integrationResponses"]?.objectValue ?? [:] {
            try checkResponse(response, admitsUnsupported: admitsUnsupported)
        }
        if !admitsUnsupported {
            for (_, text) in integration["requestTemplates"]?.objectValue ?? [:] { try checkTemplate(text) }
        }
        for (_, value) in integration["requestParameters"]?.objectValue ?? [:] { try checkMapping(value) }
    }

    static func checkResponse(_ response: JSONValue, admitsUnsupported: Bool = false) throws(AWSServiceError) {
        if !admitsUnsupported {
            for (_, text) in response["responseTemplates"]?.objectValue ?? [:] { try checkTemplate(text) }
        }
        for (name, value) in response["responseParameters"]?.objectValue ?? [:] {
            guard name.hasPrefix("method.response.header."), name != "method.response.header." else {
                throw GatewayFault.badRequest("Invalid mapping expression parameter specified: \(name)")
            }
            try checkMapping(value)
        }
    }

    /// What of an integration the emulator has not, in words; nil when it has all.
    static func unsupported(_ integration: JSONValue) -> String? {
        let type = integration["type"]?.stringValue ?? ""
        switch type {
        case "HTTP", "HTTP_PROXY": return "The integration type \(type)"
        case "AWS", "AWS_PROXY":
            let uri = integration["uri"]?.stringValue ?? ""
            return FunctionURI(uri) == nil ? "An integration with \(uri.isEmpty ? "no URI" : uri)" : nil
        default: return nil
        }
    }

    private static func checkTemplate(_ text: JSONValue) throws(AWSServiceError) {
        guard let text = text.stringValue else { return }
        do throws(TemplateProblem) { _ = try MappingTemplate(text) } catch {
            throw GatewayFault.badRequest("Invalid mapping template specified: \(error.message)")
        }
    }

    private static func checkMapping(_ value: JSONValue) throws(AWSServiceError) {
        guard let text = value.stringValue, ValueMapping(text) != nil else {
            throw GatewayFault.badRequest("Invalid mapping expression specified: \(value.text)")
        }
    }
}

/// The URI of an integration with a function:
/// `arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<function's ARN>/invocations`.
struct FunctionURI: Sendable, Equatable {
    /// The function's ARN, name and qualifier as they stand, stage variables unfilled.
    var function: String

    init?(_ uri: String) {
        guard uri.hasPrefix("arn:"), uri.contains(":lambda:path/"), let start = uri.firstRange(of: "/functions/"),
            let end = uri.firstRange(of: "/invocations"), start.upperBound < end.lowerBound
        else { return nil }
        function = String(uri[start.upperBound..<end.lowerBound])
    }

    /// The function with the stage's variables filled in; one that is not set is empty.
    func function(_ variables: [String: String]) -> String {
        var filled = ""
        var rest = function[...]
        while let start = rest.firstRange(of: "${stageVariables.") {
            filled += rest[..<start.lowerBound]
            let name = rest[start.upperBound...].prefix { $0 != "}" }
            filled += variables[String(name)] ?? ""
            rest = rest[name.endIndex...].dropFirst()
        }
        return filled + rest
    }
}
