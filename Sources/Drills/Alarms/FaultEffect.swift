import AWSClients
import ScenarioModel

/// What one fault adds to which metric: the sum over all the metrics that the services publish for it.
struct FaultEffect: Equatable {
    /// A fault may count for several alarms: a thrown error is a Lambda error and a 5xx.
    var contributions: [MetricIdentity: Double]
    /// For people: `GET /items/{{ uuid }} answered 404`.
    var description: String

    /// Why an answer shows that a fault did not happen; nil when it did.
    static func obstacle(_ fault: AlarmFault, status: Int, isHit: Bool) -> String? {
        if isHit { return "was answered from the cache: state a fault on a method that is not cached" }
        switch fault {
        case .request: return (400..<500).contains(status) ? nil : "answered \(status), and no 4xx"
        case .streamRecord: return (200..<300).contains(status) ? nil : "answered \(status): the record was not written"
        case .header(_, let value):
            let wanted = value.hasPrefix("status-4") ? 400..<500 : 500..<600
            return wanted.contains(status)
                ? nil
                : "answered \(status) to the fault \(value): the handlers honour faults only where the template's parameter "
                    + "FaultInjection is enabled, and never in prod"
        }
    }

    func contribution(to metric: MetricIdentity?) -> Double { metric.flatMap { contributions[$0] } ?? 0 }

    init(of fault: AlarmFault, in stack: StackMap) {
        var contributions: [MetricIdentity: Double] = [:]
        func lambdaError(_ function: String) {
            for dimensions in [["FunctionName": function], ["FunctionName": function, "Resource": function], [:]] {
                contributions[MetricIdentity(namespace: "AWS/Lambda", name: "Errors", dimensions: dimensions)] = 1
            }
        }
        func gatewayError(_ name: String, _ method: APIMethod?) {
            let api = ["ApiName": stack.apiName]
            let stage = api.merging(["Stage": stack.stage.name]) { first, _ in first }
            var sets = [api, stage]
            if let method, stack.stage.settings(for: method)?.metricsEnabled == true {
                sets.append(
                    stage.merging(["Method": method.httpMethod, "Resource": method.path]) { first, _ in first })
            }
            for dimensions in sets {
                contributions[MetricIdentity(namespace: "AWS/ApiGateway", name: name, dimensions: dimensions)] = 1
            }
        }
        let step = fault.step
        let method = stack.method(step.method, path: step.url.source)
        switch fault {
        case .request:
            gatewayError("4XXError", method)
            description = "\(step.method) \(step.url.source), a request that earns a 4xx"
        case .header(_, let value):
            if value.hasPrefix("status-4") {
                gatewayError("4XXError", method)
            } else {
                gatewayError("5XXError", method)
                // An answer with a status is no error of the function; an exception, an exit or a time-out is.
                if !value.hasPrefix("status-"), let function = method.flatMap(stack.function(behind:)) {
                    lambdaError(function.name)
                }
            }
            description = "\(step.method) \(step.url.source) with fault \(value)"
        case .streamRecord:
            for consumer in stack.streamConsumers { lambdaError(consumer.function.name) }
            description = "\(step.method) \(step.url.source), a record that the stream's handler fails on"
        }
        self.contributions = contributions
    }
}
