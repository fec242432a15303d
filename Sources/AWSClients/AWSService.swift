/// A service's names and protocol, as botocore's service models have them.
package struct AWSService: Sendable, Equatable {
    /// The part of its host name: `monitoring` in `monitoring.us-west-2.amazonaws.com`.
    package var endpointPrefix: String
    package var signingName: String
    /// As in the variable `AWS_ENDPOINT_URL_<identifier>`.
    package var identifier: String
    /// Of the header `X-Amz-Target`, for services that speak JSON by it.
    package var targetPrefix: String?
    /// `1.0` or `1.1`.
    package var jsonVersion: String
    /// The version that query services put into the form.
    package var apiVersion: String?

    package init(
        endpointPrefix: String, signingName: String? = nil, identifier: String, targetPrefix: String? = nil,
        jsonVersion: String = "1.0", apiVersion: String? = nil
    ) {
        self.endpointPrefix = endpointPrefix
        self.signingName = signingName ?? endpointPrefix
        self.identifier = identifier
        self.targetPrefix = targetPrefix
        self.jsonVersion = jsonVersion
        self.apiVersion = apiVersion
    }

    package static let dynamoDB = AWSService(
        endpointPrefix: "dynamodb", identifier: "DYNAMODB", targetPrefix: "DynamoDB_20120810")
    package static let cloudWatch = AWSService(
        endpointPrefix: "monitoring", identifier: "CLOUDWATCH", targetPrefix: "GraniteServiceVersion20100801")
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
}
