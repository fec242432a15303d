import ExactJSON

/// A model: a JSON schema of draft 4, as far as API Gateway's models go.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
struct JSONSchema: Sendable {
    /// References followed and values entered on the way to one value; deeper ones are taken as fitting.
    private static let maximumDepth = 100
    private static let maximumProblems = 20

    private var root: JSONValue
    /// Schemas of the API's other models, by name: they may be referred to.
    private var models: [String: JSONValue]

    /// Nil when there is no such model or it has no schema.
    init?(model name: String, of models: [String: JSONValue]) {
        self.models = models.compactMapValues { model in
            model["schema"]?.stringValue.flatMap { try? JSONValue(parsing: $0) }
        }
        guard let root = self.models[name] else { return nil }
        self.root = root
    }

    init(_ root: JSONValue) {
        self.root = root
        models = [:]
    }

    /// What of a value does not fit, in the words of the library that API Gateway uses.
    func problems(in value: JSONValue) -> [String] {
        var problems: [String] = []
        check(value, root, document: root, depth: 0, &problems)
        return problems
    }

    private func check(
        _ value: JSONValue, _ schema: JSONValue, document: JSONValue, depth: Int, _ problems: inout [String]
    ) {
        guard depth < Self.maximumDepth, problems.count < Self.maximumProblems, case .object(let rules) = schema else {
            return
        }
        if let reference = rules["$ref"]?.stringValue {
            guard let (target, document) = resolve(reference, in: document) else {
                return problems.append("the reference \"\(reference)\" cannot be resolved")
            }
            return check(value, target, document: document, depth: depth + 1, &problems)
        }
        if let type = rules["type"], !Self.fits(value, type) {
            let allowed = (type.arrayValue ?? [type]).compactMap(\.stringValue).map { "\"\($0)\"" }
            problems.append(
                "instance type (\(Self.type(of: value))) does not match any allowed primitive type "
                    + "(allowed: [\(allowed.joined(separator: ","))])")
            return
        }
        if let allowed = rules["enum"]?.arrayValue, !allowed.contains(where: { Self.areEqual($0, value) }) {
            problems.append(
                "instance value (\(value.text)) not found in enum (possible values: \(JSONValue.array(allowed).text))")
        }
        switch value {
        case .object(let members): check(members, rules, document, depth, &problems)
        case .array(let elements): check(elements, rules, document, depth, &problems)
        case .string(let text): check(text, rules, &problems)
        case .number: check(value.doubleValue ?? 0, rules, &problems)
        case .null, .bool: break
        }
        combine(value, rules, document, depth, &problems)
    }

    private func resolve(_ reference: String, in document: JSONValue) -> (JSONValue, JSONValue)? {
        if reference.hasPrefix("#") {
            let path = reference.dropFirst().split(separator: "/").map { PatchOperation.unescaped(String($0)) }
            return document.at(path).map { ($0, document) }
        }
        // https://apigateway.amazonaws.com/restapis/<id>/models/<name>
        guard let name = reference.firstRange(of: "/models/").map({ String(reference[$0.upperBound...]) }),
            let model = models[name]
        else { return nil }
        return (model, model)
    }

    // MARK: Kinds of values

