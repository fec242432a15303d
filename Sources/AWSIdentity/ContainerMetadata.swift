import AWSSigning
import ExactJSON
import HTTPExchange
import Timekeeping

/// Credentials of a container's task role: ECS, EKS Pod Identity, CodeBuild.
///
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
struct ContainerMetadata: Sendable {
    var surroundings: IdentitySurroundings

    private static let host = "169.254.170.2"
    /// Plain HTTP goes to these alone: anybody else would get the authorization token to read.
    private static let trustedHosts: Set<String> = [host, "169.254.170.23", "[fd00:ec2::23]", "localhost", "[::1]"]

    /// Nil outside of a container.
    func credentials() async throws(IdentityError) -> FoundCredentials? {
        let url: String
        if let path = surroundings.environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] {
            url = "http://\(Self.host)\(path)"
        } else if let full = surroundings.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            url = full
        } else {
            return nil
        }
        guard let parts = URLParts(url), parts.scheme == "https" || Self.isTrusted(parts.host) else {
            throw IdentityError(
                .badConfiguration,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI is \(url): it must be https, or name a loopback address or one of "
                    + Self.trustedHosts.sorted().joined(separator: ", "))
        }
        var headers = [HTTPHeader("Accept", "application/json")]
        if let token = try authorization() { headers.append(HTTPHeader("Authorization", token)) }
        let request = HTTPRequest(method: "GET", url: url, headers: headers, timeout: .seconds(2))
        let json = try await document(request)
        guard let credentials = AWSCredentials(metadata: json) else {
            throw IdentityError(.unavailable, "the container's credentials at \(url) lack their keys")
        }
        return FoundCredentials(credentials: credentials, source: "the container (\(url))", renews: true)
    }

    private static func isTrusted(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isLoopback = parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        return isLoopback || trustedHosts.contains(host)
    }

    private func authorization() throws(IdentityError) -> String? {
        var token = surroundings.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        if let path = surroundings.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] {
            guard let text = try surroundings.text(path) else {
                throw IdentityError(.badConfiguration, "the container's token file \(path) cannot be read")
            }
            token = text
        }
        if let token, token.utf8.contains(where: { $0 == 10 || $0 == 13 }) {
            throw IdentityError(.badConfiguration, "the container's authorization token holds a line break")
        }
        return token
    }

    private func document(_ request: HTTPRequest) async throws(IdentityError) -> JSONValue {
        var reason = ""
        for attempt in 0..<3 {
            if attempt > 0 { await surroundings.pause(.seconds(1)) }
            do throws(HTTPTransportError) {
                let response = try await surroundings.transport.send(request)
                if response.status == 200, let json = try? JSONValue(parsing: response.body) { return json }
                reason = "status \(response.status)" + (response.status == 200 ? ", and no JSON" : "")
            } catch {
                reason = error.message
            }
        }
        throw IdentityError(.unavailable, "the container gives no credentials at \(request.url): \(reason)")
    }
}

extension AWSCredentials {
    /// From the document that containers and instances give.
    init?(metadata json: JSONValue) {
        guard let id = json["AccessKeyId"]?.stringValue, let secret = json["SecretAccessKey"]?.stringValue else {
            return nil
        }
        self.init(
            accessKeyID: id, secretAccessKey: secret, sessionToken: json["Token"]?.stringValue,
            expiration: json["Expiration"]?.stringValue.flatMap { Timestamp(iso8601: $0) })
    }
}
