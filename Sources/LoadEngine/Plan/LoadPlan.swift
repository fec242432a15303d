#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
package import ScenarioModel
import Timekeeping

/// A scenario's load compiled against a target: requests pre-encoded with slots, names resolved to numbers, the
/// schedule a function of time.
package struct LoadPlan: Sendable {
    struct Name: Sendable {
        var name: String
        var method: String
        var isCached: Bool
    }

    let target: TargetAddress
    var bytes: [UInt8] = []
    var requests: [CompiledRequest] = []
    var names: [Name] = []
    var variableCount = 0
    /// Lower case; nil when no request is cached.
    var originMarker: [UInt8]?
    var loads: [CompiledLoad] = []
    var warmup: CompiledLoad?
    /// Percentiles that thresholds ask for.
    var percentiles: [Double] = []
    /// Seeds what must differ from run to run: identities.
    var identitySeed: UInt64 = 0
    var mark = RunMark(runID: "")
    /// Longest wait for an answer, nanoseconds: API Gateway itself gives up after 29 s.
    var requestTimeout: UInt64 = 30_000_000_000
    var connectTimeout: UInt64 = 10_000_000_000
    /// Handshakes before the first arrival, so that none of them falls into the measured time.
    var opensConnectionsInHand = true
    /// PEM bundle to trust instead of the system's.
    package var certificateFile: String?
    /// Worker threads.
    package var workers = 1

    /// Compiles a scenario's warm-up and loads.
    ///
    /// - Parameters:
    ///   - baseURL: of the target, without a trailing slash.
    ///   - runID: makes the run's UUIDs its own: numbers repeat with the seed, identities must not, or a second run
    ///     against the same table would meet the first one's items.
    ///   - cores: processors of the machine.
    /// - Throws: `ScenarioError` when the base URL is none.
    package init(
        scenario: Scenario, baseURL: String, runID: String, cores: Int = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    ) throws(ScenarioError) {
        guard let target = TargetAddress(baseURL) else {
            let reason = BaseURL.fault(baseURL) ?? "it cannot be read"
            throw ScenarioError(
                file: scenario.file,
                problems: [.init(code: .outOfRange, message: "\"\(baseURL)\" is no base URL: \(reason)")])
        }
        self.target = target
        mark = RunMark(runID: runID)
        identitySeed = runID.utf8.reduce(scenario.seed) { SplitMix64.mix($0 ^ UInt64($1)) &+ 1 }
        originMarker = scenario.cache.map { Array($0.originMarkerHeader.lowercased().utf8) }
        percentiles = scenario.thresholds.compactMap {
            if case .percentile(let percentile) = $0.aggregation { percentile } else { nil }
        }
        var compiler = RequestCompiler(target: target)
        var flows: [String: Range<Int>] = [:]
        for flow in scenario.flows {
            let first = compiler.requests.count
            for step in flow.steps { compiler.add(step) }
            flows[flow.name] = first..<compiler.requests.count
        }
        bytes = compiler.bytes
        requests = compiler.requests
        names = compiler.names
        variableCount = compiler.variables.count
        compileLoads(scenario, flows: flows)
        workers = Self.workers(for: self, cores: cores)
    }

    /// A plan of one GET, for measuring the engine itself.
    init(getting path: String, of target: TargetAddress) {
        self.target = target
        var compiler = RequestCompiler(target: target)
        compiler.add(Step(method: "GET", url: Template(literal: path), name: "get"))
        bytes = compiler.bytes
        requests = compiler.requests
        names = compiler.names
    }

    private mutating func compileLoads(_ scenario: Scenario, flows: [String: Range<Int>]) {
        var starts: [String: UInt64] = [:]
        // A load's start depends on another's: as often as there are loads is enough to reach the last of a chain.
        for _ in scenario.loads {
            for load in scenario.loads where starts[load.name] == nil {
                guard let before = load.startAfter else {
                    starts[load.name] = 0
                    continue
                }
                guard let start = starts[before], let previous = scenario.loads.first(where: { $0.name == before })
                else { continue }
                starts[load.name] = start + UInt64(clamping: previous.duration.wholeNanoseconds)
            }
        }
        for (index, load) in scenario.loads.enumerated() {
            guard case .constantArrivalRate(let rate) = load.executor else { continue }
            let seed = SplitMix64.mix(scenario.seed &+ UInt64(index) &+ 1)
            loads.append(
                Self.compile(
                    mix: load.mix, rate: rate, arrivals: load.arrivals, duration: load.duration,
                    gracefulStop: load.gracefulStop, maxInFlight: load.maxInFlight, start: starts[load.name] ?? 0,
                    seed: seed, flows: flows))
        }
        if let warmup = scenario.warmup {
            self.warmup = Self.compile(
                mix: [.init(flow: warmup.flow, weight: 1)], rate: warmup.rate, arrivals: .uniform,
                duration: warmup.duration, gracefulStop: .seconds(30), maxInFlight: 500, start: 0,
                seed: SplitMix64.mix(scenario.seed), flows: flows)
        }
    }

    private static func compile(
        mix: [LoadSpecification.Share], rate: Rate, arrivals: LoadSpecification.Arrivals, duration: Duration,
        gracefulStop: Duration, maxInFlight: Int, start: UInt64, seed: UInt64, flows: [String: Range<Int>]
    ) -> CompiledLoad {
        var sum: UInt64 = 0
        let shares = mix.compactMap { share -> CompiledLoad.Share? in
            guard let requests = flows[share.flow], !requests.isEmpty else { return nil }
            sum += UInt64(clamping: share.weight)
            return CompiledLoad.Share(requests: requests, upTo: sum)
        }
        let length = UInt64(clamping: duration.wholeNanoseconds)
        return CompiledLoad(
            schedule: ArrivalSchedule(rate: rate, arrivals: arrivals, limit: length, seed: seed), start: start,
            duration: length, gracefulStop: UInt64(clamping: gracefulStop.wholeNanoseconds),
            maxInFlight: maxInFlight, mix: shares, seed: seed)
    }

    /// As few threads as the rate needs: on one machine with its target the generator should take little.
    private static func workers(for plan: LoadPlan, cores: Int) -> Int {
        let perSecond = plan.loads.map { load in
            load.schedule.ratePerSecond * Double(load.mix.map(\.requests.count).max() ?? 1)
        }.reduce(0, +)
        let needed = Int(min(perSecond / 20_000, 1000)) + 1
        let smallest = plan.loads.map(\.maxInFlight).min() ?? 1
        return max(1, min(needed, cores, smallest))
    }
}
