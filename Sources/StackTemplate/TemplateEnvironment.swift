/// What the pseudo parameters stand for.
package struct TemplateEnvironment: Sendable, Equatable {
    /// `us-west-2`.
    package var region: String
    /// Twelve digits.
    package var accountID: String
    /// `aws`, `aws-cn` or `aws-us-gov`.
    package var partition: String
    package var stackName: String
    /// The stack's ARN.
    package var stackID: String
    /// `amazonaws.com` in most partitions.
    package var urlSuffix: String

    package init(
        region: String, accountID: String, partition: String = "aws", stackName: String, stackID: String,
        urlSuffix: String = "amazonaws.com"
    ) {
        self.region = region
        self.accountID = accountID
        self.partition = partition
        self.stackName = stackName
        self.stackID = stackID
        self.urlSuffix = urlSuffix
    }
}
