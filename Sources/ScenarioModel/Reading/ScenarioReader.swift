import Yams

/// Gathers a scenario's parts and everything that is wrong with them; reading goes on after each problem.
final class ScenarioReader {
    /// A mapping's entries by key.
    struct Fields {
        var node: Node
        var values: [String: Node]
        /// Keys that an unknown key was probably meant to be: reporting them as missing too would say it twice.
        var misspelt: Set<String> = []

        subscript(key: String) -> Node? { values[key] }
    }

    let templates: TemplateParser
    private(set) var problems: [ScenarioError.Problem] = []

    init(environment: [String: String]) {
        templates = TemplateParser(environment: environment)
    }

    func report(_ code: ScenarioError.Code, _ node: Node?, _ message: String, hint: String? = nil) {
        reportAt(code, SourceLocation(node?.mark), message, hint: hint)
    }

    func reportAt(_ code: ScenarioError.Code, _ location: SourceLocation, _ message: String, hint: String? = nil) {
        // Whoever reads them has stopped reading before this many.
        guard problems.count < 200 else { return }
        let problem = ScenarioError.Problem(code: code, location: location, message: message, hint: hint)
        if !problems.contains(problem) { problems.append(problem) }
    }

    /// The mapping's entries; unknown keys are reported with the nearest known one.
    ///
    /// - Parameters:
    ///   - what: what the mapping describes, for messages: "a step".
    ///   - later: keys that the language has but this version does not carry out.
    func fields(_ node: Node, _ what: String, keys: [String], later: [String] = []) -> Fields? {
        guard let entries = entries(node, what) else { return nil }
        var values: [String: Node] = [:]
        var misspelt: Set<String> = []
        for (name, key, value) in entries {
            if keys.contains(name) {
                values[name] = value
            } else if later.contains(name) {
                report(.notSupportedYet, key, "`\(name)` in \(what) is not supported yet", hint: "take it out")
            } else {
                let nearest = SpellingSuggestion.nearest(to: name, among: keys)
                if let nearest { misspelt.insert(nearest) }
                report(
                    .unknownKey, key, "unknown key `\(name)` in \(what)",
                    hint: nearest.map { "did you mean `\($0)`?" } ?? "known: \(keys.joined(separator: ", "))")
            }
        }
        return Fields(node: node, values: values, misspelt: misspelt)
    }

    /// A mapping of free names, in the order written.
    func entries(_ node: Node, _ what: String) -> [(name: String, key: Node, value: Node)]? {
        guard case .mapping(let mapping) = node else {
            report(.wrongType, node, "\(what): expected a mapping (`key: value`), got \(Self.kind(node))")
            return nil
        }
        return mapping.compactMap { key, value in
            guard let name = key.scalar?.string else {
                report(.wrongType, key, "\(what): expected a name as key, got \(Self.kind(key))")
                return nil
            }
            return (name, key, value)
        }
    }

    func elements(_ node: Node, _ what: String) -> [Node]? {
        guard case .sequence(let sequence) = node else {
            report(.wrongType, node, "\(what): expected a list (`- ...`), got \(Self.kind(node))")
            return nil
        }
        return Array(sequence)
    }

    func required(_ fields: Fields, _ key: String, _ what: String, hint: String? = nil) -> Node? {
        if let node = fields[key] { return node }
        if fields.misspelt.contains(key) { return nil }
        report(.missing, fields.node, "\(what) needs `\(key)`", hint: hint)
        return nil
    }

    /// Any scalar but null, as text.
    func text(_ node: Node, _ what: String) -> String? {
        guard let scalar = node.scalar, !Self.isNull(scalar) else {
            report(.wrongType, node, "\(what): expected a text, got \(Self.kind(node))")
            return nil
        }
        return scalar.string
    }

    /// A text whose `${env.X}` are filled in, and which may hold no `{{ }}`.
    func setting(_ node: Node, _ what: String) -> String? {
        guard let template = template(node, what, variables: []) else { return nil }
        guard let constant = template.constant else {
            report(.badTemplate, node, "\(what): `{{ }}` has no meaning here", hint: "use ${env.NAME}")
            return nil
        }
        return constant
    }

