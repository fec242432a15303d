package import AWSClients

/// A stack as CloudFormation describes it.
package struct StackDescription: Sendable, Equatable {
    package var name: String
    package var id: String
    package var status: String
    package var parameters: [String: String]
    package var outputs: [String: String]
    package var tags: [String: String] = [:]
    /// Protected against deletion.
    package var isProtected = false
}

/// One resource of a stack.
package struct StackResource: Sendable, Equatable {
    package var logicalID: String
    package var physicalID: String
    package var type: String

    package init(logicalID: String, physicalID: String, type: String) {
        self.logicalID = logicalID
        self.physicalID = physicalID
        self.type = type
    }
}

/// The CloudFormation calls that a drill needs.
package struct CloudFormationClient: Sendable {
    private let client: QueryServiceClient

    package init(connection: AWSConnection) {
        client = QueryServiceClient(service: .cloudFormation, connection: connection)
    }

    // The member names are the service's.
    private struct DescribeStacksResponse: Decodable {
        struct Result: Decodable { var Stacks: Members<Stack>? }
        struct Stack: Decodable {
            struct Parameter: Decodable {
                var ParameterKey: String
                var ParameterValue: String?
            }
            struct Output: Decodable {
                var OutputKey: String
                var OutputValue: String?
            }
            var StackName: String
            var StackId: String?
            struct Tag: Decodable {
                var Key: String
                var Value: String?
            }
            var StackStatus: String?
            var EnableTerminationProtection: Bool?
            var Tags: Members<Tag>?
            var Parameters: Members<Parameter>?
            var Outputs: Members<Output>?
        }
        var DescribeStacksResult: Result
    }

    private struct Members<Element: Decodable>: Decodable {
        var member: [Element]?
    }

    private struct ListStackResourcesResponse: Decodable {
        struct Result: Decodable {
            var StackResourceSummaries: Members<Summary>?
            var NextToken: String?
        }
        struct Summary: Decodable {
            var LogicalResourceId: String
            var PhysicalResourceId: String?
            var ResourceType: String
        }
        var ListStackResourcesResult: Result
    }

    /// - Throws: `AWSCallError` with code `ValidationError` when there is no such stack.
    package func stack(named name: String) async throws(AWSCallError) -> StackDescription {
        let answer = try await client.call(
            "DescribeStacks", [("StackName", name)], as: DescribeStacksResponse.self)
        guard let stack = answer.DescribeStacksResult.Stacks?.member?.first else {
            throw AWSCallError(
                code: "ValidationError", message: "Stack with id \(name) does not exist", status: 400,
                action: "cloudformation:DescribeStacks")
        }
        let parameters = (stack.Parameters?.member ?? []).map { ($0.ParameterKey, $0.ParameterValue ?? "") }
        let outputs = (stack.Outputs?.member ?? []).map { ($0.OutputKey, $0.OutputValue ?? "") }
        return StackDescription(
            name: stack.StackName, id: stack.StackId ?? "", status: stack.StackStatus ?? "",
            parameters: Dictionary(parameters) { first, _ in first },
            outputs: Dictionary(outputs) { first, _ in first },
            tags: Dictionary((stack.Tags?.member ?? []).map { ($0.Key, $0.Value ?? "") }) { first, _ in first },
            isProtected: stack.EnableTerminationProtection ?? false)
    }

    package func resources(ofStack name: String) async throws(AWSCallError) -> [StackResource] {
        var resources: [StackResource] = []
        var token: String?
        repeat {
            var parameters = [("StackName", name)]
            if let token { parameters.append(("NextToken", token)) }
            let answer = try await client.call(
                "ListStackResources", parameters, as: ListStackResourcesResponse.self
            ).ListStackResourcesResult
            resources += (answer.StackResourceSummaries?.member ?? []).map {
                StackResource(
                    logicalID: $0.LogicalResourceId, physicalID: $0.PhysicalResourceId ?? "", type: $0.ResourceType)
            }
            token = answer.NextToken
        } while token?.isEmpty == false
        return resources
    }
}
