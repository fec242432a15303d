import AWSQueryClients

/// Which of a stack's REST APIs and stages a run is aimed at.
package struct APIChoice: Sendable, Equatable {
    /// Logical or physical id; nil when the stack has just one.
    package var api: String?
    /// The stage's name; nil when the API has just one in the stack.
    package var stage: String?

    package init(api: String? = nil, stage: String? = nil) {
        self.api = api
        self.stage = stage
    }

    /// The API that is meant.
    ///
    /// - Throws: `DrillError` that lists what there is to choose from.
    func api(in resources: [StackResource], ofStack name: String) throws(DrillError) -> StackResource {
        let apis = resources.filter { $0.type == "AWS::ApiGateway::RestApi" }
        if let api {
            if let chosen = apis.first(where: { $0.logicalID == api || $0.physicalID == api }) { return chosen }
            throw DrillError(
                code: .configuration,
                message: "stack \(name) has no REST API \(api); it has: \(Self.list(apis))")
        }
        if let only = apis.first, apis.count == 1 { return only }
        guard apis.isEmpty else {
            throw DrillError(
                code: .configuration,
                message: "stack \(name) has \(apis.count) REST APIs; name one with --api: \(Self.list(apis))")
        }
        let isHTTP = resources.contains { $0.type == "AWS::ApiGatewayV2::Api" }
        throw DrillError(
            code: .configuration,
            message: "stack \(name) has no REST API (AWS::ApiGateway::RestApi)"
                + (isHTTP
                    ? "; its AWS::ApiGatewayV2::Api has no cache and other metrics. Load alone runs with --api-url"
                    : ""))
    }

    /// The stage that is meant, of those that the stack or its API has.
    func stage(of stages: [String], api: String) throws(DrillError) -> String {
        if let stage {
            if stages.contains(stage) { return stage }
            throw DrillError(
                code: .configuration,
                message: "REST API \(api) has no stage \(stage); it has: \(stages.sorted().joined(separator: ", "))")
        }
        if let only = stages.first, stages.count == 1 { return only }
        throw DrillError(
            code: .configuration,
            message: stages.isEmpty
                ? "REST API \(api) has no stage: nothing of it is served (AWS::ApiGateway::Stage)"
                : "REST API \(api) has \(stages.count) stages; name one with --stage: "
                    + stages.sorted().joined(separator: ", "))
    }

    private static func list(_ apis: [StackResource]) -> String {
        apis.map { "\($0.logicalID) (\($0.physicalID))" }.sorted().joined(separator: ", ")
    }
}
