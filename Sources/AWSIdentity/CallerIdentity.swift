package import AWSClients
import AWSSigning

/// Who calls AWS, and where the calls go: everything that the AWS CLI would take from its command line, the environment
/// and its files.
package struct CallerIdentity: Sendable {
    package var configuration: AWSClientConfiguration
    /// Where the credentials come from, for people.
    package var source: String
    package var profile: String
    /// Gives new credentials when these expire; nil for those that last or cannot be renewed.
    package var renewal: (any CredentialRenewal)?
    /// A PEM bundle to trust instead of the system's (`AWS_CA_BUNDLE`, `ca_bundle`).
    package var certificateFile: String?

    /// Looks for region, endpoints and credentials.
    ///
    /// - Throws: `IdentityError` that says what is missing and what to do.
    package static func find(
        _ options: IdentityOptions, in surroundings: IdentitySurroundings
    ) async throws(IdentityError) -> CallerIdentity {
        let choice = try ProfileChoice(options, surroundings)
        try refuseVariants(choice, surroundings)
        let endpoints = try EndpointChoice(options, choice, surroundings)
        // Botocore knows AWS_DEFAULT_REGION alone; the AWS CLI has AWS_REGION go before it.
        let stated =
            options.region ?? surroundings.variable("AWS_REGION") ?? surroundings.variable("AWS_DEFAULT_REGION")
            ?? choice.profile["region"]
        let search = CredentialSearch(
            surroundings: surroundings, choice: choice, region: stated, endpoints: endpoints)
        let found = try await search.find()
        let region: String
        if let stated {
            region = stated
        } else if found.isOfInstance,
            let own = try await InstanceMetadata(surroundings: surroundings, profile: choice.profile).region()
        {
            region = own
        } else {
            throw IdentityError(
                .none,
                "no AWS region: set region in profile \(choice.profile.name), AWS_REGION, or --region")
        }
        guard !region.isEmpty, region.utf8.allSatisfy({ isRegionByte($0) }) else {
            throw IdentityError(.badConfiguration, "\(region) is no AWS region, such as us-west-2")
        }
        return CallerIdentity(
            configuration: AWSClientConfiguration(
                region: region, credentials: found.credentials, endpointURL: endpoints.all,
                serviceEndpointURLs: endpoints.byService),
            source: found.source, profile: choice.profile.name,
            renewal: found.credentials.expiration == nil || !found.renews
                ? nil : CredentialKeeper(first: found.credentials, search: search),
            certificateFile: surroundings.variable("AWS_CA_BUNDLE") ?? choice.profile["ca_bundle"])
    }

    /// The region becomes part of a host name.
    private static func isRegionByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// Whoever asks for endpoints with certified cryptography must not get others unawares.
    private static func refuseVariants(
        _ choice: ProfileChoice, _ surroundings: IdentitySurroundings
    ) throws(IdentityError) {
        for name in ["use_fips_endpoint", "use_dualstack_endpoint"] {
            let value = surroundings.variable("AWS_\(name.uppercased())") ?? choice.profile[name]
            guard value?.lowercased() == "true" else { continue }
            throw IdentityError(
                .unsupported,
                "\(name) is set, and Firedrill does not know those endpoints; name them service by service "
                    + "(AWS_ENDPOINT_URL_CLOUDWATCH, ...) and set \(name) to false")
        }
    }
}
