import AWSClients
import HTTPExchange

/// Which URLs take the place of AWS's own.
///
/// The order of https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html: command line, the service's
/// variable, `AWS_ENDPOINT_URL`, the service in the profile's `services` section, the profile's `endpoint_url`.
struct EndpointChoice: Sendable, Equatable {
    var all: String?
    var byService: [String: String] = [:]

    /// The services that Firedrill calls.
    private static let services: [AWSService] = [
        .dynamoDB, .cloudWatch, .logs, .kms, .sqs, .lambda, .apiGateway, .cloudFormation, .sts, .sns, .iam,
    ]

    init(
        _ options: IdentityOptions, _ choice: ProfileChoice, _ surroundings: IdentitySurroundings
    ) throws(IdentityError) {
        if let url = options.endpointURL {
            all = url
            return
        }
        let ignores =
            surroundings.variable("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
            ?? choice.profile["ignore_configured_endpoint_urls"]
        guard ignores?.lowercased() != "true" else { return }
        all = surroundings.variable("AWS_ENDPOINT_URL")
        if all == nil {
            all = choice.profile["endpoint_url"]
            if let section = choice.profile["services"] {
                for service in Self.services {
                    byService[service.identifier] = try choice.configuration.endpoint(
                        of: service.identifier.lowercased(), inServices: section)
                }
            }
        }
        for service in Self.services {
            if let url = surroundings.variable("AWS_ENDPOINT_URL_\(service.identifier)") {
                byService[service.identifier] = url
            }
        }
        for url in byService.values + [all].compactMap({ $0 }) where URLParts(url) == nil {
            throw IdentityError(.badConfiguration, "\(url) is no endpoint URL: it must start with http:// or https://")
        }
    }
}
