import EmulatorCore
import ExactJSON

extension LambdaRESTService {
    func eventSourceMapping(_ call: LambdaCall) async throws(AWSServiceError) -> ServerResponse {
        switch (call.method, call.path.count) {
        case ("GET", 1): return RESTAnswer.json(try list(call))
        case ("POST", 1):
            let input = try call.input()
            let tags = (input["Tags"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
            let mapping = try await mappings.create(id: Identifiers.uuid(), input: input, tags: tags)
            return RESTAnswer.json(description(of: mapping, state: "Creating"), status: 202)
        case ("GET", 2): return RESTAnswer.json(description(of: try mappings.mapping(call.path[1])))
        case ("PUT", 2):
            let before = try mappings.mapping(call.path[1]).settings.isEnabled
            let mapping = try await mappings.update(call.path[1], input: try call.input())
            let after = mapping.settings.isEnabled
            let state = before == after ? "Updating" : after ? "Enabling" : "Disabling"
            return RESTAnswer.json(description(of: mapping, state: state), status: 202)
        case ("DELETE", 2):
            let mapping = try mappings.mapping(call.path[1])
            mappings.remove(mapping.id)
            return RESTAnswer.json(description(of: mapping, state: "Deleting"), status: 202)
        default: throw Self.unknown(call.request)
        }
    }

    func mappingTags(_ call: LambdaCall, _ id: String) throws(AWSServiceError) -> ServerResponse {
        let mapping = try mappings.mapping(id)
        switch call.method {
        case "GET": return RESTAnswer.json(["Tags": .object(mapping.tags.mapValues(JSONValue.string))])
        case "POST":
            let added = (try call.input()["Tags"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
            mappings.setTags(of: mapping) { $0.merge(added) { _, new in new } }
        case "DELETE":
            let keys = call.parameters("tagKeys")
            mappings.setTags(of: mapping) { tags in for key in keys { tags[key] = nil } }
        default: throw Self.unknown(call.request)
        }
        return Self.noContent()
    }

    private func list(_ call: LambdaCall) throws(AWSServiceError) -> JSONValue {
        let source = call.parameter("EventSourceArn")
        var arn: String?
        if let text = call.parameter("FunctionName") {
            let function = try FunctionIdentifier(text, account: functions.surroundings.account)
            arn = try functions.record(function).qualifiedARN(function.qualifier)
        }
        let chosen = mappings.all.filter {
            (arn == nil || $0.settings.functionARN == arn) && (source == nil || $0.streamARN == source)
        }
        return try call.page(chosen.map { description(of: $0) }, as: "EventSourceMappings", most: 100)
    }

    /// - Parameter state: of a change that was just asked for; nil for what the settings say.
    private func description(of mapping: EventSourceMapping, state: String? = nil) -> JSONValue {
        let settings = mapping.settings
        let own: [String: JSONValue] = [
            "UUID": .string(settings.id), "FunctionArn": .string(settings.functionARN),
            "State": .string(state ?? (settings.isEnabled ? "Enabled" : "Disabled")),
            "StateTransitionReason": "User action", "LastProcessingResult": .string(mapping.lastResult),
            "LastModified": .double(mapping.lastModified.secondsSinceEpoch),
            "EventSourceMappingArn": .string(
                functions.surroundings.account.arn("lambda", "event-source-mapping:\(settings.id)")),
        ]
        return .object(settings.members.merging(own) { _, own in own })
    }
}
