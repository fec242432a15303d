package import Wiring

extension PermissionResources {
    /// Of a stack that is not made yet: names that its template gives are taken, those that CloudFormation will make up
    /// become patterns.
    ///
    /// - Parameter stack: the name that the stack will have; nil when that is open.
    package init(planned subject: WiringSubject, stack: String?, region: String) {
        let names: [String: String] = [
            "AWS::Lambda::Function": "FunctionName", "AWS::DynamoDB::Table": "TableName",
            "AWS::SQS::Queue": "QueueName",
            "AWS::SNS::Topic": "TopicName", "AWS::IAM::Role": "RoleName",
        ]
        let resources = subject.resources.map { resource in
            let named = names[resource.type].flatMap { resource.properties[$0]?.stringValue }
            return Resource(
                type: resource.type, id: named ?? Self.pattern(resource.logicalID, stack: stack, resource.type))
        }
        let groups = subject.functions.compactMap { function in
            resources.indices.first { subject.resources[$0].logicalID == function.logicalID }.map { index in
                subject.resources[index].properties["LoggingConfig"]?["LogGroup"]?.stringValue
                    ?? "/aws/lambda/\(resources[index].id)"
            }
        }
        self.init(
            stack: stack ?? "*", region: region, account: "", resources: resources, logGroups: groups)
    }

    /// `STACK-LOGICALID-*`. Ids of APIs, mappings and keys are random, and long names are cut in a way that only
    /// CloudFormation knows: any name then.
    private static func pattern(_ logicalID: String, stack: String?, _ type: String) -> String {
        let random = ["AWS::ApiGateway::RestApi", "AWS::Lambda::EventSourceMapping", "AWS::KMS::Key"].contains(type)
        let prefix = "\(stack ?? "*")-\(logicalID)"
        // Function and role names have 64 characters, 13 of them behind these.
        return random || prefix.utf8.count > 50 ? "*" : "\(prefix)-*"
    }

    /// Of whatever stack there is.
    package static func anyStack(region: String) -> PermissionResources {
        let types = [
            "AWS::ApiGateway::RestApi", "AWS::Lambda::Function", "AWS::Lambda::EventSourceMapping",
            "AWS::CloudWatch::Alarm", "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::IAM::Role",
            "AWS::KMS::Key",
        ]
        return PermissionResources(
            stack: "*", region: region, account: "", resources: types.map { Resource(type: $0, id: "*") },
            logGroups: ["*"])
    }
}
