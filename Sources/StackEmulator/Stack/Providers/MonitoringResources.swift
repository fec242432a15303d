import EmulatedMonitoring
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// CloudWatch alarms and log groups.
struct MonitoringResources: ResourceProvider {
    var logs: LogsService
    var metrics: CloudWatchService

    let types = [
        "AWS::Logs::LogGroup": ResourceType(
            properties: ["LogGroupName", "RetentionInDays", "Tags", "LogGroupClass"], replacing: ["LogGroupName"]),
        "AWS::CloudWatch::Alarm": ResourceType(
            properties: [
                "ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "ComparisonOperator",
                "DatapointsToAlarm", "Dimensions", "EvaluationPeriods", "ExtendedStatistic", "InsufficientDataActions",
                "MetricName", "Namespace", "OKActions", "Period", "Statistic", "Tags", "Threshold", "TreatMissingData",
                "Unit",
            ], replacing: ["AlarmName"]),
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        if resource.type == "AWS::Logs::LogGroup" {
            let name = properties["LogGroupName"]?.stringValue ?? names.generated
            _ = try await logs.call("CreateLogGroup", ["logGroupName": .string(name)])
            try await applyRetention(properties, to: name)
            return ResourceIdentity(ref: name, attributes: ["Arn": names.account.arn("logs", "log-group:\(name):*")])
        }
        let name = properties["AlarmName"]?.stringValue ?? names.generated
        return try await put(alarm: name, properties, names)
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        guard resource.type == "AWS::Logs::LogGroup" else {
            return try await put(alarm: old.ref, resource.properties, names)
        }
        try await applyRetention(resource.properties, to: old.ref)
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        do throws(AWSServiceError) {
            if resource.type == "AWS::Logs::LogGroup" {
                _ = try await logs.call("DeleteLogGroup", ["logGroupName": .string(resource.ref)])
            } else {
                _ = try await metrics.call("DeleteAlarms", ["AlarmNames": [.string(resource.ref)]])
            }
        } catch {
            if error.code != "ResourceNotFoundException", error.code != "ResourceNotFound" { throw error }
        }
    }

    private func applyRetention(_ properties: JSONValue, to group: String) async throws(AWSServiceError) {
        if let days = properties.integer("RetentionInDays") {
            _ = try await logs.call(
                "PutRetentionPolicy", ["logGroupName": .string(group), "retentionInDays": .integer(days)])
        } else {
            _ = try await logs.call("DeleteRetentionPolicy", ["logGroupName": .string(group)])
        }
    }

    /// An alarm's properties as PutMetricAlarm takes them: the names are the same, numbers and flags may be text.
    private func put(
        alarm name: String, _ properties: JSONValue, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        var members = properties.objectValue ?? [:]
        members["AlarmName"] = .string(name)
        members["Tags"] = nil
        for number in ["Period", "EvaluationPeriods", "DatapointsToAlarm"] {
            if let value = properties.integer(number) { members[number] = .integer(value) }
        }
        if let text = properties["Threshold"]?.stringValue, let value = Double(text) {
            members["Threshold"] = .double(value)
        }
        if let flag = properties.flag("ActionsEnabled") { members["ActionsEnabled"] = .bool(flag) }
        _ = try await metrics.call("PutMetricAlarm", .object(members))
        return ResourceIdentity(ref: name, attributes: ["Arn": names.account.arn("cloudwatch", "alarm:\(name)")])
    }
}
