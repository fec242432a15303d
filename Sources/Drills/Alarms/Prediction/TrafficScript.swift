import AWSClients

/// What is sent minute by minute.
struct TrafficScript: Sendable, Equatable {
    struct Minute: Sendable, Equatable {
        /// Faults by the index of the case that they are meant for.
        var faults: [Int: Int] = [:]
        var healthy = 0

        var failing: Int { faults.values.reduce(0, +) }

        /// What has to be added to come from `other` to this; nil when something would have to be taken away.
        func added(to other: Minute) -> Minute? {
            var rest = Minute(faults: faults, healthy: healthy - other.healthy)
            for (index, count) in other.faults { rest.faults[index, default: 0] -= count }
            guard rest.healthy >= 0, rest.faults.values.allSatisfy({ $0 >= 0 }) else { return nil }
            return rest
        }
    }

    var minutes: [Minute]

    var failing: Int { minutes.reduce(0) { $0 + $1.failing } }
    var healthy: Int { minutes.reduce(0) { $0 + $1.healthy } }

    /// All faults together, by case.
    var faults: [Int: Int] { minutes.reduce(into: [:]) { $0.merge($1.faults, uniquingKeysWith: +) } }

    /// The same minute again and again.
    static func steady(_ healthy: Int, minutes: Int) -> [Minute] {
        Array(repeating: Minute(healthy: healthy), count: max(0, minutes))
    }
}

/// What one request adds to the metrics of a stack.
struct TrafficEffect: Sendable, Equatable {
    /// One sample of this value for each metric; zeros count as samples too.
    var samples: [MetricIdentity: Double] = [:]
    /// Metrics that get more samples of 0 than can be told beforehand: those of functions that follow a stream.
    var unsteady: Set<MetricIdentity> = []
    /// Metrics whose value is a time: the sample is at least this.
    var bounds: Set<MetricIdentity> = []
}

/// What a script adds up to on one alarm, and what the alarm makes of it.
struct AlarmSimulation: Sendable {
    var signal: AlarmSignal
    var forecast: AlarmForecast
    var periodMinutes: Int
    /// By case index.
    var effects: [Int: TrafficEffect]
    var healthy: TrafficEffect

    struct Step: Sendable, Equatable {
        var state: AlarmForecast.State
        /// The newest period's datapoint.
        var value: Double?
    }

    /// The datapoint of a period in which just these minutes' traffic lies.
    func value(of minutes: some Collection<TrafficScript.Minute>) -> Double? {
        signal.value { metric in
            var samples = PeriodSamples()
            for minute in minutes {
                for (index, count) in minute.faults {
                    if let sample = effects[index]?.samples[metric] { samples.add(sample, count: count) }
                }
                if let sample = healthy.samples[metric] { samples.add(sample, count: minute.healthy) }
            }
            return samples
        }
    }

    /// The alarm's state after each minute of a script: periods end at every minute and lie back to back before it.
    func run(_ minutes: [TrafficScript.Minute], from state: AlarmForecast.State = .ok) -> [Step] {
        var state = state
        // Neighbouring evaluations look at the same periods a minute apart; a value is computed once.
        var values: [Double??] = Array(repeating: nil, count: minutes.count + 1)
        func value(endingAt end: Int) -> Double? {
            guard end > 0 else { return nil }
            if let known = values[end] { return known }
            let value = self.value(of: minutes[max(0, end - periodMinutes)..<end])
            values[end] = .some(value)
            return value
        }
        return minutes.indices.map { minute in
            let end = minute + 1
            let slots = (0..<forecast.range).reversed().map { value(endingAt: end - $0 * periodMinutes) }
            state = forecast.state(slots, from: state)
            return Step(state: state, value: slots.last ?? nil)
        }
    }
}
