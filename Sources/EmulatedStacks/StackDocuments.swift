import ExactJSON
import StackTemplate
import Timekeeping

/// Stacks and what belongs to them as CloudFormation's answers have them.
enum StackDocuments {
    static func summary(_ stack: StackRecord) -> JSONValue {
        .object(common(stack))
    }

    static func description(_ stack: StackRecord, noEcho: Set<String>) -> JSONValue {
        var members = common(stack)
        members["Description"] = text(members["TemplateDescription"]?.stringValue)
        members["TemplateDescription"] = nil
        members["Parameters"] = .array(
            stack.parameters.sorted { $0.key < $1.key }.map { key, value in
                [
                    "ParameterKey": .string(key),
                    "ParameterValue": .string(noEcho.contains(key) ? "****" : value),
                    "ResolvedValue": text(noEcho.contains(key) ? nil : stack.storedValues[key]),
                ]
            })
        members["Outputs"] = .array(
            stack.outputs.map { output in
                [
                    "OutputKey": .string(output.key), "OutputValue": .string(output.value),
                    "Description": text(output.description), "ExportName": text(output.exportName),
                ]
            })
        members["Capabilities"] = .array(stack.source.capabilities.map(JSONValue.string))
        members["NotificationARNs"] = .array(stack.source.notificationARNs.map(JSONValue.string))
        members["Tags"] = tags(stack.source.tags)
        members["RoleARN"] = text(stack.source.roleARN)
        members["DisableRollback"] = .bool(stack.source.onFailure == .doNothing)
        members["RollbackConfiguration"] = [:]
        members["EnableTerminationProtection"] = .bool(stack.terminationProtection)
        return .object(members)
    }

    private static func common(_ stack: StackRecord) -> [String: JSONValue] {
        [
            "StackName": .string(stack.name), "StackId": .string(stack.id),
            "StackStatus": .string(stack.status.rawValue), "StackStatusReason": text(stack.statusReason),
            "CreationTime": .string(stack.createdAt.iso8601), "LastUpdatedTime": text(stack.updatedAt?.iso8601),
            "DeletionTime": text(stack.deletedAt?.iso8601), "DriftInformation": ["StackDriftStatus": "NOT_CHECKED"],
            "TemplateDescription": text(
                (try? StackTemplate(parsing: stack.source.templateText, file: "template"))?.description),
        ]
    }

    static func tags(_ tags: [String: String]) -> JSONValue {
        .array(tags.sorted { $0.key < $1.key }.map { ["Key": .string($0.key), "Value": .string($0.value)] })
    }

    static func summary(_ resource: StackResource) -> JSONValue {
        [
            "LogicalResourceId": .string(resource.logicalID), "PhysicalResourceId": .string(resource.resolved.ref),
            "ResourceType": .string(resource.resolved.type), "ResourceStatus": .string(resource.status.rawValue),
            "ResourceStatusReason": text(resource.statusReason),
            "LastUpdatedTimestamp": .string(resource.changedAt.iso8601),
            "DriftInformation": ["StackResourceDriftStatus": "NOT_CHECKED"],
        ]
    }

    static func resource(_ resource: StackResource, of stack: StackRecord) -> JSONValue {
        var members = summary(resource).objectValue ?? [:]
        members["StackName"] = .string(stack.name)
        members["StackId"] = .string(stack.id)
        members["Timestamp"] = members["LastUpdatedTimestamp"]
        return .object(members)
    }

    static func event(_ event: StackEvent, of stack: StackRecord) -> JSONValue {
        [
            "StackId": .string(stack.id), "StackName": .string(stack.name), "EventId": .string(event.id),
            "LogicalResourceId": .string(event.logicalID), "PhysicalResourceId": .string(event.physicalID),
            "ResourceType": .string(event.type), "Timestamp": .string(event.time.iso8601),
            "ResourceStatus": .string(event.status), "ResourceStatusReason": text(event.reason),
            "ResourceProperties": text(event.properties),
        ]
    }

    static func summary(_ set: ChangeSet, of stack: StackRecord) -> JSONValue {
        [
            "StackName": .string(stack.name), "StackId": .string(stack.id), "ChangeSetName": .string(set.name),
            "ChangeSetId": .string(set.id), "Description": text(set.description),
            "CreationTime": .string(set.createdAt.iso8601), "Status": .string(set.status.rawValue),
            "StatusReason": text(set.statusReason), "ExecutionStatus": .string(set.execution.rawValue),
            "IncludeNestedStacks": false,
        ]
    }

    static func description(_ set: ChangeSet, of stack: StackRecord) -> JSONValue {
        var members = summary(set, of: stack).objectValue ?? [:]
        members["Parameters"] = .array(
            set.source.parameters.sorted { $0.key < $1.key }.map {
                ["ParameterKey": .string($0.key), "ParameterValue": .string($0.value)]
            })
        members["Tags"] = tags(set.source.tags)
        members["Capabilities"] = .array(set.source.capabilities.map(JSONValue.string))
        members["NotificationARNs"] = .array(set.source.notificationARNs.map(JSONValue.string))
        members["RollbackConfiguration"] = [:]
        members["Changes"] = .array(
            set.changes.map { ["Type": "Resource", "ResourceChange": change($0)] })
        return .object(members)
    }

    private static func change(_ change: PlannedChange) -> JSONValue {
        let details = change.properties.map { property -> JSONValue in
            [
                "Target": [
                    "Attribute": "Properties", "Name": .string(property.name),
                    "RequiresRecreation": property.replaces ? "Always" : "Never",
                ],
                "Evaluation": "Static", "ChangeSource": "DirectModification",
            ]
        }
        return [
            "Action": .string(change.action.rawValue), "LogicalResourceId": .string(change.logicalID),
            "PhysicalResourceId": text(change.physicalID), "ResourceType": .string(change.type),
            "Replacement": change.action == .modify ? .string(change.replaces ? "True" : "False") : .null,
            "Scope": change.action == .modify ? ["Properties"] : [], "Details": .array(details),
        ]
    }

    static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
}
