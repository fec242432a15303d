package import AWSClients
import AWSQueryClients

/// Finds out through the AWS API what a stack consists of, the same for a deployed stack and an emulated one.
package struct StackDiscovery: Sendable {
    package var connection: AWSConnection
    package var choice: APIChoice

    package init(connection: AWSConnection, choice: APIChoice = APIChoice()) {
        self.connection = connection
        self.choice = choice
    }

    /// - Throws: `DrillError` when a call fails without which nothing can be drilled, or when the stack has no REST API
    ///   with a stage, or several and none is chosen.
    package func discover(stack name: String) async throws(DrillError) -> StackMap {
        let (stack, resources) = try await inventory(ofStack: name)
        let gateway = APIGatewayClient(connection: connection)
        let api = try choice.api(in: resources, ofStack: name).physicalID
        let stages = try await aws { () async throws(AWSCallError) in try await gateway.stageNames(ofAPI: api) }
        let stage = try choice.stage(of: stages, api: api)
        var map = try await aws { () async throws(AWSCallError) in
            try await essentials(of: name, api: api, stage: stage, resources: resources)
        }
        map.stackARN = stack.id
        map.stackTags = stack.tags
        await StackDetails(connection: connection).add(to: &map)
        return map
    }

    /// The stack with its resources, those of nested stacks among them.
    private func inventory(
        ofStack name: String
    ) async throws(DrillError) -> (stack: StackDescription, resources: [StackResource]) {
        let cloudFormation = CloudFormationClient(connection: connection)
        let stack = try await aws { () async throws(AWSCallError) in try await cloudFormation.stack(named: name) }
        if let reason = Self.obstacle(status: stack.status) {
            throw DrillError(code: .configuration, message: "stack \(name) is \(stack.status): \(reason)")
        }
        var resources: [StackResource] = []
        var names = [name]
        var visited: Set<String> = []
        while let next = names.popLast() {
            // CloudFormation itself forbids circles; an answer from elsewhere might have one.
            guard visited.insert(next).inserted else { continue }
            let found = try await aws { () async throws(AWSCallError) in
                try await cloudFormation.resources(ofStack: next).filter(\.exists)
            }
            resources += found
            names += found.filter { $0.type == "AWS::CloudFormation::Stack" }.map(\.physicalID)
        }
        return (stack, resources)
    }

    /// Why a stack in this state cannot be drilled; nil when it can.
    static func obstacle(status: String) -> String? {
        switch status {
        case "CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED", "DELETE_COMPLETE":
            "it was never whole, or is no more; deploy it anew"
        case "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": nil
        case _ where status.hasSuffix("_IN_PROGRESS"):
            "wait until the change is through; what is found now may be gone soon"
        default: nil
        }
    }

    private func essentials(
        of name: String, api: String, stage: String, resources: [StackResource]
    ) async throws(AWSCallError) -> StackMap {
        func physical(_ type: String) -> [String] { resources.filter { $0.type == type }.map(\.physicalID) }
        let gateway = APIGatewayClient(connection: connection)
        let lambda = LambdaClient(connection: connection)
        var functions: [FunctionConfiguration] = []
        var mappings: [EventSourceMapping] = []
        for function in physical("AWS::Lambda::Function") {
            functions.append(try await lambda.configuration(of: function))
            mappings += try await lambda.eventSourceMappings(of: function)
        }
        // Listed by a function's bare name, those of its aliases and versions are left out.
        for id in physical("AWS::Lambda::EventSourceMapping") where !mappings.contains(where: { $0.id == id }) {
            mappings.append(try await lambda.eventSourceMapping(id))
        }
        let alarms = try await CloudWatchClient(connection: connection).alarms(
            named: physical("AWS::CloudWatch::Alarm"))
        let description = try await gateway.api(api)
        var map = StackMap(
            stackName: name, apiID: api, apiName: description.name,
            stage: try await gateway.stage(stage, ofAPI: api), methods: try await gateway.methods(ofAPI: api),
            functions: functions, mappings: mappings, alarms: alarms.sorted { $0.name < $1.name },
            topicARNs: physical("AWS::SNS::Topic"), resources: resources)
        map.hasDefaultEndpoint = description.hasDefaultEndpoint && !description.isPrivate
        return map
    }
}
