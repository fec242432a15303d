import EmulatorCore
import ExactJSON

/// All that is known about a method before a request comes.
struct MethodPlan: Sendable {
    var resourceID: String
    var resourcePath: String
    var httpMethod: String
    var settings: MethodSettings
    var isCached: Bool
    /// The start of each of its cache keys: namespace and method.
    var keyStart: CacheKey
    var keyParameters: [RequestParameter]
    /// The caller has to sign (AWS_IAM).
    var needsSignature: Bool
    /// The caller has to send an API key. None can be made here, so none is ever right.
    var needsAPIKey: Bool
    var validation: RequestValidation
    var integration: IntegrationPlan
    /// Nil where the stage sets no limits for the method.
    var throttle: ThrottleGate?
    /// `arn:aws:execute-api:...`, by which a function's permission names the method.
    var arn: String
    /// Nil for a method that is only being tested.
    var metrics: GatewayMetrics?
}

/// What a method calls.
enum IntegrationPlan: Sendable {
    /// A Lambda proxy integration.
    case proxy(function: String, limit: Duration)
    /// A function behind templates.
    case function(String, MappedIntegration, limit: Duration)
    case mock(MappedIntegration)
    /// The method has no integration that could be called; the text says why.
    case none(String)

    init(method: JSONValue, variables: [String: String], switches: EmulatorSwitches) {
        let authorization = method["authorizationType"]?.stringValue ?? "NONE"
        guard authorization == "NONE" || authorization == "AWS_IAM" else {
            self = .none("The authorization type \(authorization) is not emulated")
            return
        }
        guard let document = method["methodIntegration"] else {
            self = .none("No integration defined for method")
            return
        }
        if let unsupported = IntegrationRules.unsupported(document) {
            self = .none("\(unsupported) is not emulated")
            return
        }
        do throws(TemplateProblem) {
            self = try Self.plan(document, variables, switches)
        } catch {
            self = .none("A mapping template is not emulated: \(error.message)")
        }
    }

    private static func plan(
        _ document: JSONValue, _ variables: [String: String], _ switches: EmulatorSwitches
    ) throws(TemplateProblem) -> IntegrationPlan {
        // An integration may wait shorter than the gateway does, never longer.
        let own = document["timeoutInMillis"]?.intValue.map { Duration.milliseconds($0) } ?? switches.integrationTimeout
        let limit = min(own, switches.integrationTimeout)
        let function = FunctionURI(document["uri"]?.stringValue ?? "")?.function(variables) ?? ""
        switch document["type"]?.stringValue {
        case "AWS_PROXY": return .proxy(function: function, limit: limit)
        case "AWS": return .function(function, try MappedIntegration(document), limit: limit)
        case "MOCK": return .mock(try MappedIntegration(document))
        case let type: return .none("The integration type \(type ?? "(none)") is not emulated")
        }
    }
}
