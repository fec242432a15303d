import EmulatedMonitoring
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// CloudWatch's alarms and dashboards.
///
/// The properties have the names of the calls' members, so they are handed on as they are; numbers and flags may be text.
struct MonitoringResources: ResourceProvider {
    var metrics: CloudWatchService

    private static let common: Set<String> = [
        "ActionsEnabled", "AlarmActions", "AlarmDescription", "AlarmName", "InsufficientDataActions", "OKActions",
        "Tags",
    ]
    /// Properties of alarms that this emulator's CloudWatch has not, with the reason.
    private static let anomalies = ["ThresholdMetricId", "EvaluationCriteria", "EvaluationInterval"]

    let types = [
        "AWS::CloudWatch::Alarm": ResourceType(
            properties: common.union([
                "ComparisonOperator", "DatapointsToAlarm", "Dimensions",
                "EvaluationPeriods", "ExtendedStatistic", "MetricName", "Metrics", "Namespace", "Period", "Statistic",
                "Threshold", "TreatMissingData", "Unit",
            ]).union(anomalies), replacing: ["AlarmName"]
        ) { properties in
            isEmulated(properties)
                ? PublishedMetrics.missing(in: properties)
                : ["alarms on anomaly detection models or PromQL are not emulated; this one is left out"]
        },
        "AWS::CloudWatch::CompositeAlarm": ResourceType(
            properties: common.union([
                "ActionsSuppressor", "ActionsSuppressorExtensionPeriod", "ActionsSuppressorWaitPeriod", "AlarmRule",
            ]), replacing: ["AlarmName"]),
        "AWS::CloudWatch::Dashboard": ResourceType(
            properties: ["DashboardBody", "DashboardName"], replacing: ["DashboardName"]),
    ]

    private static func isEmulated(_ properties: JSONValue) -> Bool {
        !anomalies.contains { properties[$0].map { !$0.isNull } ?? false }
    }

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let given = resource.properties["AlarmName"] ?? resource.properties["DashboardName"]
        let name = given?.stringValue ?? names.generated
        // What a data directory kept stays as it is, with its state, while the template says the same.
        if let kept = names.kept(as: resource), kept.ref == name, try await isThere(kept) {
            return ResourceIdentity(ref: kept.ref, attributes: kept.attributes)
        }
        return try await put(resource, name: name, names)
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        try await put(resource, name: old.ref, names)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        do throws(AWSServiceError) {
            if resource.type == "AWS::CloudWatch::Dashboard" {
                _ = try await metrics.call("DeleteDashboards", ["DashboardNames": [.string(resource.ref)]])
            } else {
                _ = try await metrics.call("DeleteAlarms", ["AlarmNames": [.string(resource.ref)]])
            }
        } catch {
            let gone = ["ResourceNotFound", "DashboardNotFoundError"]
            if !gone.contains(error.code) { throw error }
        }
    }

    private func isThere(_ kept: ResolvedResource) async throws(AWSServiceError) -> Bool {
        if kept.type == "AWS::CloudWatch::Dashboard" {
            return (try? await metrics.call("GetDashboard", ["DashboardName": .string(kept.ref)])) != nil
        }
        let found = try await metrics.call(
            "DescribeAlarms", ["AlarmNames": [.string(kept.ref)], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]])
        return ["MetricAlarms", "CompositeAlarms"].contains { found[$0]?.arrayValue?.isEmpty == false }
    }

    /// Makes or changes what has the name.
    private func put(
        _ resource: ResourceDeclaration, name: String, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        var input = try CloudWatchService.memberTypes.typed(resource.properties).objectValue ?? [:]
        if resource.type == "AWS::CloudWatch::Dashboard" {
            input["DashboardName"] = .string(name)
            // The body is text, and a template may also write it out.
            if let body = resource.properties["DashboardBody"], body.objectValue != nil {
                input["DashboardBody"] = .string(body.text)
            }
            _ = try await metrics.call("PutDashboard", .object(input))
            return ResourceIdentity(ref: name)
        }
        let arn = names.account.arn("cloudwatch", "alarm:\(name)")
        guard Self.isEmulated(resource.properties) else { return ResourceIdentity(ref: name, attributes: ["Arn": arn]) }
        input["AlarmName"] = .string(name)
        input["Tags"] = nil
        let operation = resource.type == "AWS::CloudWatch::Alarm" ? "PutMetricAlarm" : "PutCompositeAlarm"
        _ = try await metrics.call(operation, .object(input))
        try await setTags(resource.properties["Tags"], of: arn, names)
        return ResourceIdentity(ref: name, attributes: ["Arn": arn])
    }

    /// Gives an alarm the tags of its resource and its stack, and takes others away.
    private func setTags(_ tags: JSONValue?, of arn: String, _ names: ResourceNames) async throws(AWSServiceError) {
        let wanted = names.tags(and: tags)
        let present = try await metrics.call("ListTagsForResource", ["ResourceARN": .string(arn)])["Tags"]
        let outdated = (present?.arrayValue ?? []).compactMap { $0["Key"]?.stringValue }.filter { wanted[$0] == nil }
        _ = try await metrics.call(
            "UntagResource",
            ["ResourceARN": .string(arn), "TagKeys": .array(outdated.sorted().map(JSONValue.string))])
        let list: [JSONValue] = wanted.sorted { $0.key < $1.key }.map {
            ["Key": .string($0.key), "Value": .string($0.value)]
        }
        _ = try await metrics.call("TagResource", ["ResourceARN": .string(arn), "Tags": .array(list)])
    }
}

extension ResourceNames {
    /// The tags of the stack and those of a resource, which count where both have a key.
    func tags(and own: JSONValue?) -> [String: String] {
        var tags = stackTags
        for tag in own?.arrayValue ?? [] {
            guard let key = tag["Key"]?.stringValue else { continue }
            tags[key] = tag["Value"]?.stringValue ?? tag["Value"]?.numberLiteral ?? ""
        }
        return tags
    }
}
