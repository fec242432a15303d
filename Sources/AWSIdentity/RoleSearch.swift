import AWSClients
import AWSQueryClients
import AWSSigning
import HTTPExchange

/// Credentials of roles, which STS hands out.
struct RoleSearch: Sendable {
    var search: CredentialSearch

    /// The role that a profile assumes by means of another profile's credentials or of its surroundings'; nil when the
    /// profile assumes none that way.
    func assumedRole(_ profile: Profile) async throws(IdentityError) -> FoundCredentials? {
        guard assumesRole(profile) else { return nil }
        return try await assume(profile, visited: [profile.name])
    }

    private func assumesRole(_ profile: Profile) -> Bool {
        profile.has("role_arn") && !profile.has("web_identity_token_file")
    }

    private func hasKeys(_ profile: Profile) -> Bool {
        profile.has("aws_access_key_id") || profile.has("aws_secret_access_key")
    }

    private func assume(_ profile: Profile, visited: [String]) async throws(IdentityError) -> FoundCredentials {
        func fault(_ message: String) -> IdentityError {
            IdentityError(.badConfiguration, "profile \(profile.name): \(message)")
        }
        let role = profile["role_arn"] ?? ""
        if let device = profile["mfa_serial"] {
            throw IdentityError(
                .unsupported,
                "profile \(profile.name) wants a code from \(device) (mfa_serial), which Firedrill does not ask for. "
                    + "Hand its credentials on: " + CredentialSearch.exporting(profile.name))
        }
        let source: FoundCredentials
        switch (profile["source_profile"], profile["credential_source"]) {
        case (_?, _?): throw fault("it has both source_profile and credential_source; leave one out")
        case (nil, nil): throw fault("role_arn needs source_profile or credential_source beside it")
        case (nil, let place?): source = try await surroundings(place, of: profile)
        case (let name?, nil): source = try await self.source(name, of: profile, visited: visited)
        }
        var fields = [("RoleArn", role), ("RoleSessionName", profile["role_session_name"] ?? sessionName)]
        if let id = profile["external_id"] { fields.append(("ExternalId", id)) }
        // A number that is none is passed over, as the AWS CLI does.
        if let seconds = profile["duration_seconds"].flatMap({ Int($0) }) {
            fields.append(("DurationSeconds", "\(seconds)"))
        }
        let credentials = try await issued(for: profile.name, by: source.credentials) {
            (service) async throws(AWSCallError) in try await service.assumeRole(fields)
        }
        return FoundCredentials(
            credentials: credentials, source: "profile \(profile.name) (role \(role), by \(source.source))",
            renews: source.renews || source.credentials.expiration == nil)
    }

    /// The credentials of the profile that a role is assumed from: its own, or in turn those of a role.
    private func source(
        _ name: String, of profile: Profile, visited: [String]
    ) async throws(IdentityError) -> FoundCredentials {
        guard search.choice.configuration.profiles[name] != nil else {
            throw IdentityError(
                .badConfiguration, "profile \(profile.name): its source_profile \(name) is in no file")
        }
        let source = search.choice.configuration.profile(name)
        // A profile may name itself to assume a role with the keys it has.
        if visited.contains(name), name != profile.name || !hasKeys(source) {
            let circle = (visited + [name]).joined(separator: " -> ")
            throw IdentityError(.badConfiguration, "the source_profile settings lead in a circle: \(circle)")
        }
        if assumesRole(source), !hasKeys(source) { return try await assume(source, visited: visited + [name]) }
        if let found = try await search.inProfile(source, usesEnvironment: false) { return found }
        throw IdentityError(
            .badConfiguration, "profile \(profile.name): its source_profile \(name) has no credentials")
    }

    private func surroundings(_ place: String, of profile: Profile) async throws(IdentityError) -> FoundCredentials {
        let found: FoundCredentials?
        switch place {
        case "Environment": found = try search.fromEnvironment()
        case "EcsContainer": found = try await ContainerMetadata(surroundings: search.surroundings).credentials()
        case "Ec2InstanceMetadata":
            found = try await InstanceMetadata(surroundings: search.surroundings, profile: profile).credentials()
        default:
            throw IdentityError(
                .badConfiguration,
                "profile \(profile.name): credential_source \(place) is none of Environment, EcsContainer and "
                    + "Ec2InstanceMetadata")
        }
        guard let found else {
            throw IdentityError(
                .unavailable, "profile \(profile.name): credential_source \(place) gives no credentials")
        }
        return found
    }

    /// The role of a web identity's token, as Kubernetes and CI systems put it into a file.
    func webIdentity(_ profile: Profile, usesEnvironment: Bool) async throws(IdentityError) -> FoundCredentials? {
        func setting(_ key: String, _ variable: String) -> String? {
            (usesEnvironment ? search.surroundings.environment[variable] : nil) ?? profile[key]
        }
        guard let path = setting("web_identity_token_file", "AWS_WEB_IDENTITY_TOKEN_FILE"), !path.isEmpty else {
            return nil
        }
        guard let role = setting("role_arn", "AWS_ROLE_ARN"), !role.isEmpty else {
            throw IdentityError(
                .badConfiguration,
                "there is a web identity token file and no role to assume with it: set role_arn in profile "
                    + "\(profile.name), or AWS_ROLE_ARN")
        }
        guard let token = try search.surroundings.text(path) else {
            throw IdentityError(.badConfiguration, "the web identity token file \(path) cannot be read")
        }
        let session = setting("role_session_name", "AWS_ROLE_SESSION_NAME") ?? sessionName
        let fields = [("RoleArn", role), ("RoleSessionName", session), ("WebIdentityToken", token)]
        let credentials = try await issued(for: profile.name, by: nil) { (service) async throws(AWSCallError) in
            try await service.assumeRoleWithWebIdentity(fields)
        }
        return FoundCredentials(credentials: credentials, source: "role \(role), by web identity", renews: true)
    }

    private var sessionName: String { "firedrill-\(search.surroundings.now().wholeSecondsSinceEpoch)" }

    private func issued(
        for profile: String, by credentials: AWSCredentials?,
        _ call: (TokenServiceClient) async throws(AWSCallError) -> AWSCredentials
    ) async throws(IdentityError) -> AWSCredentials {
        guard let region = search.region else {
            throw IdentityError(
                .none,
                "profile \(profile) assumes a role, and there is no region to ask STS in: set region in the profile, "
                    + "AWS_REGION, or --region")
        }
        let configuration = AWSClientConfiguration(
            region: region, credentials: credentials, endpointURL: search.endpoints.all,
            serviceEndpointURLs: search.endpoints.byService)
        let connection = AWSConnection(
            configuration: configuration, transport: search.surroundings.transport, now: search.surroundings.now,
            retries: RetryPolicy(maximumRetries: 2, pause: search.surroundings.pause))
        do throws(AWSCallError) {
            return try await call(TokenServiceClient(connection: connection))
        } catch {
            throw IdentityError(.unavailable, "profile \(profile): \(error.description)")
        }
    }
}
