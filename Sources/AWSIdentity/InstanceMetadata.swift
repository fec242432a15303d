import AWSSigning
import ExactJSON
import HTTPExchange

/// Credentials of an EC2 instance's role, by the instance metadata service.
///
/// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
struct InstanceMetadata: Sendable {
    var surroundings: IdentitySurroundings
    var profile: Profile

    /// Nil where there is no such service, no role, or it is switched off.
    func credentials() async throws(IdentityError) -> FoundCredentials? {
        guard surroundings.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else { return nil }
        let base = try baseURL
        let token = await token(base)
        if token == nil {
            let refuses =
                surroundings.variable("AWS_EC2_METADATA_V1_DISABLED") ?? profile["ec2_metadata_v1_disabled"] ?? "false"
            // Where nobody answers there is no instance, and nothing to refuse.
            if refuses.lowercased() == "true" { return nil }
        }
        let path = "\(base)latest/meta-data/iam/security-credentials/"
        guard let listing = await text(path, token: token), !listing.isEmpty else { return nil }
        let role = String(listing.prefix { !$0.isNewline })
        guard let document = await text(path + PercentEncoding.encode(role, keeping: "+=,.@"), token: token),
            let json = try? JSONValue(parsing: document), let credentials = AWSCredentials(metadata: json)
        else { return nil }
        return FoundCredentials(
            credentials: credentials, source: "the instance's role \(role)", renews: true, isOfInstance: true)
    }

    /// The region that the instance runs in; nil outside of one.
    func region() async throws(IdentityError) -> String? {
        guard surroundings.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() != "true" else { return nil }
        let base = try baseURL
        return await text("\(base)latest/meta-data/placement/region", token: await token(base))
    }

    private var baseURL: String {
        get throws(IdentityError) {
            let custom =
                surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? profile["ec2_metadata_service_endpoint"]
            let mode =
                surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
                ?? profile["ec2_metadata_service_endpoint_mode"]
            let older = surroundings.variable("AWS_IMDS_USE_IPV6") ?? profile["imds_use_ipv6"]
            let isIPv6 = (mode ?? (older?.lowercased() == "true" ? "ipv6" : "ipv4")).lowercased() == "ipv6"
            let url = custom ?? (isIPv6 ? "http://[fd00:ec2::254]/" : "http://169.254.169.254/")
            guard URLParts(url) != nil else {
                throw IdentityError(.badConfiguration, "\(url) is no URL of an instance metadata service")
            }
            return url.hasSuffix("/") ? url : url + "/"
        }
    }

    private var timeout: Duration {
        let text = surroundings.variable("AWS_METADATA_SERVICE_TIMEOUT") ?? profile["metadata_service_timeout"]
        return .seconds(min(max(text.flatMap { Int($0) } ?? 1, 1), 60))
    }

    private var attempts: Int {
        let text =
            surroundings.variable("AWS_METADATA_SERVICE_NUM_ATTEMPTS") ?? profile["metadata_service_num_attempts"]
        return min(max(text.flatMap { Int($0) } ?? 1, 1), 10)
    }

    private func token(_ base: String) async -> String? {
        let lifetime = HTTPHeader("x-aws-ec2-metadata-token-ttl-seconds", "21600")
        return await text(
            HTTPRequest(method: "PUT", url: "\(base)latest/api/token", headers: [lifetime], timeout: timeout))
    }

    private func text(_ url: String, token: String?) async -> String? {
        let headers = token.map { [HTTPHeader("x-aws-ec2-metadata-token", $0)] } ?? []
        return await text(HTTPRequest(method: "GET", url: url, headers: headers, timeout: timeout))
    }

    private func text(_ request: HTTPRequest) async -> String? {
        for _ in 0..<attempts {
            guard let response = try? await surroundings.transport.send(request) else { continue }
            if response.status == 200, !response.body.isEmpty {
                return String(validating: response.body, as: UTF8.self)
            }
            if [403, 404, 405].contains(response.status) { return nil }
        }
        return nil
    }
}
