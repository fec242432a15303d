/// What the caller's command line says of who is calling; it goes before every variable and file.
package struct IdentityOptions: Sendable, Equatable {
    package var profile: String?
    package var region: String?
    package var endpointURL: String?

    package init(profile: String? = nil, region: String? = nil, endpointURL: String? = nil) {
        self.profile = profile
        self.region = region
        self.endpointURL = endpointURL
    }
}

/// The files of the shared configuration and the profile that counts in them.
struct ProfileChoice: Sendable {
    var configuration: SharedConfiguration
    var profile: Profile
    /// Named on the command line: variables with keys do not count then.
    var isExplicit: Bool
    /// The paths, for messages.
    var configPath: String
    var credentialsPath: String

    /// Reads both files.
    ///
    /// - Throws: `IdentityError` for a file that cannot be understood and for a profile that is in none.
    init(_ options: IdentityOptions, _ surroundings: IdentitySurroundings) throws(IdentityError) {
        configPath = surroundings.variable("AWS_CONFIG_FILE") ?? "~/.aws/config"
        credentialsPath = surroundings.variable("AWS_SHARED_CREDENTIALS_FILE") ?? "~/.aws/credentials"
        let config = try Self.file(configPath, surroundings)
        let credentials = try Self.file(credentialsPath, surroundings)
        configuration = SharedConfiguration(config: config, credentials: credentials)
        isExplicit = options.profile != nil
        // The older name goes before, as in botocore.
        let named =
            options.profile ?? surroundings.variable("AWS_DEFAULT_PROFILE") ?? surroundings.variable("AWS_PROFILE")
        if let named, configuration.profiles[named] == nil {
            let known = configuration.profiles.keys.sorted().joined(separator: ", ")
            throw IdentityError(
                .badConfiguration,
                "the profile \(named) is neither in \(configPath) nor in \(credentialsPath)"
                    + (known.isEmpty ? "" : "; they have: \(known)"))
        }
        profile = configuration.profile(named ?? "default")
    }

    private static func file(_ path: String, _ surroundings: IdentitySurroundings) throws(IdentityError) -> ConfigFile {
        guard let text = try surroundings.text(path) else { return ConfigFile() }
        return try ConfigFile(text, path: path)
    }
}
