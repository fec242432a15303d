import EmulatorCore
import ExactJSON
import StackTemplate

/// What `Ref` and `Fn::GetAtt` give for each kind of resource.
///
/// Names that AWS makes up are made up from the stack's name and the logical id, so that they are the same on every start.
struct ResourceIdentities: Sendable {
    var account: EmulatedAccount
    var stackName: String
    var endpointURL: String
    /// Stream ARNs by table name, of the tables that exist.
    var streamARNs: [String: String]
    /// The keys that exist, by logical id.
    var keys: [String: (id: String, arn: String)]

    func identity(of resource: ResourceDeclaration) -> ResourceIdentity {
        let properties = resource.properties
        func text(_ name: String) -> String? { properties[name]?.stringValue }
        switch resource.type {
        case "AWS::KMS::Key":
            let key = keys[resource.logicalID] ?? ("", "")
            return identity(key.id, ["KeyId": key.id, "Arn": key.arn])
        case "AWS::KMS::Alias": return identity(text("AliasName") ?? "alias/\(generated(resource))")
        case "AWS::DynamoDB::Table":
            let name = text("TableName") ?? generated(resource)
            let arn = account.arn("dynamodb", "table/\(name)")
            return identity(name, ["Arn": arn, "StreamArn": streamARNs[name] ?? "\(arn)/stream/unknown"])
        case "AWS::Logs::LogGroup":
            let name = text("LogGroupName") ?? generated(resource)
            return identity(name, ["Arn": account.arn("logs", "log-group:\(name):*")])
        case "AWS::IAM::Role":
            let name = text("RoleName") ?? generated(resource)
            return identity(
                name,
                [
                    "Arn": "arn:aws:iam::\(account.id):role/\(name)",
                    "RoleId": "AROA" + stable(resource, 17, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
                ])
        case "AWS::Lambda::Function":
            let name = text("FunctionName") ?? generated(resource)
            return identity(name, ["Arn": account.arn("lambda", "function:\(name)")])
        case "AWS::Lambda::EventSourceMapping":
            let id = uuid(resource)
            return identity(
                id, ["Id": id, "EventSourceMappingArn": account.arn("lambda", "event-source-mapping:\(id)")])
        case "AWS::SQS::Queue":
            let name = text("QueueName") ?? generated(resource)
            let url = "\(endpointURL)/\(account.id)/\(name)"
            return identity(url, ["Arn": account.arn("sqs", name), "QueueName": name, "QueueUrl": url])
        case "AWS::SNS::Topic":
            let name = text("TopicName") ?? generated(resource)
            let arn = account.arn("sns", name)
            return identity(arn, ["TopicArn": arn, "TopicName": name])
        case "AWS::SNS::Subscription":
            return identity("\(text("TopicArn") ?? ""):\(uuid(resource))")
        case "AWS::CloudWatch::Alarm":
            let name = text("AlarmName") ?? generated(resource)
            return identity(name, ["Arn": account.arn("cloudwatch", "alarm:\(name)")])
        case "AWS::ApiGateway::RestApi":
            let id = stable(resource, 10)
            return identity(id, ["RestApiId": id, "RootResourceId": stable(resource, 10, salt: "root")])
        case "AWS::ApiGateway::Resource":
            let id = stable(resource, 6)
            return identity(id, ["ResourceId": id])
        case "AWS::ApiGateway::Deployment":
            let id = stable(resource, 6)
            return identity(id, ["DeploymentId": id])
        case "AWS::ApiGateway::Stage": return identity(text("StageName") ?? "prod")
        default:
            let id = generated(resource)
            return identity(id, ["Id": id])
        }
    }

    private func identity(_ ref: String, _ attributes: [String: String] = [:]) -> ResourceIdentity {
        ResourceIdentity(ref: ref, attributes: attributes)
    }

    /// `stack-LogicalId-1A2B3C4D5E6F`, as CloudFormation names what has no name.
    private func generated(_ resource: ResourceDeclaration) -> String {
        "\(stackName)-\(resource.logicalID)-"
            + stable(resource, 12, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    }

    private func uuid(_ resource: ResourceDeclaration) -> String {
        Identifiers.stableUUID("\(account.id)/\(account.region)/\(stackName)/\(resource.logicalID)")
    }

    private func stable(
        _ resource: ResourceDeclaration, _ length: Int, _ alphabet: String = "abcdefghijklmnopqrstuvwxyz0123456789",
        salt: String = ""
    ) -> String {
        Identifiers.stable(
            "\(account.id)/\(account.region)/\(stackName)/\(resource.logicalID)/\(salt)", length: length,
            alphabet: alphabet)
    }
}
