package import AWSClients
package import AWSSigning
import Timekeeping

/// The STS calls that turn one identity into another.
package struct TokenServiceClient: Sendable {
    private let client: QueryServiceClient

    package init(connection: AWSConnection) { client = QueryServiceClient(service: .sts, connection: connection) }

    private struct Issued: Decodable {
        struct Credentials: Decodable {
            var AccessKeyId: String
            var SecretAccessKey: String
            var SessionToken: String?
            var Expiration: String?
        }
        var Credentials: Credentials
    }

    private struct AssumeRoleResponse: Decodable { var AssumeRoleResult: Issued }
    private struct WebIdentityResponse: Decodable { var AssumeRoleWithWebIdentityResult: Issued }

    private struct CallerResponse: Decodable {
        struct Result: Decodable { var Arn: String }
        var GetCallerIdentityResult: Result
    }

    /// The role's credentials.
    ///
    /// - Parameter fields: `RoleArn`, `RoleSessionName`, ... as the operation has them.
    package func assumeRole(_ fields: [(String, String)]) async throws(AWSCallError) -> AWSCredentials {
        try await Self.credentials(
            client.call(.assumeRole, fields, as: AssumeRoleResponse.self).AssumeRoleResult)
    }

    /// The role's credentials for a token of an identity provider; the call carries no signature.
    package func assumeRoleWithWebIdentity(
        _ fields: [(String, String)]
    ) async throws(AWSCallError) -> AWSCredentials {
        try await Self.credentials(
            client.call(.assumeRoleWithWebIdentity, fields, as: WebIdentityResponse.self)
                .AssumeRoleWithWebIdentityResult)
    }

    /// The ARN of whoever calls; takes no permission.
    package func callerARN() async throws(AWSCallError) -> String {
        try await client.call(.getCallerIdentity, [], as: CallerResponse.self).GetCallerIdentityResult.Arn
    }

    private static func credentials(_ issued: Issued) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: issued.Credentials.AccessKeyId, secretAccessKey: issued.Credentials.SecretAccessKey,
            sessionToken: issued.Credentials.SessionToken,
            expiration: issued.Credentials.Expiration.flatMap { Timestamp(iso8601: $0) })
    }
}
