/// A service's names and protocol, as botocore's service models have them.
package struct AWSService: Sendable, Hashable {
    /// The part of its host name: `monitoring` in `monitoring.us-west-2.amazonaws.com`.
    package var endpointPrefix: String
    package var signingName: String
    /// As in the variable `AWS_ENDPOINT_URL_<identifier>`, and in lower case in a `services` section of the config file.
    package var identifier: String
    /// Of the header `X-Amz-Target`, for services that speak JSON by it.
    package var targetPrefix: String?
    /// `1.0` or `1.1`.
    package var jsonVersion: String
    /// The version that query services put into the form.
    package var apiVersion: String?
    /// Of the service's IAM actions: `cloudwatch` in `cloudwatch:DescribeAlarms`.
    package var permissionPrefix: String
    /// One endpoint a partition, not one a region.
    package var isGlobal: Bool

    package init(
        endpointPrefix: String, signingName: String? = nil, identifier: String, targetPrefix: String? = nil,
        jsonVersion: String = "1.0", apiVersion: String? = nil, permissionPrefix: String? = nil, isGlobal: Bool = false
    ) {
        self.endpointPrefix = endpointPrefix
        self.signingName = signingName ?? endpointPrefix
        self.identifier = identifier
        self.targetPrefix = targetPrefix
        self.jsonVersion = jsonVersion
        self.apiVersion = apiVersion
        self.permissionPrefix = permissionPrefix ?? endpointPrefix
        self.isGlobal = isGlobal
    }

    package static let dynamoDB = AWSService(
        endpointPrefix: "dynamodb", identifier: "DYNAMODB", targetPrefix: "DynamoDB_20120810")
    package static let cloudWatch = AWSService(
        endpointPrefix: "monitoring", identifier: "CLOUDWATCH", targetPrefix: "GraniteServiceVersion20100801",
        permissionPrefix: "cloudwatch")
    package static let logs = AWSService(
        endpointPrefix: "logs", identifier: "CLOUDWATCH_LOGS", targetPrefix: "Logs_20140328", jsonVersion: "1.1")
    package static let kms = AWSService(
        endpointPrefix: "kms", identifier: "KMS", targetPrefix: "TrentService", jsonVersion: "1.1")
    package static let sqs = AWSService(endpointPrefix: "sqs", identifier: "SQS", targetPrefix: "AmazonSQS")
    package static let lambda = AWSService(endpointPrefix: "lambda", identifier: "LAMBDA")
    package static let apiGateway = AWSService(endpointPrefix: "apigateway", identifier: "API_GATEWAY")
    package static let cloudFormation = AWSService(
        endpointPrefix: "cloudformation", identifier: "CLOUDFORMATION", apiVersion: "2010-05-15")
    package static let sts = AWSService(endpointPrefix: "sts", identifier: "STS", apiVersion: "2011-06-15")
    package static let sns = AWSService(endpointPrefix: "sns", identifier: "SNS", apiVersion: "2010-03-31")
    package static let iam = AWSService(
        endpointPrefix: "iam", identifier: "IAM", apiVersion: "2010-05-08", isGlobal: true)
}
