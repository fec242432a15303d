/// Properties without which CloudFormation refuses a resource ("Required: Yes" in its template reference), for the types
/// whose wiring is judged.
enum RequiredProperties {
    static let byType: [String: [String]] = [
        "AWS::ApiGateway::Method": ["RestApiId", "ResourceId", "HttpMethod"],
        "AWS::ApiGateway::Resource": ["RestApiId", "ParentId", "PathPart"],
        "AWS::ApiGateway::Stage": ["RestApiId"],
        "AWS::CloudWatch::Alarm": ["ComparisonOperator"],
        "AWS::IAM::Policy": ["PolicyName", "PolicyDocument"],
        "AWS::IAM::Role": ["AssumeRolePolicyDocument"],
        "AWS::Lambda::EventSourceMapping": ["FunctionName"],
        "AWS::Lambda::Function": ["Role", "Code"],
        "AWS::Lambda::Permission": ["Action", "FunctionName", "Principal"],
        "AWS::SNS::Subscription": ["Protocol", "TopicArn"],
        "AWS::SNS::TopicPolicy": ["PolicyDocument", "Topics"],
        "AWS::SQS::QueuePolicy": ["PolicyDocument", "Queues"],
    ]
}
