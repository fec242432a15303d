package import EmulatorCore
package import ExactJSON
package import StackTemplate
package import Timekeeping
import Synchronization

/// A stack that has been created from a template.
package struct EmulatedStack: Sendable {
    package var name: String
    /// Its ARN.
    package var id: String
    package var templateText: String
    package var createdAt: Timestamp
    package var resolved: ResolvedStack

    package init(name: String, id: String, templateText: String, createdAt: Timestamp, resolved: ResolvedStack) {
        self.name = name
        self.id = id
        self.templateText = templateText
        self.createdAt = createdAt
        self.resolved = resolved
    }
}

/// CloudFormation's reading calls.
package final class CloudFormationService: EmulatedService {
    package static let namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/"

    private let stacks = Mutex<[EmulatedStack]>([])

    package init() {}

    /// Makes a stack known; one of the same name takes the other's place.
    package func register(_ stack: EmulatedStack) {
        stacks.withLock { stacks in
            stacks.removeAll { $0.name == stack.name }
            stacks.append(stack)
        }
    }

    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        switch operation {
        case "DescribeStacks":
            guard input["StackName"]?.stringValue != nil else {
                return ["Stacks": .array(stacks.withLock { $0 }.map(Self.description))]
            }
            return ["Stacks": [Self.description(try stack(input))]]
        case "ListStacks":
            return ["StackSummaries": .array(stacks.withLock { $0 }.map(Self.summary))]
        case "ListStackResources":
            let stack = try stack(input)
            return ["StackResourceSummaries": .array(stack.resolved.resources.map { Self.resource($0, of: stack) })]
        case "DescribeStackResources":
            let stack = try stack(input)
            let wanted = input["LogicalResourceId"]?.stringValue
            let resources = stack.resolved.resources.filter { wanted == nil || $0.logicalID == wanted }
            return ["StackResources": .array(resources.map { Self.resource($0, of: stack) })]
        case "DescribeStackResource":
            let stack = try stack(input)
            let wanted = input["LogicalResourceId"]?.stringValue ?? ""
            guard let resource = stack.resolved.resource(wanted) else {
                throw Self.invalid("Resource \(wanted) does not exist for stack \(stack.name)")
            }
            return ["StackResourceDetail": Self.resource(resource, of: stack)]
        case "GetTemplate":
            return [
                "TemplateBody": .string(try stack(input).templateText), "StagesAvailable": ["Original", "Processed"],
            ]
        default: throw .unknownOperation(operation)
        }
    }

    private func stack(_ input: JSONValue) throws(AWSServiceError) -> EmulatedStack {
        let name = input["StackName"]?.stringValue ?? ""
        guard let stack = stacks.withLock({ $0.first { $0.name == name || $0.id == name } }) else {
            throw Self.invalid("Stack with id \(name) does not exist")
        }
        return stack
    }

    private static func invalid(_ message: String) -> AWSServiceError { AWSServiceError("ValidationError", message) }

    private static func summary(_ stack: EmulatedStack) -> JSONValue {
        [
            "StackName": .string(stack.name), "StackId": .string(stack.id), "StackStatus": "CREATE_COMPLETE",
            "CreationTime": .string(stack.createdAt.iso8601),
        ]
    }

    private static func description(_ stack: EmulatedStack) -> JSONValue {
        let parameters = stack.resolved.parameters.sorted { $0.key < $1.key }.map { key, value -> JSONValue in
            ["ParameterKey": .string(key), "ParameterValue": .string(value)]
        }
        let outputs = stack.resolved.outputs.map { output -> JSONValue in
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

    private static func resource(_ resource: ResolvedResource, of stack: EmulatedStack) -> JSONValue {
        [
            "LogicalResourceId": .string(resource.logicalID), "PhysicalResourceId": .string(resource.ref),
            "ResourceType": .string(resource.type), "ResourceStatus": "CREATE_COMPLETE",
            "StackName": .string(stack.name), "StackId": .string(stack.id),
            "LastUpdatedTimestamp": .string(stack.createdAt.iso8601), "Timestamp": .string(stack.createdAt.iso8601),
        ]
    }
}
