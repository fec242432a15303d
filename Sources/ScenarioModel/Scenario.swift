/// A scenario file after reading and checking: what to send, where, how fast, and what must hold.
///
/// A value that could be read is complete and consistent: every name it mentions exists, every template
/// expression is known, every captured variable is captured before it is used.
package struct Scenario: Sendable, Equatable {
    /// The path as the user gave it, for messages.
    package var file: String
    package var name: String
    /// The same seed sends the same requests in the same order.
    package var seed: UInt64
    package var target: TargetSpecification
    package var flows: [Flow]
    /// Sent before the load phase with the same engine and never recorded in the load's figures.
    package var warmup: Warmup?
    package var loads: [LoadSpecification]
    package var cache: CacheProbeSpecification?
    package var stream: StreamProbeSpecification?
    package var alarms: [AlarmDrillSpecification]
    package var thresholds: [Threshold]
    package var generator: GeneratorLimits
    package var outputs: [OutputKind]

    package init(
        file: String, name: String, seed: UInt64 = 1, target: TargetSpecification, flows: [Flow] = [],
        warmup: Warmup? = nil, loads: [LoadSpecification] = [], cache: CacheProbeSpecification? = nil,
        stream: StreamProbeSpecification? = nil, alarms: [AlarmDrillSpecification] = [], thresholds: [Threshold] = [],
        generator: GeneratorLimits = GeneratorLimits(), outputs: [OutputKind] = OutputKind.allCases
    ) {
        self.file = file
        self.name = name
        self.seed = seed
        self.target = target
        self.flows = flows
        self.warmup = warmup
        self.loads = loads
        self.cache = cache
        self.stream = stream
        self.alarms = alarms
        self.thresholds = thresholds
        self.generator = generator
        self.outputs = outputs
    }

    /// The flow of a name, or nil.
    package func flow(named name: String) -> Flow? { flows.first { $0.name == name } }

    /// The thresholds that a run can hold to: a bare URL has no probes, and what they would measure.
    package var judgedThresholds: [Threshold] {
        guard case .baseURL = target else { return thresholds }
        return thresholds.filter { !$0.metric.isOfProbes }
    }
}

/// Limits beyond which the generator's own figures make a run invalid.
package struct GeneratorLimits: Sendable, Equatable {
    /// Largest share of the worker threads' cores, 0...1.
    package var maximumCPU: Double
    /// Largest 99th percentile of how late sends were against their schedule.
    package var maximumScheduleLag: Duration

    package init(maximumCPU: Double = 0.8, maximumScheduleLag: Duration = .milliseconds(50)) {
        self.maximumCPU = maximumCPU
        self.maximumScheduleLag = maximumScheduleLag
    }
}

/// A report that a run writes.
package enum OutputKind: String, Sendable, CaseIterable { case html, json, junit }
