package import AWSSigning

/// Where a caller's calls go and in whose name.
package struct AWSClientConfiguration: Sendable {
    package var region: String
    /// Nil for the few calls that carry no signature.
    package var credentials: AWSCredentials?
    /// Takes the place of AWS's own hosts, for every service.
    package var endpointURL: String?
    /// By `AWSService.identifier`; goes before `endpointURL`.
    package var serviceEndpointURLs: [String: String]

    package init(
        region: String, credentials: AWSCredentials?, endpointURL: String? = nil,
        serviceEndpointURLs: [String: String] = [:]
    ) {
        self.region = region
        self.credentials = credentials
        self.endpointURL = endpointURL
        self.serviceEndpointURLs = serviceEndpointURLs
    }

    /// From `AWS_REGION` or `AWS_DEFAULT_REGION`, the credential variables, `AWS_ENDPOINT_URL` and
    /// `AWS_ENDPOINT_URL_<SERVICE>`; nil when the region or the credentials are missing.
    package init?(environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let region = value("AWS_REGION") ?? value("AWS_DEFAULT_REGION"),
            let credentials = AWSCredentials(environment: environment)
        else { return nil }
        let prefix = "AWS_ENDPOINT_URL_"
        let perService = environment.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }
            .map { (String($0.key.dropFirst(prefix.count)), $0.value) }
        self.init(
            region: region, credentials: credentials, endpointURL: value("AWS_ENDPOINT_URL"),
            serviceEndpointURLs: Dictionary(perService) { first, _ in first })
    }

    /// The service's URL without a trailing slash.
    package func url(of service: AWSService) -> String {
        let url =
            serviceEndpointURLs[service.identifier] ?? endpointURL
            ?? AWSPartition(region: region).url(of: service, region: region)
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// The region that a call to the service is signed for.
    package func signingRegion(of service: AWSService) -> String {
        service.isGlobal ? AWSPartition(region: region).globalRegion(region) : region
    }
}
