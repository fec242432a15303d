import Yams

extension ScenarioReader {
    static let methods = ["get", "post", "put", "patch", "delete", "head", "options"]

    func flows(_ node: Node) -> [Flow] {
        var methodOfName: [String: String] = [:]
        return (entries(node, "flows") ?? []).compactMap { name, key, value in
            guard let items = elements(value, "flow `\(name)`") else { return nil }
            guard !items.isEmpty else {
                report(.missing, key, "flow `\(name)` has no steps", hint: "add `- get: /path`")
                return nil
            }
            var steps: [Step] = []
            var variables: Set<String> = []
            for item in items {
                if let think = think(item) {
                    self.add(think, to: &steps, item)
                    continue
                }
                if let step = step(item, "flow `\(name)`", variables: variables) {
                    if let method = methodOfName.updateValue(step.method, forKey: step.name), method != step.method {
                        report(
                            .unknownName, item,
                            "the name `\(step.name)` stands for a \(method) and a \(step.method): figures would be mixed",
                            hint: "give one of them another name")
                    }
                    steps.append(step)
                }
                variables.formUnion(capturedNames(item))
            }
            return Flow(name: name, steps: steps)
        }
    }

    private func think(_ item: Node) -> Node? {
        guard let mapping = item.mapping, mapping.count == 1 else { return nil }
        return mapping["think"]
    }

    private func add(_ node: Node, to steps: inout [Step], _ item: Node) {
        guard let pause = thinkTime(node) else { return }
        guard let last = steps.last else {
            report(.outOfRange, item, "a flow cannot begin with `think`", hint: "put it between two requests")
            return
        }
        let before = last.think ?? ThinkTime(minimum: .zero, maximum: .zero)
        steps[steps.count - 1].think = ThinkTime(
            minimum: before.minimum + pause.minimum, maximum: before.maximum + pause.maximum)
    }

    private func thinkTime(_ node: Node) -> ThinkTime? {
        if node.scalar != nil { return duration(node, "think").map { ThinkTime(minimum: $0, maximum: $0) } }
        guard let fields = fields(node, "think", keys: ["min", "max"]),
            let minimum = required(fields, "min", "think").flatMap({ duration($0, "think.min") }),
            let maximum = required(fields, "max", "think").flatMap({ duration($0, "think.max") })
        else { return nil }
        guard minimum <= maximum else {
            report(.outOfRange, node, "think: min must not be longer than max")
            return nil
        }
        return ThinkTime(minimum: minimum, maximum: maximum)
    }

    /// What a step captures by its text: a broken capture must not be reported again where it is used.
    func capturedNames(_ item: Node) -> [String] {
        guard let mapping = item.mapping else { return [] }
        return mapping.values.flatMap { $0.mapping?["capture"]?.mapping?.keys.compactMap { $0.scalar?.string } ?? [] }
    }

    /// A mapping with one method as its key: `get: /path` or `post: { url: /path, ... }`.
    ///
    /// - Parameter extra: keys that may stand beside the method.
    func step(_ node: Node, _ what: String, variables: Set<String>, extra: [String] = []) -> Step? {
        guard let fields = fields(node, what, keys: Self.methods + extra + (extra.isEmpty ? ["think"] : []))
        else { return nil }
        let methods = Self.methods.filter { fields[$0] != nil }
        guard methods.count == 1, let method = methods.first, let body = fields[method], fields["think"] == nil else {
            report(
                .missing, node, "\(what): a step is exactly one request or `think`",
                hint: "write `- get: /path`; methods: \(Self.methods.joined(separator: ", "))")
            return nil
        }
        return request(body, method: method.uppercased(), at: node, variables: variables)
    }

    private func request(_ node: Node, method: String, at item: Node, variables: Set<String>) -> Step? {
        let location = SourceLocation(item.mark)
        if node.scalar != nil {
            guard let url = url(node, variables: variables) else { return nil }
            return Step(method: method, url: url, name: "\(method) \(url.source)", location: location)
        }
        guard
            let fields = fields(
                node, "the \(method) request", keys: Self.stepKeys,
                later: ["timeout", "form", "query", "auth", "retry"])
        else { return nil }
        let url = required(fields, "url", "the \(method) request").flatMap { self.url($0, variables: variables) }
        let name = fields["name"].flatMap { requestName($0) }
        let headers = fields["headers"].map { self.headers($0, variables: variables) } ?? []
        let body = self.body(fields, variables: variables)
        let captures = fields["capture"].map { self.captures($0) } ?? []
        let expect =
            fields["expect"].map { expectations($0, variables: variables) } ?? Expectations()
        let cached = fields["cached"].flatMap { boolean($0, "cached") } ?? false
        if cached, method != "GET", let node = fields["cached"] {
            report(.outOfRange, node, "only a GET can be served through the response cache")
        }
        guard let url else { return nil }
        return Step(
            method: method, url: url, name: name ?? "\(method) \(url.source)", headers: headers, body: body,
            expect: expect, captures: captures, cached: cached, location: location)
    }

    private static let stepKeys = ["url", "name", "headers", "json", "body", "expect", "capture", "cached"]

    /// Names become tags of reports and of `.hlog` files, which know no comma and no line break.
    private func requestName(_ node: Node) -> String? {
        guard let name = text(node, "name") else { return nil }
        guard !name.isEmpty, name.utf8.count <= 100, name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x2C && $0 != 0x7D })
        else {
            report(.outOfRange, node, "a request's name has 1 to 100 bytes and no comma, } or line break")
            return nil
        }
        return name
    }

    private func url(_ node: Node, variables: Set<String>) -> Template? {
        guard let url = template(node, "url", variables: variables) else { return nil }
        let literals = url.pieces.compactMap { if case .literal(let text) = $0 { text } else { nil } }
        let isClean = literals.allSatisfy {
            $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") && $0 != UInt8(ascii: "\\") }
        }
        guard case .literal(let first)? = url.pieces.first, first.hasPrefix("/") else {
            report(
                .badTemplate, node, "url: expected a path below the target that starts with /, got \(Self.shown(node))",
                hint: "write /items/{{ id }}; the host comes from `target`")
            return nil
        }
        guard isClean else {
            report(
                .badTemplate, node, "url: a space, #, \\ or a character outside ASCII must be percent-encoded",
                hint: "write %20 for a space")
            return nil
        }
        return url
    }
}
