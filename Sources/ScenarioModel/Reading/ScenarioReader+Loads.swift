import Yams

extension ScenarioReader {
    private static let laterExecutors = [
        "ramping-arrival-rate", "constant-vus", "ramping-vus", "shared-iterations", "per-vu-iterations",
    ]

    private enum ExecutorName: String, CaseIterable { case constantArrivalRate = "constant-arrival-rate" }

    func warmup(_ node: Node, flows: Set<String>) -> Warmup? {
        guard let fields = fields(node, "warmup", keys: ["flow", "rate", "duration"]) else { return nil }
        let flow = required(fields, "flow", "warmup").flatMap { flowName($0, flows) }
        let rate = required(fields, "rate", "warmup").flatMap { self.rate($0, "warmup.rate") }
        let duration = required(fields, "duration", "warmup")
            .flatMap { self.duration($0, "warmup.duration", atLeast: .nanoseconds(1)) }
        guard let flow, let rate, let duration else { return nil }
        return Warmup(flow: flow, rate: rate, duration: duration)
    }

    private func flowName(_ node: Node, _ flows: Set<String>) -> String? {
        guard let name = text(node, "flow") else { return nil }
        guard flows.contains(name) else {
            let nearest = SpellingSuggestion.nearest(to: name, among: flows.sorted())
            report(
                .unknownName, node, "unknown flow `\(name)`",
                hint: nearest.map { "did you mean `\($0)`?" }
                    ?? "flows: \(flows.isEmpty ? "none" : flows.sorted().joined(separator: ", "))")
            return nil
        }
        return name
    }

    func loads(_ node: Node, flows: Set<String>) -> [LoadSpecification] {
        let entries = entries(node, "scenarios") ?? []
        let names = entries.map(\.name)
        let loads = entries.compactMap { name, key, value in
            load(name, value, flows: flows, names: names)
        }
        checkOrder(loads, node)
        return loads
    }

    private func load(_ name: String, _ node: Node, flows: Set<String>, names: [String]) -> LoadSpecification? {
        let what = "scenario `\(name)`"
        guard
            let fields = fields(
                node, what,
                keys: [
                    "flow", "mix", "executor", "rate", "arrivals", "duration", "maxInFlight", "gracefulStop",
                    "startAfter",
                ], later: ["stages", "vus", "iterations", "timeUnit"])
        else { return nil }
        let mix = self.mix(fields, what, flows: flows)
        if let executor = required(fields, "executor", what, hint: "add `executor: constant-arrival-rate`") {
            _ = word(executor, "executor", ExecutorName.self, later: Self.laterExecutors)
        }
        let rate = required(fields, "rate", what, hint: "add `rate: 100/s`").flatMap { self.rate($0, "rate") }
        let duration = required(fields, "duration", what, hint: "add `duration: 10s`")
            .flatMap { self.duration($0, "duration", atLeast: .nanoseconds(1)) }
        var load = LoadSpecification(
            name: name, mix: mix, executor: .constantArrivalRate(rate ?? .perSecond(1)), duration: duration ?? .zero)
        if let arrivals = fields["arrivals"] {
            load.arrivals = word(arrivals, "arrivals", LoadSpecification.Arrivals.self) ?? .uniform
        }
        if let limit = fields["maxInFlight"] {
            load.maxInFlight = integer(limit, "maxInFlight", in: 1...100_000) ?? load.maxInFlight
        }
        if let stop = fields["gracefulStop"] {
            load.gracefulStop = self.duration(stop, "gracefulStop") ?? load.gracefulStop
        }
        if let after = fields["startAfter"], let other = text(after, "startAfter") {
            if names.contains(other), other != name {
                load.startAfter = other
            } else {
                let nearest = SpellingSuggestion.nearest(to: other, among: names.filter { $0 != name })
                report(
                    .unknownName, after, "startAfter: no other scenario is named `\(other)`",
                    hint: nearest.map { "did you mean `\($0)`?" })
            }
        }
        return rate != nil && duration != nil ? load : nil
    }

    private func mix(_ fields: Fields, _ what: String, flows: Set<String>) -> [LoadSpecification.Share] {
        if let flow = fields["flow"], let mix = fields["mix"] {
            report(.outOfRange, mix, "\(what) has `flow` or `mix`, not both", hint: "take one of them out")
            _ = flowName(flow, flows)
            return []
        }
        if let flow = fields["flow"] {
            return flowName(flow, flows).map { [LoadSpecification.Share(flow: $0, weight: 1)] } ?? []
        }
        guard let mix = required(fields, "mix", what, hint: "add `flow: name` or `mix: { name: weight }`"),
            let entries = entries(mix, "mix")
        else { return [] }
        if entries.isEmpty { report(.missing, mix, "mix names no flow") }
        return entries.compactMap { _, key, value in
            let name = flowName(key, flows)
            let weight = integer(value, "the weight of a flow", in: 1...1_000_000)
            guard let name, let weight else { return nil }
            return LoadSpecification.Share(flow: name, weight: weight)
        }
    }

    /// `startAfter` must lead back to the beginning.
    private func checkOrder(_ loads: [LoadSpecification], _ node: Node) {
        for load in loads {
            var seen: Set<String> = [load.name]
            var current = load.startAfter
            while let name = current {
                guard seen.insert(name).inserted else {
                    report(.outOfRange, node, "startAfter: `\(load.name)` waits for itself")
                    return
                }
                current = loads.first { $0.name == name }?.startAfter
            }
        }
    }
}
