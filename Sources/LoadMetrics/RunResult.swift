/// Everything that one run measured: the single value that verdicts and reports are functions of.
///
/// Encoded as JSON it is the report's body (version 1, additive changes only). Times say their unit in their name;
/// moments are seconds since 1970 on the target's clock unless said otherwise.
package struct RunResult: Codable, Sendable, Equatable {
    package var schemaVersion = 1
    package var tool: Tool
    package var run: RunInformation
    /// One entry a request name, in the order of the scenario; the load phase only, never the warm-up.
    package var requests: [RequestSummary]
    /// All requests of the load phase together.
    package var total: RequestSummary
    /// One point a second of the load phase.
    package var timeline: [TimelinePoint]
    package var generator: GeneratorHealth
    /// Nil when the scenario has no cache probe.
    package var cache: CacheObservation?
    package var stream: StreamObservation?
    package var alarms: [AlarmObservation]
    package var reconciliation: [ReconciliationRow]
    /// Broken wiring seen through the AWS API: what no traffic can tell, and the causes of what traffic told.
    package var findings: [Finding]
    /// Parts that could not be carried out to their end.
    package var problems: [RunProblem]
    /// Alarms of the stack that the scenario says nothing of: nobody knows whether they ring.
    package var undrilledAlarms: [String] = []

    package struct Tool: Codable, Sendable, Equatable {
        package var name: String
        package var version: String
        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    package init(
        tool: Tool, run: RunInformation, requests: [RequestSummary] = [], total: RequestSummary,
        timeline: [TimelinePoint] = [], generator: GeneratorHealth = GeneratorHealth(), cache: CacheObservation? = nil,
        stream: StreamObservation? = nil, alarms: [AlarmObservation] = [], reconciliation: [ReconciliationRow] = [],
        findings: [Finding] = [], problems: [RunProblem] = []
    ) {
        self.tool = tool
        self.run = run
        self.requests = requests
        self.total = total
        self.timeline = timeline
        self.generator = generator
        self.cache = cache
        self.stream = stream
        self.alarms = alarms
        self.reconciliation = reconciliation
        self.findings = findings
        self.problems = problems
    }
}

/// What ran, where and when.
package struct RunInformation: Codable, Sendable, Equatable {
    package struct Target: Codable, Sendable, Equatable {
        /// `emulator`, `stack` or `url`.
        package var kind: String
        package var baseURL: String
        package var stack: String?
        package init(kind: String, baseURL: String, stack: String? = nil) {
            self.kind = kind
            self.baseURL = baseURL
            self.stack = stack
        }
    }

    package struct Host: Codable, Sendable, Equatable {
        package var name: String
        package var cores: Int
        package var system: String
        package init(name: String, cores: Int, system: String) {
            self.name = name
            self.cores = cores
            self.system = system
        }
    }

    package var id: String
    package var scenario: String
    package var scenarioFile: String
    package var target: Target
    /// ISO 8601, real time.
    package var startedAt: String
    package var endedAt: String
    /// Real seconds from start to end.
    package var wallSeconds: Double
    /// Seconds of idle waiting that advancing the emulator's clock skipped; 0 on AWS.
    package var skippedSeconds: Double
    package var seed: UInt64
    package var host: Host
    /// True when a signal ended the run early: what follows was measured until then.
    package var interrupted: Bool
    /// Wall seconds of each phase, in order.
    package var phases: [Phase]

    package struct Phase: Codable, Sendable, Equatable {
        package var name: String
        package var seconds: Double
        package init(name: String, seconds: Double) {
            self.name = name
            self.seconds = seconds
        }
    }

    package init(
        id: String, scenario: String, scenarioFile: String, target: Target, startedAt: String, endedAt: String = "",
        wallSeconds: Double = 0, skippedSeconds: Double = 0, seed: UInt64, host: Host, interrupted: Bool = false,
        phases: [Phase] = []
    ) {
        self.id = id
        self.scenario = scenario
        self.scenarioFile = scenarioFile
        self.target = target
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.wallSeconds = wallSeconds
        self.skippedSeconds = skippedSeconds
        self.seed = seed
        self.host = host
        self.interrupted = interrupted
        self.phases = phases
    }
}

/// Broken wiring, with its cause as the AWS API tells it.
package struct Finding: Codable, Sendable, Equatable {
    /// Stable name for programs: `alarm.dimension`, `cache.key`, `mapping.disabled`.
    package var id: String
    /// The logical or physical name of what is wrong.
    package var resource: String
    /// One sentence: what is wrong.
    package var message: String
    /// What to do about it.
    package var remedy: String
    package init(id: String, resource: String, message: String, remedy: String) {
        self.id = id
        self.resource = resource
        self.message = message
        self.remedy = remedy
    }
}

/// Something that kept a part of the run from being carried out; it makes the run invalid.
package struct RunProblem: Codable, Sendable, Equatable {
    /// `load`, `cache`, `stream`, `alarms`, `reconciliation`.
    package var phase: String
    package var message: String
    package init(phase: String, message: String) {
        self.phase = phase
        self.message = message
    }
}
