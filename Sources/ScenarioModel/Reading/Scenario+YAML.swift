import Yams

extension Scenario {
    /// Reads a scenario file's text and checks it whole.
    ///
    /// - Parameters:
    ///   - file: the path for messages.
    ///   - environment: where `${env.X}` and `${secret.X}` come from.
    /// - Throws: `ScenarioError` with every problem found, in the order of the file.
    package init(yaml: String, file: String, environment: [String: String]) throws(ScenarioError) {
        let root: Node
        switch YAMLSource.root(of: yaml) {
        case .success(let node): root = node
        case .failure(let problem): throw ScenarioError(file: file, problems: [problem])
        }
        let reader = ScenarioReader(environment: environment)
        let scenario = reader.scenario(root, file: file)
        guard reader.problems.isEmpty, let scenario else {
            throw ScenarioError(file: file, problems: reader.problems.sorted { $0.location < $1.location })
        }
        self = scenario
    }
}

extension ScenarioError.Problem: Error {}

extension ScenarioReader {
    static let topLevelKeys = [
        "version", "name", "seed", "target", "flows", "warmup", "scenarios", "cache", "stream", "alarms", "thresholds",
        "generator", "outputs",
    ]

    func scenario(_ root: Node, file: String) -> Scenario? {
        guard let top = fields(root, "the scenario file", keys: Self.topLevelKeys, later: ["data"]) else { return nil }
        if let version = required(top, "version", "the scenario file", hint: "add `version: 1`"),
            let number = integer(version, "version", in: Int.min...Int.max), number != 1
        {
            report(.outOfRange, version, "version must be 1, got \(number)")
        }
        let name = required(top, "name", "the scenario file").flatMap { text($0, "name") }
        let target = required(top, "target", "the scenario file", hint: "add `target: { emulator: {} }`")
            .flatMap { self.target($0) }
        let flows = top["flows"].map { self.flows($0) } ?? []
        let flowNames = Set(top["flows"]?.mapping?.keys.compactMap { $0.scalar?.string } ?? [])
        var scenario = Scenario(
            file: file, name: name ?? "", seed: top["seed"].flatMap { seed($0) } ?? 1,
            target: target ?? .baseURL(""), flows: flows)
        scenario.cache = top["cache"].flatMap { cache($0) }
        scenario.warmup = top["warmup"].flatMap { warmup($0, flows: flowNames) }
        scenario.loads = top["scenarios"].map { loads($0, flows: flowNames) } ?? []
        scenario.stream = top["stream"].flatMap { stream($0) }
        scenario.alarms = top["alarms"].map { alarms($0) } ?? []
        scenario.thresholds = top["thresholds"].map { thresholds($0, flows: flows) } ?? []
        scenario.generator = top["generator"].map { generator($0) } ?? GeneratorLimits()
        scenario.outputs = top["outputs"].map { outputs($0) } ?? OutputKind.allCases
        checkWhole(scenario, top)
        return scenario
    }

    /// What no single part can tell.
    private func checkWhole(_ scenario: Scenario, _ top: Fields) {
        if top["cache"] == nil, let step = scenario.flows.lazy.flatMap(\.steps).first(where: \.cached) {
            reportAt(
                .missing, step.location,
                "`cached: true` needs to know how the cache's answers are told from the origin's",
                hint: "add `cache: { originMarker: { header: ... }, ... }`")
        }
        if scenario.loads.isEmpty, top["scenarios"] == nil, top["cache"] == nil, top["stream"] == nil,
            top["alarms"] == nil
        {
            report(
                .missing, top.node, "there is nothing to do: no `scenarios`, `cache`, `stream` or `alarms`",
                hint: "add a load under `scenarios`")
        }
        if case .baseURL = scenario.target {
            for key in ["cache", "stream", "alarms"] where top[key] != nil {
                report(
                    .notSupportedYet, top[key], "`\(key)` needs AWS calls, which a bare baseURL has not",
                    hint: "use `target: { stack: ... }` or `target: { emulator: {} }`")
            }
        }
    }

    private func seed(_ node: Node) -> UInt64? {
        guard let scalar = node.scalar, let seed = UInt64(scalar.string) else {
            report(.wrongType, node, "seed: expected a whole number from 0, got \(Self.shown(node))")
            return nil
        }
        return seed
    }

    private func generator(_ node: Node) -> GeneratorLimits {
        var limits = GeneratorLimits()
        guard let fields = fields(node, "generator", keys: ["maxCPU", "maxScheduleLag"]) else { return limits }
        if let cpu = fields["maxCPU"] {
            if let share = cpu.scalar.flatMap({ Quantities.share($0.string) }), share > 0 {
                limits.maximumCPU = share
            } else {
                report(.outOfRange, cpu, "maxCPU: expected a share above 0, got \(Self.shown(cpu))", hint: "write 80%")
            }
        }
        if let lag = fields["maxScheduleLag"] {
            limits.maximumScheduleLag = duration(lag, "maxScheduleLag") ?? limits.maximumScheduleLag
        }
        return limits
    }

    private func outputs(_ node: Node) -> [OutputKind] {
        (elements(node, "outputs") ?? []).compactMap { word($0, "outputs", OutputKind.self) }
    }
}
