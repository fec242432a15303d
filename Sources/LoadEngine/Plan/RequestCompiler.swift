import ExactJSON
import ScenarioModel
import Timekeeping

/// Turns steps into bytes with slots, once, before the load.
struct RequestCompiler {
    private let target: TargetAddress
    private(set) var bytes: [UInt8] = []
    private(set) var requests: [CompiledRequest] = []
    private(set) var names: [LoadPlan.Name] = []
    private(set) var variables: [String: Int] = [:]

    init(target: TargetAddress) { self.target = target }

    mutating func add(_ step: Step) {
        let body = step.body.map { slots(of: $0) } ?? []
        let bodyLength = fixedLength(body)
        let carriesLength = step.body != nil || ["POST", "PUT", "PATCH"].contains(step.method)

        var head: [Slot] = []
        append("\(step.method) \(target.path)", to: &head)
        append(step.url, .url, to: &head)
        append(" HTTP/1.1\r\nHost: \(target.hostHeader)\r\n", to: &head)
        let given = Set(step.headers.map { $0.name.lowercased() })
        if !given.contains("user-agent") { append("User-Agent: firedrill\r\n", to: &head) }
        if case .json? = step.body, !given.contains("content-type") {
            append("Content-Type: application/json\r\n", to: &head)
        }
        for header in step.headers {
            append("\(header.name): ", to: &head)
            append(header.value, .header, to: &head)
            append("\r\n", to: &head)
        }
        if let bodyLength {
            append((carriesLength ? "Content-Length: \(bodyLength)\r\n" : "") + "\r\n", to: &head)
            head = merged(head + body)
        } else {
            append("Content-Length: ", to: &head)
        }
        requests.append(
            CompiledRequest(
                name: nameIndex(step), isHead: step.method == "HEAD", head: merged(head),
                body: bodyLength == nil ? merged(body) : [], hasVaryingBody: bodyLength == nil,
                captures: step.captures.map { capture($0) }, statuses: step.expect.statuses,
                json: step.expect.json.map { expectation($0) },
                headers: step.expect.headers.map { expectation($0) }, isCached: step.cached,
                thinkMinimum: UInt64(clamping: step.think?.minimum.wholeNanoseconds ?? 0),
                thinkSpan: UInt64(
                    clamping: step.think.map { ($0.maximum - $0.minimum).wholeNanoseconds } ?? 0)))
    }

    private mutating func nameIndex(_ step: Step) -> Int {
        if let index = names.firstIndex(where: { $0.name == step.name }) {
            if step.cached { names[index].isCached = true }
            return index
        }
        names.append(LoadPlan.Name(name: step.name, method: step.method, isCached: step.cached))
        return names.count - 1
    }

    private mutating func variable(_ name: String) -> Int {
        if let index = variables[name] { return index }
        variables[name] = variables.count
        return variables.count - 1
    }

    // MARK: Slots

    private mutating func append(_ text: some Collection<UInt8>, to slots: inout [Slot]) {
        guard !text.isEmpty else { return }
        slots.append(.bytes(start: bytes.count, count: text.count))
        bytes.append(contentsOf: text)
    }

    private mutating func append(_ text: String, to slots: inout [Slot]) { append(text.utf8, to: &slots) }

    private mutating func append(_ template: Template, _ encoding: Slot.Encoding, to slots: inout [Slot]) {
        for piece in template.pieces {
            switch piece {
            case .literal(let text): append(constant(text, encoding), to: &slots)
            case .secret(let secret): append(constant(secret.value, encoding), to: &slots)
            case .expression(let expression): slots.append(slot(expression, encoding))
            }
        }
    }

    /// A literal is written as it stands; only inside a JSON string must it be escaped.
    private func constant(_ text: String, _ encoding: Slot.Encoding) -> [UInt8] {
        guard encoding == .jsonText else { return Array(text.utf8) }
        var quoted: [UInt8] = []
        JSONValue.write(string: text, into: &quoted)
        return Array(quoted.dropFirst().dropLast())
    }

    private mutating func slot(_ expression: TemplateExpression, _ encoding: Slot.Encoding) -> Slot {
        switch expression {
        case .uuid: .uuid
        case .sequence: .sequence
        case .timestamp: .timestamp
        case .randomInteger(let range):
            .randomInteger(low: range.lowerBound, span: UInt64(bitPattern: range.upperBound &- range.lowerBound))
        case .variable(let name): .variable(variable(name), encoding)
        }
    }

