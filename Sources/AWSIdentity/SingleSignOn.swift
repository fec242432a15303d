import AWSClients
import AWSSigning
import Crypto
import ExactJSON
import HTTPExchange
import Timekeeping

/// Credentials for the token that `aws sso login` has left in its cache.
///
/// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
struct SingleSignOn: Sendable {
    var search: CredentialSearch

    func credentials(_ profile: Profile) async throws(IdentityError) -> FoundCredentials? {
        let keys = ["sso_account_id", "sso_role_name"]
        guard keys.contains(where: { profile.has($0) }) else { return nil }
        guard let account = profile["sso_account_id"], let role = profile["sso_role_name"] else {
            throw IdentityError(
                .badConfiguration, "profile \(profile.name): single sign-on needs sso_account_id and sso_role_name")
        }
        let (cacheKey, region) = try session(profile)
        let token = try self.token(cacheKey, profile: profile.name)
        let query = "role_name=\(PercentEncoding.encode(role))&account_id=\(PercentEncoding.encode(account))"
        let request = HTTPRequest(
            method: "GET",
            url: "https://portal.sso.\(region).\(AWSPartition(region: region).suffix)/federation/credentials?\(query)",
            headers: [HTTPHeader("x-amz-sso_bearer_token", token)])
        let response: HTTPResponse
        do throws(HTTPTransportError) {
            response = try await search.surroundings.transport.send(request)
        } catch {
            throw IdentityError(.unavailable, "profile \(profile.name): single sign-on: \(error.message)")
        }
        if response.status == 401 { throw Self.expired(profile.name) }
        let json = (try? JSONValue(parsing: response.body))?["roleCredentials"]
        guard response.status == 200, let id = json?["accessKeyId"]?.stringValue,
            let secret = json?["secretAccessKey"]?.stringValue
        else {
            throw IdentityError(
                .unavailable, "profile \(profile.name): single sign-on gives no credentials (status \(response.status))"
            )
        }
        let credentials = AWSCredentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: json?["sessionToken"]?.stringValue,
            expiration: json?["expiration"]?.intValue.map { Timestamp(millisecondsSinceEpoch: Int64($0)) })
        return FoundCredentials(
            credentials: credentials, source: "profile \(profile.name) (single sign-on)", renews: true)
    }

    /// What the token's file is named after, and the region to ask in.
    private func session(_ profile: Profile) throws(IdentityError) -> (cacheKey: String, region: String) {
        var settings = profile
        if let name = profile["sso_session"] {
            guard let session = search.choice.configuration.ssoSession(name) else {
                throw IdentityError(
                    .badConfiguration, "profile \(profile.name): there is no [sso-session \(name)] in the config file")
            }
            settings.settings.merge(session.settings) { _, shared in shared }
        }
        guard let start = settings["sso_start_url"], let region = settings["sso_region"] else {
            throw IdentityError(
                .badConfiguration, "profile \(profile.name): single sign-on needs sso_start_url and sso_region")
        }
        return (profile["sso_session"] ?? start, region)
    }

    private func token(_ cacheKey: String, profile: String) throws(IdentityError) -> String {
        let digest = Insecure.SHA1.hash(data: Array(cacheKey.utf8))
        let digits = Array("0123456789abcdef")
        let name = digest.map { "\(digits[Int($0 >> 4)])\(digits[Int($0 & 15)])" }.joined()
        guard let text = try search.surroundings.text("~/.aws/sso/cache/\(name).json"),
            let json = try? JSONValue(parsing: text), let token = json["accessToken"]?.stringValue,
            let expiry = json["expiresAt"]?.stringValue.flatMap({ Timestamp(iso8601: $0) }),
            expiry > search.surroundings.now()
        else { throw Self.expired(profile) }
        return token
    }

    private static func expired(_ profile: String) -> IdentityError {
        IdentityError(
            .unavailable,
            "profile \(profile): the single sign-on has no valid session; run `aws sso login --profile \(profile)`, or hand "
                + "credentials on: " + CredentialSearch.exporting(profile))
    }
}
