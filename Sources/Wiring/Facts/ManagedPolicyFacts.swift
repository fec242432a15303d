import ExactJSON

/// What the managed policies that AWS gives for functions permit
/// (https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html).
enum ManagedPolicyFacts {
    private static let logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]

    private static let actions: [String: [String]] = [
        "AWSLambdaBasicExecutionRole": logs,
        "AWSLambdaVPCAccessExecutionRole": logs + [
            "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface",
        ],
        "AWSLambdaDynamoDBExecutionRole": logs + [
            "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
        ],
        "AWSLambdaKinesisExecutionRole": logs + [
            "kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListStreams",
        ],
        "AWSLambdaSQSQueueExecutionRole": logs + [
            "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
        ],
        "AWSXRayDaemonWriteAccess": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        "AWSXrayWriteOnlyAccess": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
        "CloudWatchLambdaInsightsExecutionRolePolicy": logs,
        "AmazonAPIGatewayPushToCloudWatchLogs": logs,
        "AmazonDynamoDBFullAccess": ["dynamodb:*"],
        "AmazonSQSFullAccess": ["sqs:*"],
        "AmazonSNSFullAccess": ["sns:*"],
        "AmazonS3FullAccess": ["s3:*"],
        "AdministratorAccess": ["*"],
    ]

    /// The statements of a policy by its ARN; nil for one that is not known here.
    static func statements(of arn: String, place: WiringPlace) -> [PolicyStatement]? {
        guard arn.contains(":iam::aws:policy/"), let name = arn.split(separator: "/").last,
            let permitted = actions[String(name)]
        else { return nil }
        let statement: JSONValue = [
            "Effect": "Allow", "Action": .array(permitted.map(JSONValue.string)), "Resource": "*",
        ]
        return [PolicyStatement(statement, place: place)]
    }
}