    private mutating func slots(of body: BodyTemplate) -> [Slot] {
        var slots: [Slot] = []
        switch body {
        case .text(let template): append(template, .plain, to: &slots)
        case .json(let json): append(json, to: &slots)
        }
        return slots
    }

    private mutating func append(_ json: JSONTemplate, to slots: inout [Slot]) {
        switch json {
        case .null: append("null", to: &slots)
        case .bool(let value): append(value ? "true" : "false", to: &slots)
        case .number(let literal): append(literal, to: &slots)
        case .string(let template):
            if template.pieces.count == 1, case .expression(let expression) = template.pieces[0] {
                if case .variable = expression {
                    slots.append(slot(expression, .jsonValue))
                    return
                }
                if expression.isNumeric {
                    slots.append(slot(expression, .plain))
                    return
                }
            }
            append("\"", to: &slots)
            append(template, .jsonText, to: &slots)
            append("\"", to: &slots)
        case .array(let elements):
            append("[", to: &slots)
            for (index, element) in elements.enumerated() {
                if index > 0 { append(",", to: &slots) }
                append(element, to: &slots)
            }
            append("]", to: &slots)
        case .object(let members):
            append("{", to: &slots)
            for (index, member) in members.enumerated() {
                var key: [UInt8] = index > 0 ? [UInt8(ascii: ",")] : []
                JSONValue.write(string: member.name, into: &key)
                append(key + [UInt8(ascii: ":")], to: &slots)
                append(member.value, to: &slots)
            }
            append("}", to: &slots)
        }
    }

    /// The bytes that the slots fill, when that never varies.
    private func fixedLength(_ slots: [Slot]) -> Int? {
        var length = 0
        for slot in slots {
            switch slot {
            case .bytes(_, let count): length += count
            case .uuid: length += 36
            case .timestamp: length += 24
            case .randomInteger, .sequence, .variable: return nil
            }
        }
        return length
    }

    /// Neighbouring constants as one.
    private mutating func merged(_ slots: [Slot]) -> [Slot] {
        var merged: [Slot] = []
        for slot in slots {
            if case .bytes(let start, let count) = slot, case .bytes(let first, let before)? = merged.last {
                if first + before == start {
                    merged[merged.count - 1] = .bytes(start: first, count: before + count)
                } else {
                    let joined = Array(bytes[first..<first + before]) + Array(bytes[start..<start + count])
                    merged[merged.count - 1] = .bytes(start: bytes.count, count: joined.count)
                    bytes.append(contentsOf: joined)
                }
            } else {
                merged.append(slot)
            }
        }
        return merged
    }

    // MARK: Answers

    private func compiled(_ path: JSONPath) -> CompiledJSONPath {
        CompiledJSONPath(
            segments: path.segments.map { segment in
                switch segment {
                case .member(let name): .member(Array(name.utf8))
                case .index(let index): .index(index)
                }
            })
    }

    private mutating func capture(_ capture: Capture) -> CompiledCapture {
        let index = variable(capture.variable)
        switch capture.source {
        case .json(let path): return CompiledCapture(variable: index, source: .json(compiled(path)))
        case .header(let name):
            return CompiledCapture(variable: index, source: .header(Array(name.lowercased().utf8)))
        }
    }

    private mutating func expectation(_ expectation: JSONExpectation) -> CompiledJSONExpectation {
        var slots: [Slot] = []
        var form = CompiledJSONExpectation.Form.text
        if case .string(let template) = expectation.equals {
            append(template, .plain, to: &slots)
            if template.pieces.count == 1, case .expression(let expression) = template.pieces[0] {
                if case .variable = expression { form = .any }
                if expression.isNumeric { form = .literal }
            }
        } else {
            append(expectation.equals, to: &slots)
            form = .literal
        }
        return CompiledJSONExpectation(path: compiled(expectation.path), form: form, value: merged(slots))
    }

    private mutating func expectation(_ header: HeaderTemplate) -> CompiledHeaderExpectation {
        var slots: [Slot] = []
        append(header.value, .plain, to: &slots)
        return CompiledHeaderExpectation(name: Array(header.name.lowercased().utf8), value: merged(slots))
    }
}
