import ExactJSON

/// Fills in a template.
struct MappingEvaluation {
    /// How much a template may do and print, so that a loop in a loop ends.
    static let maximumSteps = 200_000
    static let maximumOutputBytes = 10 << 20

    var scope: MappingScope
    var output = ""
    private var steps = 0
    private var end = End.none

    private enum End { case none, loop, template }

    init(scope: MappingScope) { self.scope = scope }

    mutating func run(_ nodes: [MappingNode]) throws(TemplateProblem) {
        for node in nodes {
            steps += 1
            guard steps <= Self.maximumSteps, output.utf8.count <= Self.maximumOutputBytes else {
                throw TemplateProblem(message: "the template does too much")
            }
            switch node {
            case .text(let text): output += text
            case .output(let reference, let source, let isQuiet):
                if let value = try value(of: reference) {
                    output += value.javaText
                } else if !isQuiet, !Self.isOwn(reference.name) {
                    output += source
                }
            case .set(let reference, let expression): try assign(try value(of: expression), to: reference)
            case .branch(let branches, let otherwise): try run(branches, otherwise)
            case .loop(let variable, let list, let body): try loop(variable, list, body)
            case .leaveLoop: end = .loop
            case .stop: end = .template
            }
            if end != .none { return }
        }
    }

    /// What the gateway hands in prints nothing when it is missing; a name of the template's own prints itself.
    private static func isOwn(_ name: String) -> Bool { ["input", "context", "stageVariables", "util"].contains(name) }

    private mutating func run(_ branches: [MappingNode.Branch], _ otherwise: [MappingNode]) throws(TemplateProblem) {
        for branch in branches where try isTrue(branch.condition) { return try run(branch.body) }
        try run(otherwise)
    }

    private mutating func loop(
        _ variable: String, _ list: MappingExpression, _ body: [MappingNode]
    ) throws(TemplateProblem) {
        let elements: [JSONValue]
        switch try value(of: list) {
        case .array(let values)?: elements = values
        case .object(let members)?: elements = members.sorted { $0.key < $1.key }.map(\.value)
        default: elements = []
        }
        let outer = (scope.variables[variable], scope.variables["foreach"], scope.variables["velocityCount"])
        for (index, element) in elements.enumerated() {
            scope.variables[variable] = element
            scope.variables["velocityCount"] = .integer(index + 1)
            scope.variables["foreach"] = [
                "index": .integer(index), "count": .integer(index + 1), "hasNext": .bool(index + 1 < elements.count),
                "first": .bool(index == 0), "last": .bool(index + 1 == elements.count),
            ]
            try run(body)
            if end == .loop {
                end = .none
                break
            }
            if end == .template { break }
        }
        (scope.variables[variable], scope.variables["foreach"], scope.variables["velocityCount"]) = outer
    }

    private mutating func assign(_ value: JSONValue?, to reference: MappingReference) throws(TemplateProblem) {
        var path: [String] = []
        for access in reference.accesses {
            switch access {
            case .member(let name): path.append(name)
            case .element(let index): path.append(try self.value(of: index)?.javaText ?? "")
            case .call: throw TemplateProblem(message: "a call cannot be set")
            }
        }
        if reference.name == "context" {
            guard !path.isEmpty else { throw TemplateProblem(message: "$context cannot be set") }
            return scope.context.set(path, to: value ?? .null)
        }
        guard !Self.isOwn(reference.name) else {
            throw TemplateProblem(message: "$\(reference.name) cannot be set")
        }
        var root = scope.variables[reference.name] ?? [:]
        root.set(path, to: value ?? .null)
        scope.variables[reference.name] = root
    }

    // MARK: Values

    private mutating func isTrue(_ expression: MappingExpression) throws(TemplateProblem) -> Bool {
        switch try value(of: expression) {
        case nil, .null?: false
        case .bool(let flag)?: flag
        default: true
        }
    }

    mutating func value(of expression: MappingExpression) throws(TemplateProblem) -> JSONValue? {
        steps += 1
        guard steps <= Self.maximumSteps else { throw TemplateProblem(message: "the template does too much") }
        switch expression {
        case .literal(let value): return value
        case .text(let nodes):
            var inner = MappingEvaluation(scope: scope)
            inner.steps = steps
            try inner.run(nodes)
            steps = inner.steps
            return .string(inner.output)
        case .reference(let reference): return try value(of: reference)
        case .list(let elements): return .array(try values(of: elements))
        case .range(let first, let last): return try range(first, last)
        case .map(let entries):
            var members: [String: JSONValue] = [:]
            for entry in entries {
                members[try value(of: entry.key)?.javaText ?? ""] = try value(of: entry.value) ?? .null
            }
            return .object(members)
        case .not(let inner): return .bool(!(try isTrue(inner)))
        case .negative(let inner): return MappingArithmetic.subtract(0, try value(of: inner) ?? .null)
        case .binary(.and, let left, let right): return .bool(try isTrue(left) ? try isTrue(right) : false)
        case .binary(.or, let left, let right): return .bool(try isTrue(left) ? true : try isTrue(right))
        case .binary(let operation, let left, let right):
            return MappingArithmetic.result(operation, try value(of: left), try value(of: right))
        }
    }

