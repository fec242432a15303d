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
    /// `CREATE_COMPLETE`, `DELETE_SKIPPED`, ...
    package var status: String

    package init(logicalID: String, physicalID: String, type: String, status: String = "CREATE_COMPLETE") {
        self.logicalID = logicalID
        self.physicalID = physicalID
        self.type = type
        self.status = status
    }

    /// Whether it is there: a resource that failed or was given up keeps its line in the listing.
    package var exists: Bool {
        !physicalID.isEmpty && !["CREATE_FAILED", "DELETE_COMPLETE", "DELETE_SKIPPED"].contains(status)
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
        struct Result: Decodable { var Stacks: MemberList<Stack>? }
        struct Stack: Decodable {
            struct Parameter: Decodable {
                var ParameterKey: String
                var ParameterValue: String?
            }
            struct Output: Decodable {
                var OutputKey: String
                var OutputValue: String?
            }
            struct Tag: Decodable {
                var Key: String
                var Value: String?
            }
            var StackName: String
            var StackId: String?
            var StackStatus: String?
            var EnableTerminationProtection: Bool?
            var Parameters: MemberList<Parameter>?
            var Outputs: MemberList<Output>?
            var Tags: MemberList<Tag>?
        }
        var DescribeStacksResult: Result
    }

    private struct ListStackResourcesResponse: Decodable {
        struct Result: Decodable {
            var StackResourceSummaries: MemberList<Summary>?
            var NextToken: String?
        }
        struct Summary: Decodable {
            var LogicalResourceId: String
            var PhysicalResourceId: String?
            var ResourceType: String
            var ResourceStatus: String?
        }
        var ListStackResourcesResult: Result
    }

    /// - Throws: `AWSCallError` with code `ValidationError` when there is no such stack.
    package func stack(named name: String) async throws(AWSCallError) -> StackDescription {
        let answer = try await client.call(
            .describeStacks, [("StackName", name)], as: DescribeStacksResponse.self)
        guard let stack = answer.DescribeStacksResult.Stacks.elements().first else {
            throw AWSCallError(
                code: "ValidationError", message: "Stack with id \(name) does not exist", status: 400,
                action: "cloudformation:DescribeStacks")
        }
        let parameters = (stack.Parameters.elements()).map { ($0.ParameterKey, $0.ParameterValue ?? "") }
        let outputs = (stack.Outputs.elements()).map { ($0.OutputKey, $0.OutputValue ?? "") }
        return StackDescription(
            name: stack.StackName, id: stack.StackId ?? "", status: stack.StackStatus ?? "",
            parameters: Dictionary(parameters) { first, _ in first },
            outputs: Dictionary(outputs) { first, _ in first },
            tags: Dictionary(stack.Tags.elements().map { ($0.Key, $0.Value ?? "") }) { first, _ in first },
            isProtected: stack.EnableTerminationProtection ?? false)
    }

    package func resources(ofStack name: String) async throws(AWSCallError) -> [StackResource] {
        try await client.pages(
            .listStackResources, [("StackName", name)], token: "NextToken", as: ListStackResourcesResponse.self
        ) { answer in
            let page = answer.ListStackResourcesResult
            let resources = page.StackResourceSummaries.elements().map {
                StackResource(
                    logicalID: $0.LogicalResourceId, physicalID: $0.PhysicalResourceId ?? "", type: $0.ResourceType,
                    status: $0.ResourceStatus ?? "")
            }
            return (resources, page.NextToken)
        }
    }
}
