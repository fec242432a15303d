import EmulatedMonitoring
import Timekeeping

/// The metrics of one API, stage or method in namespace AWS/ApiGateway, registered once.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
struct GatewayMetrics: Sendable {
    private let service: CloudWatchService
    private let count: [MetricHandle]
    private let clientErrors: [MetricHandle]
    private let serverErrors: [MetricHandle]
    private let latency: [MetricHandle]
    private let integrationLatency: [MetricHandle]
    private let hits: [MetricHandle]
    private let misses: [MetricHandle]

    /// - Parameter method: HTTP method and resource path of a method with detailed metrics; nil for the API and stage alone.
    init(api: String, stage: String, method: (name: String, resource: String)?, service: CloudWatchService) {
        self.service = service
        let apiName = MetricDimension("ApiName", api)
        let stageName = MetricDimension("Stage", stage)
        var sets = [[apiName], [apiName, stageName]]
        if let method {
            sets.append([
                apiName, MetricDimension("Method", method.name), MetricDimension("Resource", method.resource),
                stageName,
            ])
        }
        func register(_ metric: String, _ unit: String) -> [MetricHandle] {
            sets.map {
                service.register(MetricIdentity(namespace: "AWS/ApiGateway", name: metric, dimensions: $0), unit: unit)
            }
        }
        count = register("Count", "Count")
        clientErrors = register("4XXError", "Count")
        serverErrors = register("5XXError", "Count")
        latency = register("Latency", "Milliseconds")
        integrationLatency = register("IntegrationLatency", "Milliseconds")
        hits = register("CacheHitCount", "Count")
        misses = register("CacheMissCount", "Count")
    }

    /// One request. The error metrics get a 0 where there was no error, so that their average is the error rate.
    func record(
        status: Int, latency elapsed: Duration, integration: Duration?, cache: CacheUse, at moment: Timestamp
    ) {
        var samples: [(MetricHandle, Double)] = []
        samples.reserveCapacity(6 * count.count)
        for index in count.indices {
            samples.append((count[index], 1))
            samples.append((clientErrors[index], (400..<500).contains(status) ? 1 : 0))
            samples.append((serverErrors[index], (500..<600).contains(status) ? 1 : 0))
            samples.append((latency[index], elapsed.inMilliseconds))
            if let integration { samples.append((integrationLatency[index], integration.inMilliseconds)) }
            switch cache {
            case .none: break
            case .hit: samples.append((hits[index], 1))
            case .miss: samples.append((misses[index], 1))
            }
        }
        service.record(samples, at: moment)
    }
}

/// What a request had to do with the stage's cache.
enum CacheUse: Sendable, Equatable {
    case none, hit, miss
}
