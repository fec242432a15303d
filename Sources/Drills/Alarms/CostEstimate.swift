/// What a drill costs at AWS's list prices, in US dollars.
///
/// us-east-1, first tiers, without free tiers, as published in November 2025 (https://aws.amazon.com/api-gateway/pricing/,
/// https://aws.amazon.com/lambda/pricing/, https://aws.amazon.com/cloudwatch/pricing/,
/// https://aws.amazon.com/dynamodb/pricing/on-demand/). An estimate for a decision, no bill.
struct CostEstimate: Sendable, Equatable {
    /// REST APIs, for one request.
    static let gatewayRequest = 3.50 / 1_000_000
    static let functionRequest = 0.20 / 1_000_000
    /// One gigabyte for one second.
    static let functionGigabyteSecond = 0.000_016_666_7
    /// GetMetricStatistics, DescribeAlarms, DescribeAlarmHistory, for one call.
    static let monitoringRequest = 0.01 / 1000
    /// On-demand write of up to one kilobyte.
    static let tableWrite = 0.625 / 1_000_000
    /// What an invocation is taken to use: a quarter of a gigabyte for a tenth of a second.
    static let invocationGigabyteSeconds = 0.025

    var requests: Int
    var monitoringCalls: Int

    var dollars: Double {
        let each =
            Self.gatewayRequest + Self.functionRequest + Self.tableWrite
            + Self.functionGigabyteSecond * Self.invocationGigabyteSeconds
        return Double(requests) * each + Double(monitoringCalls) * Self.monitoringRequest
    }

    /// `under 0.01 USD`, `about 0.12 USD`.
    var text: String {
        guard dollars >= 0.005 else { return "under 0.01 USD" }
        let cents = Int(min(dollars * 100, 1e9).rounded(.up))
        let rest = cents % 100
        return "about \(cents / 100).\(rest < 10 ? "0" : "")\(rest) USD"
    }
}