    private func check(
        _ members: [String: JSONValue], _ rules: [String: JSONValue], _ document: JSONValue, _ depth: Int,
        _ problems: inout [String]
    ) {
        let required = (rules["required"]?.arrayValue ?? []).compactMap(\.stringValue)
        let missing = required.filter { members[$0] == nil }
        if !missing.isEmpty {
            let names = missing.sorted().map { "\"\($0)\"" }.joined(separator: ",")
            problems.append("object has missing required properties ([\(names)])")
        }
        bound(members.count, rules, "minProperties", "maxProperties", "object", "properties", &problems)
        let properties = rules["properties"]?.objectValue ?? [:]
        let patterns = (rules["patternProperties"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
        var unknown: [String] = []
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            var isKnown = false
            if let own = properties[name] {
                isKnown = true
                check(member, own, document: document, depth: depth + 1, &problems)
            }
            for (pattern, own) in patterns where Self.finds(pattern, in: name) {
                isKnown = true
                check(member, own, document: document, depth: depth + 1, &problems)
            }
            if isKnown { continue }
            switch rules["additionalProperties"] {
            case .bool(false)?: unknown.append(name)
            case let schema?: check(member, schema, document: document, depth: depth + 1, &problems)
            case nil: break
            }
        }
        if !unknown.isEmpty {
            let names = unknown.map { "\"\($0)\"" }.joined(separator: ",")
            problems.append("object instance has properties which are not allowed by the schema: [\(names)]")
        }
    }

    private func check(
        _ elements: [JSONValue], _ rules: [String: JSONValue], _ document: JSONValue, _ depth: Int,
        _ problems: inout [String]
    ) {
        bound(elements.count, rules, "minItems", "maxItems", "array", "items", &problems)
        if rules["uniqueItems"] == true, Set(elements).count < elements.count {
            problems.append("array must not contain duplicate elements")
        }
        for (index, element) in elements.enumerated() {
            if let schemas = rules["items"]?.arrayValue {
                if schemas.indices.contains(index) {
                    check(element, schemas[index], document: document, depth: depth + 1, &problems)
                }
            } else if let schema = rules["items"] {
                check(element, schema, document: document, depth: depth + 1, &problems)
            }
        }
    }

    private func check(_ text: String, _ rules: [String: JSONValue], _ problems: inout [String]) {
        let length = text.unicodeScalars.count
        if let least = rules["minLength"]?.intValue, length < least {
            problems.append("string \"\(text)\" is too short (length: \(length), required minimum: \(least))")
        }
        if let most = rules["maxLength"]?.intValue, length > most {
            problems.append("string \"\(text)\" is too long (length: \(length), maximum allowed: \(most))")
        }
        if let pattern = rules["pattern"]?.stringValue, !Self.finds(pattern, in: text) {
            problems.append("ECMA 262 regex \"\(pattern)\" does not match input string \"\(text)\"")
        }
    }

    private func check(_ number: Double, _ rules: [String: JSONValue], _ problems: inout [String]) {
        if let least = rules["minimum"]?.doubleValue {
            let excludes = rules["exclusiveMinimum"] == true
            if number < least || (excludes && number == least) {
                problems.append(
                    "numeric instance is lower than the required minimum (minimum: \(rules["minimum"]?.text ?? ""), "
                        + "found: \(JSONValue.double(number).text))")
            }
        }
        if let most = rules["maximum"]?.doubleValue {
            let excludes = rules["exclusiveMaximum"] == true
            if number > most || (excludes && number == most) {
                problems.append(
                    "numeric instance is greater than the required maximum (maximum: \(rules["maximum"]?.text ?? ""), "
                        + "found: \(JSONValue.double(number).text))")
            }
        }
        if let step = rules["multipleOf"]?.doubleValue, step > 0 {
            let quotient = number / step
            if abs(quotient - quotient.rounded()) > 1e-9 {
                problems.append(
                    "remainder of division is not zero (\(JSONValue.double(number).text) / \(JSONValue.double(step).text))"
                )
            }
        }
    }

    private func bound(
        _ count: Int, _ rules: [String: JSONValue], _ least: String, _ most: String, _ kind: String, _ what: String,
        _ problems: inout [String]
    ) {
        if let minimum = rules[least]?.intValue, count < minimum {
            problems.append(
                "\(kind) is too short: must have at least \(minimum) \(what) but instance has \(count) \(what)")
        }
        if let maximum = rules[most]?.intValue, count > maximum {
            problems.append(
                "\(kind) is too long: must have at most \(maximum) \(what) but instance has \(count) \(what)")
        }
    }

    private func combine(
        _ value: JSONValue, _ rules: [String: JSONValue], _ document: JSONValue, _ depth: Int,
        _ problems: inout [String]
    ) {
        func fits(_ schema: JSONValue) -> Bool {
            var own: [String] = []
            check(value, schema, document: document, depth: depth + 1, &own)
            return own.isEmpty
        }
        for schema in rules["allOf"]?.arrayValue ?? [] {
            check(value, schema, document: document, depth: depth + 1, &problems)
        }
        if let any = rules["anyOf"]?.arrayValue, !any.contains(where: fits) {
            problems.append("instance failed to match at least one required schema among \(any.count)")
        }
        if let one = rules["oneOf"]?.arrayValue {
            let count = one.count(where: fits)
            if count != 1 {
                problems.append("instance failed to match exactly one schema (matched \(count) out of \(one.count))")
            }
        }
        if let not = rules["not"], fits(not) { problems.append("instance matched a schema which it should not have") }
    }

    // MARK: Values

    private static func type(of value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "boolean"
        case .number: value.intValue != nil ? "integer" : "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    private static func fits(_ value: JSONValue, _ type: JSONValue) -> Bool {
        let actual = Self.type(of: value)
        return (type.arrayValue ?? [type]).contains { allowed in
            allowed.stringValue == actual || (allowed == "number" && actual == "integer")
        }
    }

    private static func areEqual(_ left: JSONValue, _ right: JSONValue) -> Bool {
        if let first = left.doubleValue, let second = right.doubleValue { return first == second }
        return left == right
    }

    private static func finds(_ pattern: String, in text: String) -> Bool {
        // A pattern that cannot be read refuses nothing.
        guard let regex = try? Regex(pattern) else { return true }
        return (try? regex.firstMatch(in: text)) != nil
    }
}
