import ExactJSON
import StackTemplate

/// What `Ref` and `Fn::GetAtt` would give for a resource that is not deployed, made up so that two mentions of one
/// resource are the same text and ARNs have the shape that AWS gives them.
///
/// Source: the "Return values" of each type in the CloudFormation template reference.
struct TemplateIdentity {
    var environment: TemplateEnvironment

    func identity(of declaration: ResourceDeclaration) -> ResourceIdentity {
        let properties = declaration.properties
        let made = "\(environment.stackName)-\(declaration.logicalID)"
        func named(_ property: String) -> String { properties.text(property) ?? made }
        func arn(_ service: String, _ resource: String) -> String {
            "arn:\(environment.partition):\(service):\(environment.region):\(environment.accountID):\(resource)"
        }
        func global(_ resource: String) -> String {
            "arn:\(environment.partition):iam::\(environment.accountID):\(resource)"
        }
        func answers(_ ref: String, _ attributes: [String: String] = [:]) -> ResourceIdentity {
            ResourceIdentity(ref: ref, attributes: attributes, isPlaceholder: true)
        }
        switch declaration.type {
        case "AWS::Lambda::Function":
            let name = named("FunctionName")
            return answers(name, ["Arn": arn("lambda", "function:\(name)")])
        case "AWS::Lambda::Version":
            return answers(qualified(properties.text("FunctionName"), "1", arn), ["Version": "1"])
        case "AWS::Lambda::Alias":
            let ref = qualified(properties.text("FunctionName"), properties.text("Name") ?? "", arn)
            return answers(ref, ["AliasArn": ref])
        case "AWS::DynamoDB::Table":
            let table = arn("dynamodb", "table/\(named("TableName"))")
            var attributes = ["Arn": table]
            if properties["StreamSpecification"] != nil {
                attributes["StreamArn"] = "\(table)/stream/2026-01-01T00:00:00.000"
            }
            return answers(named("TableName"), attributes)
        case "AWS::SQS::Queue":
            let name = named("QueueName")
            let url = "https://sqs.\(environment.region).\(environment.urlSuffix)/\(environment.accountID)/\(name)"
            return answers(url, ["Arn": arn("sqs", name), "QueueName": name, "QueueUrl": url])
        case "AWS::SNS::Topic":
            let topic = arn("sns", named("TopicName"))
            return answers(topic, ["TopicArn": topic, "TopicName": named("TopicName")])
        case "AWS::Logs::LogGroup":
            return answers(named("LogGroupName"), ["Arn": arn("logs", "log-group:\(named("LogGroupName")):*")])
        case "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm":
            return answers(named("AlarmName"), ["Arn": arn("cloudwatch", "alarm:\(named("AlarmName"))")])
        case "AWS::IAM::Role":
            return answers(named("RoleName"), ["Arn": global("role/\(named("RoleName"))")])
        case "AWS::IAM::ManagedPolicy": return answers(global("policy/\(named("ManagedPolicyName"))"))
        case "AWS::KMS::Key": return answers(declaration.logicalID, ["Arn": arn("kms", "key/\(declaration.logicalID)")])
        case "AWS::KMS::Alias": return answers(named("AliasName"))
        case "AWS::ApiGateway::Stage": return answers(properties.text("StageName") ?? made)
        // API Gateway's ids have no dash, and ARNs are taken apart at slashes.
        case "AWS::ApiGateway::RestApi":
            return answers(declaration.logicalID, ["RootResourceId": "\(declaration.logicalID).root"])
        case "AWS::S3::Bucket":
            let name = named("BucketName")
            return answers(name, ["Arn": "arn:\(environment.partition):s3:::\(name)"])
        case "AWS::Events::Rule": return answers(named("Name"), ["Arn": arn("events", "rule/\(named("Name"))")])
        default: return answers(made)
        }
    }

    private func qualified(
        _ function: String?, _ qualifier: String, _ arn: (String, String) -> String
    ) -> String {
        let target = function ?? ""
        return (target.hasPrefix("arn:") ? target : arn("lambda", "function:\(target)")) + ":\(qualifier)"
    }
}
