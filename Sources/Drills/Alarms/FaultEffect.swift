import AWSClients
import ScenarioModel

/// What one fault adds to which metric: the sum over all the metrics that the services publish for it.
struct FaultEffect: Equatable {
    var traffic = TrafficEffect()
    /// For people: `PUT /items/{{ uuid }}, a request that earns a 4xx`.
    var description: String

    /// The metrics that the fault moves. It may count for several alarms: a thrown error is a Lambda error and a 5xx.
    var moved: [MetricIdentity] { traffic.samples.filter { $0.value > 0 }.map(\.key) }

    func contribution(to metric: MetricIdentity?) -> Double { metric.flatMap { traffic.samples[$0] } ?? 0 }

    /// Whether the fault adds anything to one of these metrics that a healthy request does not.
    func moves(_ metrics: [MetricIdentity], beside healthy: TrafficEffect) -> Bool {
        metrics.contains { contribution(to: $0) > (healthy.samples[$0] ?? 0) }
    }

    /// Why an answer shows that a fault did not happen; nil when it did.
    static func obstacle(_ fault: AlarmFault, status: Int, isHit: Bool) -> String? {
        if isHit { return "was answered from the cache: state a fault on a method that is not cached" }
        switch fault {
        case .invocation, .automatic: return nil
        case .throttle: return (500..<600).contains(status) || status == 429 ? nil : "answered \(status), and no error"
        case .request: return (400..<500).contains(status) ? nil : "answered \(status), and no 4xx"
        case .streamRecord: return (200..<300).contains(status) ? nil : "answered \(status): the record was not written"
        case .header(_, let value):
            let wanted = value.hasPrefix("status-4") ? 400..<500 : value.hasPrefix("delay-") ? 200..<400 : 500..<600
            return wanted.contains(status)
                ? nil
                : "answered \(status) to the fault \(value): the handlers honour faults only where the template's parameter "
                    + "FaultInjection is enabled, and never in prod"
        }
    }

    init(of fault: AlarmFault, in stack: StackMap) {
        guard let step = fault.step else {
            if case .invocation(let function, _) = fault {
                RequestSamples.invocation(of: function, failed: true, 0, &traffic)
                description = "an invocation of \(function) with a payload that it fails on"
            } else {
                description = "no fault fits it"
            }
            return
        }
        let method = stack.method(step.method, path: step.url.source)
        var request = RequestSamples(method: method, stack: stack)
        switch fault {
        case .request:
            request.status = 4
            description = "\(step.method) \(step.url.source), a request that earns a 4xx"
        case .header(_, let value):
            request.status = value.hasPrefix("status-4") ? 4 : 5
            // An answer with a status is no error of the function; an exception, an exit or a time-out is.
            request.throwsError = !value.hasPrefix("status-")
            if value.hasPrefix("delay-"), let delay = Double(value.dropFirst(6)) {
                request.status = 2
                request.throwsError = false
                request.milliseconds = delay
            } else if value == "timeout", let function = method.flatMap(stack.function(behind:)) {
                request.milliseconds = Double(function.timeoutSeconds) * 1000
            }
            description = "\(step.method) \(step.url.source) with fault \(value)"
        case .throttle:
            request.status = 5
            request.isThrottled = true
            description = "\(step.method) \(step.url.source) while its function may run no invocation"
        case .invocation, .automatic: description = ""
        case .streamRecord:
            request.writes = true
            request.failsConsumers = true
            description = "\(step.method) \(step.url.source), a record that the stream's handler fails on"
        }
        traffic = request.effect
    }
}

extension TrafficEffect {
    /// What a request that is all right adds.
    init(healthy step: Step, in stack: StackMap) {
        var request = RequestSamples(method: stack.method(step.method, path: step.url.source), stack: stack)
        request.writes = step.method != "GET" && step.method != "HEAD"
        self = request.effect
    }
}

/// The samples that the services publish for one request, by what becomes of it
/// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html,
/// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html).
struct RequestSamples {
    var method: APIMethod?
    var stack: StackMap
    /// The hundreds of the answer's status.
    var status = 2
    var throwsError = false
    /// Adds a record to the stream.
    var writes = false
    /// The functions behind the stream fail on that record.
    var failsConsumers = false
    /// Its function is not let run at all.
    var isThrottled = false
    /// The least time that it takes.
    var milliseconds = 0.0

    init(method: APIMethod?, stack: StackMap) {
        self.method = method
        self.stack = stack
    }

    var effect: TrafficEffect {
        var effect = TrafficEffect()
        gateway(&effect)
        if let method, let function = stack.function(behind: method) {
            if isThrottled {
                for dimensions in Self.dimensions(of: function.name) {
                    effect.samples[MetricIdentity(namespace: "AWS/Lambda", name: "Throttles", dimensions: dimensions)] =
                        1
                }
            } else {
                Self.invocation(of: function.name, failed: throwsError, milliseconds, &effect)
            }
            // A hit invokes nothing, and which read is one is not counted here.
            if stack.caches(method) {
                effect.unsteady.formUnion(effect.samples.keys.filter { $0.namespace == "AWS/Lambda" })
            }
        }
        guard writes else { return effect }
        for consumer in stack.streamConsumers {
            let before = Set(effect.samples.keys)
            Self.invocation(of: consumer.function.name, failed: failsConsumers, 0, &effect)
            effect.unsteady.formUnion(effect.samples.keys.filter { !before.contains($0) || $0.dimensions.isEmpty })
        }
        return effect
    }

    private func gateway(_ effect: inout TrafficEffect) {
        let api = ["ApiName": stack.apiName]
        let stage = api.merging(["Stage": stack.stage.name]) { first, _ in first }
        var sets = [api, stage]
        if let method, stack.stage.settings(for: method)?.metricsEnabled == true {
            sets.append(stage.merging(["Method": method.httpMethod, "Resource": method.path]) { first, _ in first })
        }
        for dimensions in sets {
            func add(_ name: String, _ value: Double, isTime: Bool = false) {
                let metric = MetricIdentity(namespace: "AWS/ApiGateway", name: name, dimensions: dimensions)
                effect.samples[metric] = value
                if isTime { effect.bounds.insert(metric) }
            }
            add("Count", 1)
            add("4XXError", status == 4 ? 1 : 0)
            add("5XXError", status == 5 ? 1 : 0)
            add("Latency", milliseconds, isTime: true)
            add("IntegrationLatency", milliseconds, isTime: true)
        }
    }

    private static func dimensions(of function: String) -> [[String: String]] {
        [["FunctionName": function], ["FunctionName": function, "Resource": function], [:]]
    }

    /// The samples of one invocation, added to what the effect has.
    static func invocation(
        of function: String, failed: Bool, _ milliseconds: Double, _ effect: inout TrafficEffect
    ) {
        for dimensions in dimensions(of: function) {
            func add(_ name: String, _ value: Double, isTime: Bool = false) {
                let metric = MetricIdentity(namespace: "AWS/Lambda", name: name, dimensions: dimensions)
                effect.samples[metric, default: 0] += value
                if isTime { effect.bounds.insert(metric) }
            }
            add("Invocations", 1)
            add("Errors", failed ? 1 : 0)
            add("Throttles", 0)
            add("Duration", milliseconds, isTime: true)
        }
    }
}
