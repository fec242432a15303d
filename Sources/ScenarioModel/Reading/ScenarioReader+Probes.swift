import Yams

extension ScenarioReader {
    func cache(_ node: Node) -> CacheProbeSpecification? {
        guard
            let fields = fields(
                node, "cache", keys: ["write", "request", "update", "ttl", "originMarker", "checks"])
        else { return nil }
        let write = fields["write"].flatMap { step($0, "cache.write", variables: []) }
        let variables = Set(fields["write"].map { capturedNames($0) } ?? [])
        let request = required(fields, "request", "cache", hint: "add `request: { get: /items/{{ id }} }`")
            .flatMap { step($0, "cache.request", variables: variables) }
        if let request, request.method != "GET" {
            report(.outOfRange, fields["request"], "cache.request must be a GET, got \(request.method)")
        }
        let update = fields["update"].flatMap { step($0, "cache.update", variables: variables) }
        let ttl = required(fields, "ttl", "cache", hint: "add `ttl: 30s`")
            .flatMap { duration($0, "cache.ttl", atLeast: .nanoseconds(1)) }
        let marker = required(fields, "originMarker", "cache", hint: "add `originMarker: { header: x-origin-id }`")
            .flatMap { originMarker($0) }
        // Without a request that changes the item there is nothing that could be stale.
        var checks = CacheProbeSpecification.Check.allCases.filter { $0 != .staleness || fields["update"] != nil }
        if let node = fields["checks"] {
            checks = (elements(node, "cache.checks") ?? []).compactMap {
                word($0, "cache.checks", CacheProbeSpecification.Check.self, later: ["stampede"])
            }
        }
        if checks.contains(.staleness), fields["update"] == nil {
            report(
                .missing, node, "the check `staleness` needs `update`: a request that changes the item",
                hint: "add `update: { put: ... }`")
        }
        guard let request, let ttl, let marker else { return nil }
        return CacheProbeSpecification(
            write: write, request: request, update: update, ttl: ttl, originMarkerHeader: marker, checks: checks)
    }

    private func originMarker(_ node: Node) -> String? {
        guard let fields = fields(node, "originMarker", keys: ["header"], later: ["json"]),
            let header = required(fields, "header", "originMarker"), let name = text(header, "originMarker.header")
        else { return nil }
        guard isHeaderName(name) else {
            report(.outOfRange, header, "`\(name)` is no header name")
            return nil
        }
        return name
    }

    func stream(_ node: Node) -> StreamProbeSpecification? {
        guard
            let fields = fields(
                node, "stream", keys: ["write", "update", "delete", "observe", "samples", "timeout"])
        else { return nil }
        let write = required(fields, "write", "stream").flatMap { step($0, "stream.write", variables: ["nonce"]) }
        let variables = Set(fields["write"].map { capturedNames($0) } ?? []).union(["nonce"])
        let update = fields["update"].flatMap { step($0, "stream.update", variables: variables) }
        let delete = fields["delete"].flatMap { step($0, "stream.delete", variables: variables) }
        if let write, !write.allTemplates.contains(where: { $0.variables.contains("nonce") }) {
            report(
                .missing, fields["write"], "stream.write must carry `{{ nonce }}`, or its records cannot be told apart",
                hint: "add `probe: \"{{ nonce }}\"` to its json")
        }
        let observe = fields["observe"].map { self.observe($0) } ?? JSONPath("$.probe")
        let samples = fields["samples"].flatMap { integer($0, "stream.samples", in: 1...100_000) } ?? 100
        let timeout =
            fields["timeout"].flatMap { duration($0, "stream.timeout", atLeast: .nanoseconds(1)) } ?? .seconds(30)
        guard let write, let observe else { return nil }
        return StreamProbeSpecification(
            write: write, update: update, delete: delete, observe: observe, samples: samples, timeout: timeout)
    }

    private func observe(_ node: Node) -> JSONPath? {
        guard let fields = fields(node, "stream.observe", keys: ["logs"], later: ["table", "queue", "webhook"]),
            let logs = required(fields, "logs", "stream.observe"),
            let inner = self.fields(logs, "stream.observe.logs", keys: ["pattern"]),
            let pattern = required(inner, "pattern", "stream.observe.logs"), let text = text(pattern, "pattern")
        else { return nil }
        return path(text, pattern)
    }

    func alarms(_ node: Node) -> [AlarmDrillSpecification] {
        (elements(node, "alarms") ?? []).compactMap { alarm($0) }
    }

    private func alarm(_ node: Node) -> AlarmDrillSpecification? {
        guard let fields = fields(node, "an alarm", keys: ["name", "fault", "expect"]) else { return nil }
        let name = required(fields, "name", "an alarm", hint: "add `name: \"api-4xx-*\"`")
            .flatMap { setting($0, "name") }
        let fault = fields["fault"].map { self.fault($0) } ?? .automatic
        var expect = AlarmDrillSpecification.Expectation()
        if let node = fields["expect"],
            let fields = self.fields(node, "expect", keys: ["within", "clears", "action", "failures"])
        {
            expect.within = fields["within"].flatMap { duration($0, "within") } ?? expect.within
            expect.clears = fields["clears"].flatMap { duration($0, "clears") } ?? expect.clears
            expect.action = fields["action"].flatMap { word($0, "action", AlarmAction.self) }
            expect.maximumFailures = fields["failures"].flatMap { integer($0, "failures", in: 1...100_000) }
        }
        guard let name, let fault else { return nil }
        return AlarmDrillSpecification(
            namePattern: name, fault: fault, expect: expect, location: SourceLocation(node.mark))
    }

    private func fault(_ node: Node) -> AlarmFault? {
        if let stream = node.mapping?["streamRecord"] {
            guard fields(node, "fault", keys: ["streamRecord"]) != nil else { return nil }
            return step(stream, "fault.streamRecord", variables: []).map { .streamRecord($0) }
        }
        if let invocation = node.mapping?["invoke"] {
            guard fields(node, "fault", keys: ["invoke"]) != nil,
                let inner = fields(invocation, "fault.invoke", keys: ["function", "payload"])
            else { return nil }
            let function = required(inner, "function", "fault.invoke").flatMap { setting($0, "function") }
            let payload = inner["payload"].map { setting($0, "payload") } ?? AlarmFault.poison
            guard let function, let payload else { return nil }
            return .invocation(function: function, payload: payload)
        }
        if let throttled = node.mapping?["throttle"] {
            guard fields(node, "fault", keys: ["throttle"]) != nil else { return nil }
            return step(throttled, "fault.throttle", variables: []).map { .throttle($0) }
        }
        let others = ["header", "streamRecord", "invoke", "throttle"]
        guard let step = step(node, "fault", variables: [], extra: others) else { return nil }
        guard let header = node.mapping?["header"] else { return .request(step) }
        guard let value = setting(header, "fault.header") else { return nil }
        guard TemplateParser.isName(value) else {
            report(.outOfRange, header, "fault.header: expected the fault's word", hint: "write status-500 or throw")
            return nil
        }
        return .header(step, value: value)
    }
}

extension Step {
    /// Every template of the request: URL, headers, body.
    var allTemplates: [Template] {
        let inBody: [Template] =
            switch body {
            case .json(let json)?: json.templates
            case .text(let text)?: [text]
            case nil: []
            }
        return [url] + headers.map(\.value) + inBody
    }
}
