package import AWSSigning
import HTTPExchange

/// Credentials with the place that they come from.
package struct FoundCredentials: Sendable, Equatable {
    package var credentials: AWSCredentials
    /// `the environment`, `profile dev (assumed role arn:aws:iam::1:role/x)`, ...
    package var source: String
    /// Whether the same place gives new ones when these expire.
    package var renews: Bool
    /// An instance also tells its region.
    package var isOfInstance = false
}

/// Looks for credentials where the AWS CLI looks, in its order.
///
/// With a profile on the command line variables do not count; else they go first. Then the profile: a role to assume, a
/// web identity, single sign-on, keys in the credentials file, a program, keys in the config file. At last the container
/// and the instance (https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-authentication.html; the order within a
/// profile is botocore's).
struct CredentialSearch: Sendable {
    var surroundings: IdentitySurroundings
    var choice: ProfileChoice
    /// For the calls to STS that assume roles.
    var region: String?
    var endpoints: EndpointChoice

    /// - Throws: `IdentityError` when nothing is found, or when what is configured does not work.
    func find() async throws(IdentityError) -> FoundCredentials {
        if !choice.isExplicit, let found = try fromEnvironment() { return found }
        if let found = try await RoleSearch(search: self).assumedRole(choice.profile) { return found }
        if let found = try await inProfile(choice.profile, usesEnvironment: !choice.isExplicit) { return found }
        if let found = try await ContainerMetadata(surroundings: surroundings).credentials() { return found }
        if let found = try await InstanceMetadata(surroundings: surroundings, profile: choice.profile).credentials() {
            return found
        }
        throw IdentityError(
            .none,
            "no AWS credentials: none in the environment (AWS_ACCESS_KEY_ID), none for profile \(choice.profile.name) in "
                + "\(choice.credentialsPath) or \(choice.configPath), none from a container or an instance. "
                + "Set up a profile with `aws configure`, name one with --profile, or export the variables")
    }

    /// - Throws: `IdentityError` when the id is set without its secret.
    func fromEnvironment() throws(IdentityError) -> FoundCredentials? {
        guard let id = surroundings.variable("AWS_ACCESS_KEY_ID") else { return nil }
        guard let secret = surroundings.variable("AWS_SECRET_ACCESS_KEY") else {
            throw IdentityError(.badConfiguration, "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
        }
        let token = surroundings.variable("AWS_SECURITY_TOKEN") ?? surroundings.variable("AWS_SESSION_TOKEN")
        var credentials = AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
        credentials.expiration = surroundings.variable("AWS_CREDENTIAL_EXPIRATION").flatMap { .init(iso8601: $0) }
        return FoundCredentials(credentials: credentials, source: "the environment", renews: false)
    }

    /// What one profile gives, without roles that it assumes from another one.
    func inProfile(_ profile: Profile, usesEnvironment: Bool) async throws(IdentityError) -> FoundCredentials? {
        let roles = RoleSearch(search: self)
        if let found = try await roles.webIdentity(profile, usesEnvironment: usesEnvironment) { return found }
        if let found = try await SingleSignOn(search: self).credentials(profile) { return found }
        if let found = try keys(in: choice.configuration.credentialsFile[profile.name], profile, choice.credentialsPath)
        {
            return found
        }
        if profile.has("login_session") {
            throw IdentityError(
                .unsupported,
                "profile \(profile.name) signs in with `aws login`, which Firedrill does not read. Hand its credentials on: "
                    + Self.exporting(profile.name))
        }
        if let found = try await CredentialProgram(surroundings: surroundings).credentials(profile) { return found }
        return try keys(in: choice.configuration.configFile[profile.name], profile, choice.configPath)
    }

    private func keys(
        in settings: SharedConfiguration.Settings?, _ profile: Profile, _ path: String
    ) throws(IdentityError) -> FoundCredentials? {
        guard let settings else { return nil }
        let file = Profile(name: profile.name, settings: settings)
        guard let id = file["aws_access_key_id"] else { return nil }
        guard let secret = file["aws_secret_access_key"] else {
            throw IdentityError(
                .badConfiguration,
                "profile \(profile.name) in \(path) has aws_access_key_id and no aws_secret_access_key")
        }
        let token = file["aws_security_token"] ?? file["aws_session_token"]
        return FoundCredentials(
            credentials: AWSCredentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token),
            source: "profile \(profile.name) in \(path)", renews: false)
    }

    /// The way out for what only the AWS CLI can do.
    static func exporting(_ profile: String) -> String {
        "eval \"$(aws configure export-credentials --profile \(profile) --format env)\""
    }
}
