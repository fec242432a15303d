package import AWSClients
import AWSQueryClients

/// Finds out through the AWS API what a stack consists of, the same for a deployed stack and an emulated one.
package struct StackDiscovery: Sendable {
    package var connection: AWSConnection

    package init(connection: AWSConnection) { self.connection = connection }

    /// - Throws: `DrillError` when a call fails or the stack has no REST API with a stage.
    package func discover(stack name: String) async throws(DrillError) -> StackMap {
        let cloudFormation = CloudFormationClient(connection: connection)
        let resources = try await aws { () async throws(AWSCallError) in
            _ = try await cloudFormation.stack(named: name)
            return try await cloudFormation.resources(ofStack: name)
        }
        func physical(_ type: String) -> [String] { resources.filter { $0.type == type }.map(\.physicalID) }

        guard let apiID = physical("AWS::ApiGateway::RestApi").first,
            let stageName = physical("AWS::ApiGateway::Stage").first
        else {
            throw DrillError(
                code: .configuration,
                message: "stack \(name) has no REST API with a stage (AWS::ApiGateway::RestApi, AWS::ApiGateway::Stage)"
            )
        }
        let gateway = APIGatewayClient(connection: connection)
        let lambda = LambdaClient(connection: connection)
        let cloudWatch = CloudWatchClient(connection: connection)
        return try await aws { () async throws(AWSCallError) in
            var functions: [FunctionConfiguration] = []
            var mappings: [EventSourceMapping] = []
            for function in physical("AWS::Lambda::Function") {
                functions.append(try await lambda.configuration(of: function))
                mappings += try await lambda.eventSourceMappings(of: function)
            }
            return StackMap(
                stackName: name, apiID: apiID, apiName: try await gateway.name(ofAPI: apiID),
                // A stage's physical id is its name.
                stage: try await gateway.stage(stageName, ofAPI: apiID),
                methods: try await gateway.methods(ofAPI: apiID),
                functions: functions, mappings: mappings,
                alarms: try await cloudWatch.alarms(named: physical("AWS::CloudWatch::Alarm")).sorted {
                    $0.name < $1.name
                },
                topicARNs: physical("AWS::SNS::Topic"), resources: resources)
        }
    }
}
