/// The profiles and services that the config file and the credentials file tell of.
///
/// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
package struct SharedConfiguration: Sendable {
    package typealias Settings = [String: ConfigFile.Value]

    /// Both files' settings by profile; the credentials file's go before.
    package private(set) var profiles: [String: Settings]
    /// The credentials file's own, by profile.
    package private(set) var credentialsFile: [String: Settings]
    /// The config file's own, by profile.
    package private(set) var configFile: [String: Settings]
    private var services: [String: Settings] = [:]
    private var ssoSessions: [String: Settings] = [:]

    package init(config: ConfigFile, credentials: ConfigFile) {
        configFile = [:]
        for (name, settings) in config.sections {
            if name == "default" {
                configFile[name] = settings
            } else if name.hasPrefix("profile") {
                if let profile = Self.label(name) { configFile[profile] = settings }
            } else if name.hasPrefix("sso-session") {
                if let session = Self.label(name) { ssoSessions[session] = settings }
            } else if name.hasPrefix("services") {
                if let label = Self.label(name) { services[label] = settings }
            }
        }
        credentialsFile = credentials.sections
        profiles = configFile.merging(credentialsFile) { config, credentials in
            config.merging(credentials) { _, own in own }
        }
    }

    /// A profile's text settings; empty when there is no such profile.
    package func profile(_ name: String) -> Profile { Profile(name: name, settings: profiles[name] ?? [:]) }

    /// The settings of `[sso-session NAME]`; nil when there is no such section.
    package func ssoSession(_ name: String) -> Profile? {
        ssoSessions[name].map { Profile(name: name, settings: $0) }
    }

    /// The URL of a service in `[services NAME]`, by the service's id in lower case with underscores.
    ///
    /// - Throws: `IdentityError` when a profile names a section that is not there.
    package func endpoint(of service: String, inServices name: String) throws(IdentityError) -> String? {
        guard let section = services[name], !section.isEmpty else {
            throw IdentityError(
                .badConfiguration, "the profile names the services section \(name), and no [services \(name)] is there")
        }
        guard case .settings(let settings)? = section[service] else { return nil }
        return settings["endpoint_url"]
    }

    /// `b` of `profile b` and `my own` of `profile "my own"`; nil when there is not exactly one label.
    private static func label(_ section: String) -> String? {
        guard let words = ShellWords.split(section), words.count == 2 else { return nil }
        return words[1]
    }
}

/// The settings of one profile.
package struct Profile: Sendable {
    package var name: String
    package var settings: SharedConfiguration.Settings

    /// The text behind a key; nil when it is not set.
    package subscript(_ key: String) -> String? {
        guard case .text(let text)? = settings[key] else { return nil }
        return text
    }

    func has(_ key: String) -> Bool { settings[key] != nil }
}