    /// - Parameter variables: the names that are captured by now; nil when any will do.
    func template(_ node: Node, _ what: String, variables: Set<String>?) -> Template? {
        guard let source = text(node, what) else { return nil }
        do throws(TemplateParser.Mistake) {
            let template = try templates.parse(source)
            check(template, node, variables: variables)
            return template
        } catch {
            report(error.code, node, "\(what): \(error.message)", hint: error.hint)
            return nil
        }
    }

    private func check(_ template: Template, _ node: Node, variables: Set<String>?) {
        guard let variables else { return }
        for name in template.variables where !variables.contains(name) {
            let functions = TemplateParser.functions.map { String($0.prefix { $0 != "(" }) }
            let nearest = SpellingSuggestion.nearest(to: name, among: variables.sorted() + functions)
            report(
                .undefinedVariable, node, "`{{ \(name) }}` is used before anything captures `\(name)`",
                hint: nearest.map { "did you mean `\($0)`?" } ?? "capture it in an earlier step")
        }
    }

    func integer(_ node: Node, _ what: String, in range: ClosedRange<Int>) -> Int? {
        guard let scalar = node.scalar, let value = Int(scalar.string) else {
            report(.wrongType, node, "\(what): expected a whole number, got \(Self.shown(node))")
            return nil
        }
        guard range.contains(value) else {
            let expected =
                range.upperBound == Int.max
                ? "\(range.lowerBound) or more" : "\(range.lowerBound) to \(range.upperBound)"
            report(.outOfRange, node, "\(what) must be \(expected), got \(value)")
            return nil
        }
        return value
    }

    func boolean(_ node: Node, _ what: String) -> Bool? {
        switch node.scalar?.string {
        case "true": return true
        case "false": return false
        default:
            report(.wrongType, node, "\(what): expected true or false, got \(Self.shown(node))")
            return nil
        }
    }

    func duration(_ node: Node, _ what: String, atLeast least: Duration = .zero) -> Duration? {
        guard let scalar = node.scalar, let value = Quantities.duration(scalar.string) else {
            report(
                .wrongType, node, "\(what): expected a duration, got \(Self.shown(node))",
                hint: "write 200ms, 10s, 5m or 1h, up to 30 days")
            return nil
        }
        guard value >= least else {
            report(.outOfRange, node, "\(what) must be longer than 0, got \(scalar.string)")
            return nil
        }
        return value
    }

    func rate(_ node: Node, _ what: String) -> Rate? {
        guard let scalar = node.scalar, let value = Quantities.rate(scalar.string) else {
            report(
                .outOfRange, node, "\(what): expected a rate above 0, got \(Self.shown(node))",
                hint: "write 100/s, 600/m or 90/h, up to 1000000/s")
            return nil
        }
        return value
    }

    /// One of an enumeration's words.
    func word<Word: RawRepresentable & CaseIterable>(
        _ node: Node, _ what: String, _ type: Word.Type, later: [String] = []
    ) -> Word? where Word.RawValue == String {
        guard let text = text(node, what) else { return nil }
        if let word = Word(rawValue: text) { return word }
        let known = Word.allCases.map(\.rawValue)
        if later.contains(text) {
            report(
                .notSupportedYet, node, "\(what): `\(text)` is not supported yet",
                hint: "supported: \(known.joined(separator: ", "))")
        } else {
            let nearest = SpellingSuggestion.nearest(to: text, among: known)
            report(
                .unknownName, node, "\(what): expected \(known.joined(separator: ", ")), got \(Self.shown(node))",
                hint: nearest.map { "did you mean `\($0)`?" })
        }
        return nil
    }

    /// What a node is, in words.
    static func kind(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar): isNull(scalar) ? "nothing" : shown(node)
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }

    /// A scalar as written, shortened.
    static func shown(_ node: Node) -> String {
        guard let scalar = node.scalar else { return kind(node) }
        guard !isNull(scalar) else { return "nothing" }
        return "\"\(scalar.string.prefix(60))\""
    }

    static func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}
