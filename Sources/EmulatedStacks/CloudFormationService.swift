package import EmulatorCore
package import ExactJSON
import StackTemplate
import Timekeeping

/// CloudFormation's reading calls.
package final class CloudFormationService: EmulatedService {
    package static let namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/"

    private let store: StackStore

    package init(store: StackStore) { self.store = store }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "DescribeStacks":
            guard input["StackName"]?.stringValue != nil else {
                return ["Stacks": .array(store.all.map(Self.description))]
            }
            return ["Stacks": [Self.description(try stack(input))]]
        case "ListStacks":
            return ["StackSummaries": .array(store.all.map(Self.summary))]
        case "ListStackResources":
            let stack = try stack(input)
            return ["StackResourceSummaries": .array(stack.resources.map { Self.resource($0, of: stack) })]
        case "DescribeStackResources":
            let stack = try stack(input)
            let wanted = input["LogicalResourceId"]?.stringValue
            let resources = stack.resources.filter { wanted == nil || $0.logicalID == wanted }
            return ["StackResources": .array(resources.map { Self.resource($0, of: stack) })]
        case "DescribeStackResource":
            let stack = try stack(input)
            let wanted = input["LogicalResourceId"]?.stringValue ?? ""
            guard let resource = stack.resource(wanted) else {
                throw Self.invalid("Resource \(wanted) does not exist for stack \(stack.name)")
            }
            return ["StackResourceDetail": Self.resource(resource, of: stack)]
        case "GetTemplate":
            return [
                "TemplateBody": .string(try stack(input).source.templateText),
                "StagesAvailable": ["Original", "Processed"],
            ]
        default: throw .unknownOperation(operation)
        }
    }

    private func stack(_ input: JSONValue) throws(AWSServiceError) -> StackRecord {
        let name = input["StackName"]?.stringValue ?? ""
        guard let stack = store.find(name) else {
            throw Self.invalid("Stack with id \(name) does not exist")
        }
        return stack
    }

    private static func invalid(_ message: String) -> AWSServiceError { AWSServiceError("ValidationError", message) }

    private static func summary(_ stack: StackRecord) -> JSONValue {
        [
            "StackName": .string(stack.name), "StackId": .string(stack.id),
            "StackStatus": .string(stack.status.rawValue),
            "CreationTime": .string(stack.createdAt.iso8601),
        ]
    }

    private static func description(_ stack: StackRecord) -> JSONValue {
        let parameters = stack.parameters.sorted { $0.key < $1.key }.map { key, value -> JSONValue in
            ["ParameterKey": .string(key), "ParameterValue": .string(value)]
        }
        let outputs = stack.outputs.map { output -> JSONValue in
            [
                "OutputKey": .string(output.key), "OutputValue": .string(output.value),
                "Description": output.description.map(JSONValue.string) ?? .null,
            ]
        }
        var members = summary(stack).objectValue ?? [:]
        members["Parameters"] = .array(parameters)
        members["Outputs"] = .array(outputs)
        members["DisableRollback"] = false
        members["Capabilities"] = ["CAPABILITY_NAMED_IAM"]
        members["Tags"] = []
        return .object(members)
    }

    private static func resource(_ resource: StackResource, of stack: StackRecord) -> JSONValue {
        [
            "LogicalResourceId": .string(resource.logicalID), "PhysicalResourceId": .string(resource.resolved.ref),
            "ResourceType": .string(resource.resolved.type), "ResourceStatus": .string(resource.status.rawValue),
            "StackName": .string(stack.name), "StackId": .string(stack.id),
            "LastUpdatedTimestamp": .string(stack.createdAt.iso8601), "Timestamp": .string(stack.createdAt.iso8601),
        ]
    }
}
