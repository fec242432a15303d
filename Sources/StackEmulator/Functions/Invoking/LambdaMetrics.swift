import EmulatedMonitoring
import Timekeeping

/// A function's metrics, registered once: namespace AWS/Lambda with the dimension sets {FunctionName},
/// {FunctionName, Resource} and {}.
struct LambdaMetrics: Sendable {
    private let service: CloudWatchService
    private let invocations: [MetricHandle]
    private let errors: [MetricHandle]
    private let throttles: [MetricHandle]
    private let duration: [MetricHandle]
    private let concurrency: [MetricHandle]
    private let iteratorAge: [MetricHandle]

    init(function: String, service: CloudWatchService) {
        self.service = service
        let name = MetricDimension("FunctionName", function)
        let sets: [[MetricDimension]] = [[name], [name, MetricDimension("Resource", function)], []]
        func register(_ metric: String, _ unit: String) -> [MetricHandle] {
            sets.map {
                service.register(MetricIdentity(namespace: "AWS/Lambda", name: metric, dimensions: $0), unit: unit)
            }
        }
        invocations = register("Invocations", "Count")
        errors = register("Errors", "Count")
        throttles = register("Throttles", "Count")
        duration = register("Duration", "Milliseconds")
        concurrency = register("ConcurrentExecutions", "Count")
        iteratorAge = register("IteratorAge", "Milliseconds")
    }

    /// One invocation; `start` is the moment that all its samples belong to.
    func record(start: Timestamp, duration elapsed: Duration, failed: Bool, concurrency running: Int) {
        var samples: [(MetricHandle, Double)] = []
        samples.reserveCapacity(15)
        for index in invocations.indices {
            samples.append((invocations[index], 1))
            samples.append((errors[index], failed ? 1 : 0))
            samples.append((throttles[index], 0))
            samples.append((duration[index], elapsed.inMilliseconds))
            samples.append((concurrency[index], Double(running)))
        }
        service.record(samples, at: start)
    }

    /// A request that was throttled counts neither as invocation nor as error.
    func recordThrottle(at moment: Timestamp) { service.record(throttles.map { ($0, 1) }, at: moment) }

    func recordIteratorAge(_ age: Duration, at moment: Timestamp) {
        service.record(iteratorAge.map { ($0, age.inMilliseconds) }, at: moment)
    }
}
