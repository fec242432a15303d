package import ScenarioModel

/// What a scenario says must hold, as far as a stack's definition alone can break it.
package struct WiringPromises: Sendable, Equatable {
    /// What a cached read was promised.
    package struct Cache: Sendable, Equatable {
        /// With the scenario's expressions in it: `/items/{{ id }}`.
        package var path: String
        package var ttlSeconds: Double
    }

    /// What the follower of a stream must see, and how soon.
    package struct Stream: Sendable, Equatable {
        /// Deletions are followed, and only an old image tells which item went.
        package var needsOldImage: Bool
        package var withinSeconds: Double
    }

    /// An alarm that must ring.
    package struct Alarm: Sendable, Equatable {
        package var pattern: String
        package var fault: Fault
        package var withinSeconds: Double
        package var clearsSeconds: Double?
        package var needsAction: Bool
        /// The most failing requests that it may need.
        package var failures: Int?
    }

    /// What kind of failure an alarm must ring for.
    package enum Fault: Sendable, Equatable {
        /// An answer of 4xx.
        case clientError
        /// An answer of 5xx that is no error of the function.
        case serverError
        /// A function that fails: an error of its own and a 5xx.
        case functionError
        /// A stream's handler that fails.
        case streamError
        /// A function of this name that fails when it is invoked past the API.
        case invocationError(String)
        /// Whatever moves the alarm: the scenario leaves the choice open, or has its function throttled.
        case any
    }

    /// One request of the scenario.
    package struct Request: Sendable, Equatable {
        package var verb: String
        package var path: String

        package init(verb: String, path: String) {
            self.verb = verb
            self.path = path
        }
    }

    package var cache: Cache?
    package var stream: Stream?
    package var alarms: [Alarm]
    /// What the scenario sends: paths with their query and the scenario's expressions in them.
    package var requests: [Request]
    /// Whether alarms are asked about at all; a scenario that names none leaves them alone.
    package var judgesAlarms: Bool

    /// Nothing is promised: the definition alone is judged.
    package static let none = WiringPromises(cache: nil, stream: nil, alarms: [], requests: [], judgesAlarms: true)

    package init(cache: Cache?, stream: Stream?, alarms: [Alarm], requests: [Request], judgesAlarms: Bool) {
        self.cache = cache
        self.stream = stream
        self.alarms = alarms
        self.requests = requests
        self.judgesAlarms = judgesAlarms
    }

    package init(of scenario: Scenario) {
        cache = scenario.cache.map { Cache(path: $0.request.url.source, ttlSeconds: $0.ttl.seconds) }
        stream = scenario.stream.map { probe in
            let lags = scenario.thresholds.filter {
                $0.metric == .streamLag && ($0.comparison == .less || $0.comparison == .lessOrEqual)
            }
            // The scenario's limits on the lag are in milliseconds.
            let limit = lags.map { $0.limit / 1000 }.min() ?? probe.timeout.seconds
            return Stream(needsOldImage: probe.delete != nil, withinSeconds: min(limit, probe.timeout.seconds))
        }
        alarms = scenario.alarms.map { specification in
            let expected = specification.expect
            return Alarm(
                pattern: specification.namePattern, fault: Fault(specification.fault),
                withinSeconds: expected.within.seconds, clearsSeconds: expected.clears?.seconds,
                needsAction: expected.action != nil, failures: expected.maximumFailures)
        }
        let probes = [
            scenario.cache?.write, scenario.cache?.request, scenario.cache?.update, scenario.stream?.write,
            scenario.stream?.update, scenario.stream?.delete,
        ]
        requests = (scenario.flows.flatMap(\.steps) + probes.compactMap { $0 }).map {
            Request(verb: $0.method, path: $0.url.source)
        }
        judgesAlarms = !scenario.alarms.isEmpty
    }
}

extension WiringPromises.Fault {
    fileprivate init(_ fault: AlarmFault) {
        switch fault {
        case .request: self = .clientError
        case .header(_, let value):
            self =
                value.hasPrefix("status-4")
                ? .clientError : value.hasPrefix("status-") ? .serverError : .functionError
        case .streamRecord: self = .streamError
        case .invocation(let function, _): self = .invocationError(function)
        case .throttle, .automatic: self = .any
        }
    }
}

extension Duration {
    fileprivate var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
