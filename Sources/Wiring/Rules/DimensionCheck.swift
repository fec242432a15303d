import AWSClients

/// Whether a metric's dimensions name something of the stack.
struct DimensionCheck {
    struct Problem {
        var words: String
        var remedy: String
        var severity: WiringSeverity?
    }

    var subject: WiringSubject
    var watched: WatchedMetric

    /// Dimensions whose value names nothing of the stack, though the stack has such things.
    var problems: [Problem] {
        watched.identity.dimensions.sorted { $0.key < $1.key }.compactMap { name, value in
            guard let candidates = candidates(for: name), !candidates.isEmpty, !candidates.contains(value) else {
                return detailed(name)
            }
            let what = Self.nouns[name] ?? ("resource", "resources")
            let list = candidates.joined(separator: ", ")
            let words =
                candidates.count == 1
                ? "\(name) is \(value), this stack's \(what.one) is named \(list)"
                : "\(name) is \(value), this stack's \(what.many) are named \(list)"
            return Problem(
                words: words + NearestName.hint(value, among: candidates),
                remedy: "make \(name) the name of one of this stack's \(what.many)")
        }
    }

    /// The dimension that names something of a kind that the stack does not have at all.
    var outside: (String, String)? {
        watched.identity.dimensions.sorted { $0.key < $1.key }.first { name, _ in candidates(for: name)?.isEmpty == true
        }
        .map { ($0.key, $0.value) }
    }

    private typealias Noun = (one: String, many: String)
    private static let nouns: [String: Noun] = [
        "ApiName": ("API", "APIs"), "Stage": ("stage", "stages"), "FunctionName": ("function", "functions"),
        "QueueName": ("queue", "queues"), "TopicName": ("topic", "topics"), "TableName": ("table", "tables"),
        "LogGroupName": ("log group", "log groups"), "Resource": ("resource", "resources"),
        "Method": ("method", "methods"),
    ]

    /// The values that a dimension can have in this stack; nil for a dimension that is not judged.
    private func candidates(for name: String) -> [String]? {
        let dimensions = watched.identity.dimensions
        switch (watched.identity.namespace, name) {
        case (_, "ApiName"): return subject.apis.map(\.name)
        case (_, "Stage"):
            let api = subject.apis.first { $0.name == dimensions["ApiName"] }
            return api.map { api in subject.stages.filter { $0.api == api.id }.map(\.name) }
        case ("AWS/ApiGateway", "Resource"): return unique(methods.map(\.path))
        case ("AWS/ApiGateway", "Method"):
            return unique(methods.filter { $0.path == dimensions["Resource"] }.map(\.verb))
        case (_, "FunctionName"): return subject.functions.map(\.name)
        case ("AWS/Lambda", "Resource"):
            guard let function = dimensions["FunctionName"] else { return nil }
            return [function] + aliases(of: function).map { "\(function):\($0)" }
        case (_, "QueueName"): return subject.queues.map(\.name)
        case (_, "TopicName"): return subject.topics.map(\.name)
        case (_, "TableName"): return subject.tables.map(\.name)
        case (_, "LogGroupName"): return subject.logGroups.map(\.name) + subject.functions.map(\.logGroup)
        default: return nil
        }
    }

    private var methods: [GatewayMethod] {
        let api = subject.apis.first { $0.name == watched.identity.dimensions["ApiName"] }
        return subject.methods.filter { $0.api == api?.id }
    }

    /// Aliases and versions of a function that the stack makes.
    private func aliases(of name: String) -> [String] {
        subject.resources.filter { $0.type == "AWS::Lambda::Alias" || $0.type == "AWS::Lambda::Version" }
            .filter { $0.ref.contains(":function:\(name):") }
            .compactMap { $0.ref.split(separator: ":").last.map(String.init) }
    }

    /// Metrics of single methods exist only where the stage has them published.
    private func detailed(_ name: String) -> Problem? {
        guard watched.identity.namespace == "AWS/ApiGateway", name == "Method" else { return nil }
        let dimensions = watched.identity.dimensions
        guard
            let method = methods.first(where: { $0.verb == dimensions["Method"] && $0.path == dimensions["Resource"] }),
            let stage = subject.stages(of: method).first(where: { $0.name == dimensions["Stage"] }),
            stage.setting(for: method)?.metricsEnabled != true
        else { return nil }
        return Problem(
            words: "the stage publishes no detailed metrics for \(method.text)",
            remedy: "set MetricsEnabled in the stage's MethodSettings, or watch {ApiName, Stage}")
    }

    private func unique(_ texts: [String]) -> [String] { Array(Set(texts)).sorted() }
}
