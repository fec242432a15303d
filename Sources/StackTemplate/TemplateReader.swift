internal import Yams

/// Turns YAML (and JSON, which is YAML) into template nodes, short tags such as `!Ref` into functions.
struct TemplateReader {
    /// Deepest nesting that is read, so that a hostile file cannot exhaust the stack; the YAML library stops at 1000.
    static let maximumDepth = 100

    let file: String
    /// Top-level members that are left out unread, whatever they hold.
    var ignoredSections: Set<String> = []

    /// The root of the file.
    func read(_ text: String) throws(TemplateError) -> TemplateNode {
        let parser: Parser
        let root: Node?
        do {
            parser = try Parser(yaml: SurrogateEscapes.joined(text), resolver: .basic, encoding: .utf8)
            root = try parser.singleRoot()
        } catch {
            throw Self.error(from: error, file: file)
        }
        // The parser owns the anchors that nodes point to weakly; they are how an alias is noticed below.
        defer { withExtendedLifetime(parser) {} }
        guard let root else { throw error(.malformed, "the template is empty", nil) }
        return try node(root, depth: 0)
    }

    private func location(_ mark: Mark?) -> TemplateLocation {
        TemplateLocation(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
    }

    private func error(_ code: TemplateError.Code, _ message: String, _ mark: Mark?) -> TemplateError {
        TemplateError(code: code, message: message, location: location(mark))
    }

    private func node(_ node: Node, depth: Int) throws(TemplateError) -> TemplateNode {
        guard depth < Self.maximumDepth else {
            throw error(.malformed, "nested deeper than \(Self.maximumDepth) levels", node.mark)
        }
        // CloudFormation takes neither aliases nor hash merges; refusing them also keeps aliases from multiplying.
        guard node.anchor == nil else { throw error(.unsupported, "YAML anchors are not supported", node.mark) }
        let content: TemplateNode.Content
        switch node {
        case .scalar(let scalar): content = try self.content(of: scalar)
        case .sequence(let sequence): content = .list(try list(sequence, depth: depth))
        case .mapping(let mapping): content = try map(mapping, depth: depth)
        case .alias: throw error(.unsupported, "YAML aliases are not supported", node.mark)
        }
        let plain = TemplateNode(content: content, location: location(node.mark))
        guard let function = try Self.function(tagged: tag(of: node), at: plain) else { return plain }
        return TemplateNode(
            content: .intrinsic(try Intrinsic(named: function, argument: plain)), location: plain.location)
    }

    private func tag(of node: Node) -> String {
        switch node {
        case .scalar(let scalar): scalar.tag.description
        case .sequence(let sequence): sequence.tag.description
        case .mapping(let mapping): mapping.tag.description
        case .alias: ""
        }
    }

    /// The function that a short tag names; nil without one.
    private static func function(tagged tag: String, at node: TemplateNode) throws(TemplateError) -> String? {
        guard tag.hasPrefix("!"), tag.count > 1 else {
            let standard = ["", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"]
            guard standard.contains(tag) else { throw node.error(.unsupported, "the YAML tag \(tag) is not supported") }
            return nil
        }
        let name = String(tag.dropFirst())
        return name == "Ref" || name == "Condition" ? name : "Fn::\(name)"
    }

    private func list(_ sequence: Node.Sequence, depth: Int) throws(TemplateError) -> [TemplateNode] {
        var elements: [TemplateNode] = []
        for element in sequence { elements.append(try node(element, depth: depth + 1)) }
        return elements
    }

    private func map(_ mapping: Node.Mapping, depth: Int) throws(TemplateError) -> TemplateNode.Content {
        var members: [TemplateMember] = []
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                throw error(.malformed, "a member's name must be text", key.mark)
            }
            guard name.string != "<<" else { throw error(.unsupported, "YAML merges are not supported", key.mark) }
            if depth == 0, ignoredSections.contains(name.string) { continue }
            members.append(
                TemplateMember(
                    name: name.string, location: location(key.mark), value: try node(value, depth: depth + 1)))
        }
        guard let function = members.first(where: { $0.name == "Ref" || $0.name.hasPrefix("Fn::") }) else {
            return .map(members)
        }
        guard !function.name.hasPrefix("Fn::ForEach::") else {
            throw TemplateError(
                code: .unsupported, message: "loops (Fn::ForEach) are not supported: write the entries out",
                location: function.location)
        }
        guard members.count == 1 else {
            throw TemplateError(
                code: .malformed, message: "the function \(function.name) must be the only member of its map",
                location: function.location)
        }
        return .intrinsic(try Intrinsic(named: function.name, argument: function.value))
    }
}

extension TemplateReader {
    /// A plain scalar's type by YAML 1.1, which CloudFormation reads; anything but JSON's numbers stays text.
    private func content(of scalar: Node.Scalar) throws(TemplateError) -> TemplateNode.Content {
        guard scalar.style == .plain, scalar.tag.description.isEmpty else { return .string(scalar.string) }
        switch scalar.string {
        case "", "~", "null", "Null", "NULL":
            throw TemplateError(
                code: .malformed, message: "CloudFormation takes no null: give a value or leave the name out",
                location: location(scalar.mark),
                wordsOfCloudFormation: "Template format error: 'null' values are not allowed in templates")
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON": return .bool(true)
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF": return .bool(false)
        default: return NumberSyntax.isJSONNumber(scalar.string) ? .number(scalar.string) : .string(scalar.string)
        }
    }

    private static func error(from error: any Error, file: String) -> TemplateError {
        func malformed(_ message: String, _ mark: Mark?) -> TemplateError {
            let place = TemplateLocation(file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
            return TemplateError(
                code: .malformed, message: message, location: place,
                wordsOfCloudFormation: "Template format error: YAML not well-formed. "
                    + "(line \(place.line), column \(place.column))")
        }
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            // libyaml names the function that raises its limit, which no user can call.
            if problem.hasPrefix("Maximum nesting level") { return malformed("this is nested too deeply", mark) }
            return malformed(problem + (context.map { ", \($0.text) begun in line \($0.mark.line)" } ?? ""), mark)
        case .reader(let problem, _, _, _): return malformed(problem, nil)
        case .duplicatedKeysInMapping(let names, let context):
            return malformed("\(names.joined(separator: ", ")) stands here more than once", context.mark)
        default: return malformed("this is no YAML", nil)
        }
    }
}

/// The grammar of JSON's numbers (RFC 8259, section 6).
enum NumberSyntax {
    static func isJSONNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
        func skipDigits() -> Bool {
            guard let first = rest.first, digit(first) else { return false }
            rest = rest.drop(while: digit)
            return true
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        if rest.first == UInt8(ascii: "0") {
            rest = rest.dropFirst()
        } else if !skipDigits() {
            return false
        }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            if !skipDigits() { return false }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            if !skipDigits() { return false }
        }
        return rest.isEmpty
    }
}
