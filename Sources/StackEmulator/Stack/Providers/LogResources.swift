import EmulatedMonitoring
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// Log groups with their streams and metric filters.
struct LogResources: ResourceProvider {
    var logs: LogsService

    let types = [
        "AWS::Logs::LogGroup": ResourceType(
            properties: ["KmsKeyId", "LogGroupClass", "LogGroupName", "RetentionInDays", "Tags"],
            replacing: ["LogGroupName"]),
        "AWS::Logs::LogStream": ResourceType(
            properties: ["LogGroupName", "LogStreamName"], replacing: ["LogGroupName", "LogStreamName"]),
        "AWS::Logs::MetricFilter": ResourceType(
            properties: ["FilterName", "FilterPattern", "LogGroupName", "MetricTransformations"],
            replacing: ["FilterName", "LogGroupName"]),
        // Grants to other services to write logs, which nobody here needs.
        "AWS::Logs::ResourcePolicy": ResourceType(
            properties: ["PolicyDocument", "PolicyName"], replacing: ["PolicyName"]),
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::Logs::LogGroup":
            let name = properties["LogGroupName"]?.stringValue ?? names.generated
            _ = try await logs.call("CreateLogGroup", ["logGroupName": .string(name)])
            try await apply(properties, to: name, names)
            return ResourceIdentity(ref: name, attributes: ["Arn": arn(name, names) + ":*"])
        case "AWS::Logs::LogStream":
            let name = properties["LogStreamName"]?.stringValue ?? names.generated
            _ = try await logs.call(
                "CreateLogStream",
                ["logGroupName": properties["LogGroupName"] ?? .null, "logStreamName": .string(name)])
            return ResourceIdentity(ref: name)
        case "AWS::Logs::MetricFilter":
            let name = properties["FilterName"]?.stringValue ?? names.generated
            try await put(filter: name, properties)
            return ResourceIdentity(ref: name)
        default: return ResourceIdentity(ref: properties["PolicyName"]?.stringValue ?? names.generated)
        }
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        switch resource.type {
        case "AWS::Logs::LogGroup": try await apply(resource.properties, to: old.ref, names)
        case "AWS::Logs::MetricFilter": try await put(filter: old.ref, resource.properties)
        default: break
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        let group = resource.properties["LogGroupName"] ?? .null
        do throws(AWSServiceError) {
            switch resource.type {
            case "AWS::Logs::LogGroup":
                _ = try await logs.call("DeleteLogGroup", ["logGroupName": .string(resource.ref)])
            case "AWS::Logs::LogStream":
                _ = try await logs.call(
                    "DeleteLogStream", ["logGroupName": group, "logStreamName": .string(resource.ref)])
            case "AWS::Logs::MetricFilter":
                _ = try await logs.call(
                    "DeleteMetricFilter", ["logGroupName": group, "filterName": .string(resource.ref)])
            default: break
            }
        } catch {
            if error.code != "ResourceNotFoundException" { throw error }
        }
    }

    private func arn(_ group: String, _ names: ResourceNames) -> String {
        names.account.arn("logs", "log-group:\(group)")
    }

    private func apply(_ properties: JSONValue, to group: String, _ names: ResourceNames) async throws(AWSServiceError)
    {
        let name: JSONValue = .string(group)
        if let days = properties.integer("RetentionInDays") {
            _ = try await logs.call("PutRetentionPolicy", ["logGroupName": name, "retentionInDays": .integer(days)])
        } else {
            _ = try await logs.call("DeleteRetentionPolicy", ["logGroupName": name])
        }
        if let key = properties["KmsKeyId"]?.stringValue {
            _ = try await logs.call("AssociateKmsKey", ["logGroupName": name, "kmsKeyId": .string(key)])
        } else {
            _ = try await logs.call("DisassociateKmsKey", ["logGroupName": name])
        }
        let resourceARN: JSONValue = .string(arn(group, names))
        let wanted = names.tags(and: properties["Tags"])
        let present = try await logs.call("ListTagsForResource", ["resourceArn": resourceARN])["tags"]?.objectValue
        let outdated = (present ?? [:]).keys.filter { wanted[$0] == nil }.sorted()
        _ = try await logs.call(
            "UntagResource", ["resourceArn": resourceARN, "tagKeys": .array(outdated.map(JSONValue.string))])
        _ = try await logs.call(
            "TagResource", ["resourceArn": resourceARN, "tags": .object(wanted.mapValues(JSONValue.string))])
    }

    /// Puts a filter: the template's names begin with capitals, its dimensions are a list, its numbers may be text.
    private func put(filter name: String, _ properties: JSONValue) async throws(AWSServiceError) {
        var transformations: [JSONValue] = []
        for given in properties["MetricTransformations"]?.arrayValue ?? [] {
            var members: [String: JSONValue] = [:]
            for (own, member) in [
                ("MetricName", "metricName"), ("MetricNamespace", "metricNamespace"), ("Unit", "unit"),
            ] {
                members[member] = given[own]
            }
            members["metricValue"] = given["MetricValue"].map { .string($0.stringValue ?? $0.numberLiteral ?? "") }
            if let text = given["DefaultValue"]?.stringValue ?? given["DefaultValue"]?.numberLiteral {
                guard let number = Double(text) else {
                    throw AWSServiceError("InvalidParameterException", "DefaultValue '\(text)' is not a number.")
                }
                members["defaultValue"] = .double(number)
            }
            var dimensions: [String: JSONValue] = [:]
            for dimension in given["Dimensions"]?.arrayValue ?? [] {
                dimensions[dimension["Key"]?.stringValue ?? ""] = dimension["Value"]
            }
            if !dimensions.isEmpty { members["dimensions"] = .object(dimensions) }
            transformations.append(.object(members))
        }
        _ = try await logs.call(
            "PutMetricFilter",
            [
                "logGroupName": properties["LogGroupName"] ?? .null, "filterName": .string(name),
                "filterPattern": properties["FilterPattern"] ?? "",
                "metricTransformations": .array(transformations),
            ])
    }
}
