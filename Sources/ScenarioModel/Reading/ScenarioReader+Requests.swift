import Yams

extension ScenarioReader {
    func headers(_ node: Node, variables: Set<String>?) -> [HeaderTemplate] {
        (entries(node, "headers") ?? []).compactMap { name, key, value in
            guard isHeaderName(name) else {
                report(.outOfRange, key, "`\(name)` is no header name", hint: "letters, digits and - only")
                return nil
            }
            guard !["host", "content-length", "transfer-encoding", "connection", "expect"].contains(name.lowercased())
            else {
                report(.outOfRange, key, "the header `\(name)` is set by the engine itself", hint: "take it out")
                return nil
            }
            guard let template = template(value, "header `\(name)`", variables: variables) else { return nil }
            guard
                template.pieces.allSatisfy({ piece in
                    switch piece {
                    case .literal(let text): isHeaderValue(text)
                    case .secret(let secret): isHeaderValue(secret.value)
                    case .expression: true
                    }
                })
            else {
                report(.outOfRange, value, "header `\(name)`: a header value holds no control characters")
                return nil
            }
            return HeaderTemplate(name: name, value: template)
        }
    }

    /// RFC 9110's token.
    func isHeaderName(_ name: String) -> Bool {
        let others = Set("!#$%&'*+-.^_`|~".utf8)
        return !name.isEmpty
            && name.utf8.allSatisfy {
                ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x30 && $0 <= 0x39)
                    || others.contains($0)
            }
    }

    private func isHeaderValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    func body(_ fields: Fields, variables: Set<String>) -> BodyTemplate? {
        if let json = fields["json"] {
            if let text = fields["body"] {
                report(.outOfRange, text, "a request has `json` or `body`, not both", hint: "take one of them out")
            }
            return self.json(json, variables: variables, depth: 0).map { .json($0) }
        }
        return fields["body"].flatMap { template($0, "body", variables: variables) }.map { .text($0) }
    }

    func json(_ node: Node, variables: Set<String>, depth: Int) -> JSONTemplate? {
        guard depth < 64 else {
            report(.tooMany, node, "json: nested deeper than 64 levels")
            return nil
        }
        switch node {
        case .scalar(let scalar): return self.scalar(scalar, node, variables: variables)
        case .sequence(let sequence):
            return .array(sequence.compactMap { json($0, variables: variables, depth: depth + 1) })
        case .mapping:
            let members = (entries(node, "json") ?? []).compactMap { name, _, value in
                json(value, variables: variables, depth: depth + 1).map { JSONTemplate.Member(name: name, value: $0) }
            }
            return .object(members)
        case .alias:
            report(.wrongType, node, "json: an alias cannot be used here")
            return nil
        }
    }

    /// YAML 1.2's core schema for plain scalars; quoted ones are strings.
    private func scalar(_ scalar: Node.Scalar, _ node: Node, variables: Set<String>) -> JSONTemplate? {
        if scalar.style == .plain {
            if Self.isNull(scalar) { return .null }
            if scalar.string == "true" { return .bool(true) }
            if scalar.string == "false" { return .bool(false) }
            if JSONNumber.isValid(scalar.string) { return .number(scalar.string) }
        }
        return template(node, "json", variables: variables).map { .string($0) }
    }

    func expectations(_ node: Node, variables: Set<String>) -> Expectations {
        var expect = Expectations()
        guard
            let fields = fields(
                node, "expect", keys: ["status", "json", "headers"], later: ["body", "maxDuration", "latency"])
        else { return expect }
        if let status = fields["status"] {
            let nodes = status.sequence.map { Array($0) } ?? [status]
            expect.statuses = nodes.compactMap { integer($0, "expect.status", in: 100...599) }
        }
        if let headers = fields["headers"] { expect.headers = self.headers(headers, variables: variables) }
        for (text, key, value) in fields["json"].flatMap({ entries($0, "expect.json") }) ?? [] {
            guard let path = path(text, key) else { continue }
            guard let wanted = json(value, variables: variables, depth: 0) else { continue }
            switch wanted {
            case .array, .object:
                report(.notSupportedYet, value, "expect.json compares a text, number, true, false or null")
            default: expect.json.append(JSONExpectation(path: path, equals: wanted))
            }
        }
        return expect
    }

    func captures(_ node: Node) -> [Capture] {
        (entries(node, "capture") ?? []).compactMap { name, key, value in
            guard TemplateParser.isName(name), !["uuid", "seq", "timestamp"].contains(name) else {
                report(
                    .outOfRange, key, "capture: `\(name)` cannot be a variable's name",
                    hint: "letters, digits, _ and -, and none of uuid, seq, timestamp")
                return nil
            }
            if value.scalar != nil {
                guard let text = text(value, "capture") else { return nil }
                return path(text, value).map { Capture(variable: name, source: .json($0)) }
            }
            guard let fields = fields(value, "capture", keys: ["json", "header"], later: ["regex"]) else { return nil }
            if let json = fields["json"] {
                return text(json, "capture").flatMap { path($0, json) }
                    .map { Capture(variable: name, source: .json($0)) }
            }
            guard let header = required(fields, "header", "capture").flatMap({ text($0, "capture") }) else {
                return nil
            }
            guard isHeaderName(header) else {
                report(.outOfRange, value, "`\(header)` is no header name")
                return nil
            }
            return Capture(variable: name, source: .header(header))
        }
    }

    func path(_ text: String, _ node: Node) -> JSONPath? {
        if let path = JSONPath(text) { return path }
        report(
            .badExpression, node, "\"\(text.prefix(60))\" is no JSON path", hint: "write $.item.id or $.items[0].id")
        return nil
    }
}

/// RFC 8259's number syntax.
enum JSONNumber {
    static func isValid(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let count = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let leadingZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !(leadingZero && whole > 1) else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
