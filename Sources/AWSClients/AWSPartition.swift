/// The part of AWS that a region belongs to, with the names that hold in all of it.
///
/// Names and suffixes as botocore's endpoint data have them.
package struct AWSPartition: Sendable, Equatable {
    /// As ARNs have it: `aws`, `aws-cn`, `aws-us-gov`.
    package var name: String
    /// Of host names: `amazonaws.com`.
    package var suffix: String

    private static let others: [(prefix: String, name: String, suffix: String)] = [
        ("cn-", "aws-cn", "amazonaws.com.cn"), ("us-gov-", "aws-us-gov", "amazonaws.com"),
        ("us-iso-", "aws-iso", "c2s.ic.gov"), ("us-isob-", "aws-iso-b", "sc2s.sgov.gov"),
        ("eu-isoe-", "aws-iso-e", "cloud.adc-e.uk"), ("us-isof-", "aws-iso-f", "csp.hci.ic.gov"),
        ("eusc-", "aws-eusc", "amazonaws.eu"),
    ]

    package init(region: String) {
        let other = Self.others.first { region.hasPrefix($0.prefix) }
        name = other?.name ?? "aws"
        suffix = other?.suffix ?? "amazonaws.com"
    }

    /// The service's own URL in a region.
    package func url(of service: AWSService, region: String) -> String {
        guard service.isGlobal else { return "https://\(service.endpointPrefix).\(region).\(suffix)" }
        switch name {
        case "aws": return "https://\(service.endpointPrefix).\(suffix)"
        case "aws-us-gov": return "https://\(service.endpointPrefix).us-gov.\(suffix)"
        default: return "https://\(service.endpointPrefix).\(globalRegion(region)).\(suffix)"
        }
    }

    /// The region that calls to a service with one endpoint a partition are signed for.
    package func globalRegion(_ region: String) -> String {
        switch name {
        case "aws": "us-east-1"
        case "aws-cn": "cn-north-1"
        case "aws-us-gov": "us-gov-west-1"
        case "aws-iso": "us-iso-east-1"
        case "aws-iso-b": "us-isob-east-1"
        case "aws-iso-e": "eu-isoe-west-1"
        case "aws-iso-f": "us-isof-south-1"
        case "aws-eusc": "eusc-de-east-1"
        default: region
        }
    }
}