    private mutating func values(of expressions: [MappingExpression]) throws(TemplateProblem) -> [JSONValue] {
        var values: [JSONValue] = []
        for expression in expressions { values.append(try value(of: expression) ?? .null) }
        return values
    }

    private mutating func range(
        _ first: MappingExpression, _ last: MappingExpression
    ) throws(TemplateProblem) -> JSONValue? {
        guard let low = try value(of: first)?.intValue, let high = try value(of: last)?.intValue else { return nil }
        let (distance, overflows) = high.subtractingReportingOverflow(low)
        guard !overflows, abs(distance) <= Self.maximumSteps else {
            throw TemplateProblem(message: "the range \(low)..\(high) is too long")
        }
        return .array(stride(from: low, through: high, by: low <= high ? 1 : -1).map { .integer($0) })
    }

    mutating func value(of reference: MappingReference) throws(TemplateProblem) -> JSONValue? {
        var accesses = reference.accesses[...]
        var value: JSONValue?
        switch reference.name {
        case "input": value = try input(&accesses)
        case "util":
            guard case .call(let name, let arguments)? = accesses.popFirst() else { return nil }
            value = try MappingFunctions.util(name, try values(of: arguments))
        case "context": value = scope.context
        case "stageVariables": value = .object(scope.stageVariables.mapValues(JSONValue.string))
        default: value = scope.variables[reference.name]
        }
        for (index, access) in zip(accesses.indices, accesses) {
            guard let current = value else { return nil }
            switch access {
            case .member(let name): value = Self.member(name, of: current)
            case .element(let key):
                let key = try self.value(of: key) ?? .null
                value = key.intValue.flatMap { current[$0] } ?? current[key.javaText]
            case .call(let name, let arguments):
                let arguments = try values(of: arguments)
                if ["add", "put", "remove"].contains(name) {
                    value = mutate(reference, accesses[..<index], current, name, arguments)
                } else {
                    value = MappingFunctions.method(name, of: current, arguments)
                }
            }
        }
        return value == .null ? nil : value
    }

    private static func member(_ name: String, of value: JSONValue) -> JSONValue? {
        if let member = value[name] { return member }
        // `$list.size` and `$map.empty` are getters of Java's.
        switch (value, name) {
        case (.array(let elements), "size"): return .integer(elements.count)
        case (.array(let elements), "empty"): return .bool(elements.isEmpty)
        default: return nil
        }
    }

    private mutating func input(
        _ accesses: inout ArraySlice<MappingReference.Access>
    ) throws(TemplateProblem) -> JSONValue? {
        switch accesses.popFirst() {
        case .member("body")?: return .string(scope.body)
        case .call("params", let arguments)?:
            guard let name = try values(of: arguments).first else { return scope.parameters }
            return .string(scope.parameter(name.javaText) ?? "")
        case .call(let name, let arguments)?:
            let text = try values(of: arguments).first?.javaText ?? "$"
            guard let path = MappingPath(text) else { throw TemplateProblem(message: "\(text) is no JSON path") }
            let found = path.value(in: scope.json)
            return name == "json" ? .string(found.map { $0.text } ?? "\"\"") : found
        default: return nil
        }
    }

    /// Changes a list or map that a variable holds, as Java's methods do.
    private mutating func mutate(
        _ reference: MappingReference, _ path: ArraySlice<MappingReference.Access>, _ current: JSONValue,
        _ name: String,
        _ arguments: [JSONValue]
    ) -> JSONValue? {
        var names: [String] = []
        for access in path {
            guard case .member(let name) = access else { return nil }
            names.append(name)
        }
        var changed = current
        let result: JSONValue
        switch (current, name, arguments.count) {
        case (.array(let elements), "add", 1):
            changed = .array(elements + arguments)
            result = true
        case (.object(let members), "put", 2):
            let key = arguments[0].javaText
            changed = .object(members.merging([key: arguments[1]]) { $1 })
            result = members[key] ?? ""
        case (.object(var members), "remove", 1):
            result = members.removeValue(forKey: arguments[0].javaText) ?? ""
            changed = .object(members)
        default: return nil
        }
        guard !Self.isOwn(reference.name), var root = scope.variables[reference.name] else { return nil }
        root.set(names, to: changed)
        scope.variables[reference.name] = root
        return result
    }
}
