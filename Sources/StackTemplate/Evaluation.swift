internal import ExactJSON
import FoundationEssentials

/// Evaluates nodes against parameter values, decided conditions and the resources known so far.
struct Evaluation {
    let template: StackTemplate
    /// What `Ref` gives for each parameter.
    let parameters: [String: JSONValue]
    let environment: TemplateEnvironment
    var lookups = TemplateLookups()
    var conditions: [String: Bool] = [:]
    var identities: [String: ResourceIdentity] = [:]

    /// The value of a node; nil for `AWS::NoValue`, which removes the member or element that holds it.
    func value(of node: TemplateNode) throws(TemplateError) -> JSONValue? {
        switch node.content {
        case .bool(let value): return .bool(value)
        case .number(let literal): return .number(literal)
        case .string(let text): return .string(text)
        case .list(let elements):
            var values: [JSONValue] = []
            for element in elements { if let value = try value(of: element) { values.append(value) } }
            return .array(values)
        case .map(let members): return try object(of: members)
        case .intrinsic(let function): return try value(of: function, at: node)
        }
    }

    /// The object that members make.
    func object(of members: [TemplateMember]) throws(TemplateError) -> JSONValue {
        var object: [String: JSONValue] = [:]
        for member in members { object[member.name] = try value(of: member.value) }
        return .object(object)
    }

    /// The value of a node that must come out as text, a number or a boolean.
    func text(of node: TemplateNode) throws(TemplateError) -> String {
        switch try value(of: node) {
        case .string(let text), .number(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case nil, .null, .array, .object: throw node.error(.value, "this must come out as text")
        }
    }

    func list(of node: TemplateNode) throws(TemplateError) -> [JSONValue] {
        guard case .array(let elements) = try value(of: node) else {
            throw node.error(.value, "this must come out as a list")
        }
        return elements
    }

    private func value(of function: Intrinsic, at node: TemplateNode) throws(TemplateError) -> JSONValue? {
        switch function {
        case .ref(let name): return try reference(name, at: node)
        case .getAtt(let resource, let attribute): return .string(try self.attribute(attribute, of: resource, at: node))
        case .sub(let substitution, let variables):
            return .string(try self.text(of: substitution, variables: variables, at: node))
        case .join(let delimiter, let elements):
            var texts: [String] = []
            for element in try list(of: elements) { texts.append(try Self.text(element, at: elements)) }
            return .string(texts.joined(separator: delimiter))
        case .select(let index, let elements):
            let candidates = try list(of: elements)
            guard let position = Int(try text(of: index)), candidates.indices.contains(position) else {
                throw index.error(.value, "Fn::Select needs an index within the list's \(candidates.count) elements")
            }
            return candidates[position]
        case .split(let delimiter, let source):
            return .array(Self.split(try text(of: source), at: delimiter).map(JSONValue.string))
        case .findInMap(let map, let topKey, let secondKey, let fallback):
            return try lookUp(map, topKey, secondKey, fallback: fallback)
        case .importValue(let name): return .string(try imported(name))
        case .availabilityZones(let region):
            let named = try text(of: region)
            let zones = lookups.availabilityZones(named.isEmpty ? environment.region : named)
            return .array(zones.map(JSONValue.string))
        case .cidr(let block, let count, let hostBits):
            return .array(try addressBlocks(block, count, hostBits).map(JSONValue.string))
        case .length(let elements): return .integer(try list(of: elements).count)
        case .toJSONString(let argument):
            guard let value = try value(of: argument), value.arrayValue != nil || value.objectValue != nil else {
                throw argument.error(.value, "Fn::ToJsonString needs a list or a map")
            }
            return .string(value.text)
        case .base64(let source): return .string(Data(try text(of: source).utf8).base64EncodedString())
        case .choose(let condition, let then, let otherwise):
            return try value(of: try holds(condition, at: node) ? then : otherwise)
        case .allParameters(let type):
            let found = template.parameters.filter { $0.type == type }.compactMap { parameters[$0.name] }
            return .array(found.flatMap { $0.arrayValue ?? [$0] })
        case .equals, .and, .or, .not, .condition:
            throw node.error(.value, "\(function.name) belongs into the Conditions section")
        case .contains, .eachMemberEquals, .eachMemberIn:
            throw node.error(.value, "\(function.name) belongs into the Rules section")
        }
    }

    /// Whether a condition decided before holds.
    func holds(_ condition: String, at node: TemplateNode) throws(TemplateError) -> Bool {
        guard let decided = conditions[condition] else {
            throw node.error(.unknownName, "there is no condition \(condition)")
        }
        return decided
    }

    private func reference(_ name: String, at node: TemplateNode) throws(TemplateError) -> JSONValue? {
        if let value = parameters[name] { return value }
        switch PseudoParameter(rawValue: name) {
        case .accountID: return .string(environment.accountID)
        case .noValue: return nil
        case .notificationARNs: return []
        case .partition: return .string(environment.partition)
        case .region: return .string(environment.region)
        case .stackID: return .string(environment.stackID)
        case .stackName: return .string(environment.stackName)
        case .urlSuffix: return .string(environment.urlSuffix)
        case nil: return .string(try identity(of: name, at: node).ref)
        }
    }

    private func identity(of resource: String, at node: TemplateNode) throws(TemplateError) -> ResourceIdentity {
        if let identity = identities[resource] { return identity }
        guard template.resources.contains(where: { $0.logicalID == resource }) else {
            throw node.error(.unknownName, "\(resource) is neither a parameter nor a resource")
        }
        throw node.error(.unknownName, "the resource \(resource) does not exist: its condition does not hold")
    }

    private func attribute(
        _ attribute: String, of resource: String, at node: TemplateNode
    ) throws(TemplateError) -> String {
        let identity = try identity(of: resource, at: node)
        guard let value = identity.attributes[attribute] else {
            if identity.isPlaceholder { return "\(identity.ref).\(attribute)" }
            let type = template.resources.first { $0.logicalID == resource }?.type ?? "resource"
            throw node.error(.unknownName, "\(resource), an \(type), has no attribute \(attribute)")
        }
        return value
    }

    private func text(
        of substitution: Substitution, variables: [TemplateMember], at node: TemplateNode
    ) throws(TemplateError) -> String {
        func own(_ name: String) -> TemplateNode? { variables.first { $0.name == name }?.value }
        var output = ""
        for segment in substitution.segments {
            switch segment {
            case .literal(let text): output += text
            case .name(let name):
                if let variable = own(name) {
                    output += try text(of: variable)
                } else {
                    output += try Self.text(try reference(name, at: node), at: node)
                }
            case .attribute(let resource, let attribute):
                if let variable = own("\(resource).\(attribute)") {
                    output += try text(of: variable)
                } else {
                    output += try self.attribute(attribute, of: resource, at: node)
                }
            }
        }
        return output
    }

    private func lookUp(
        _ map: TemplateNode, _ topKey: TemplateNode, _ secondKey: TemplateNode, fallback: TemplateNode?
    ) throws(TemplateError) -> JSONValue? {
        let name = try text(of: map)
        let top = try text(of: topKey)
        let second = try text(of: secondKey)
        if let found = template.mappings[name]?[top]?[second] { return try value(of: found) }
        if let fallback { return try value(of: fallback) }
        guard let rows = template.mappings[name] else {
            throw map.error(.unknownName, "there is no mapping \(name)", words: TemplateWords.noMapping(name))
        }
        let words = "Template error: Unable to get mapping for \(name)::\(top)::\(second)"
        guard rows[top] != nil else {
            throw topKey.error(.unknownName, "the mapping \(name) has no key \(top)", words: words)
        }
        throw secondKey.error(.unknownName, "\(name).\(top) has no key \(second)", words: words)
    }

    private func imported(_ node: TemplateNode) throws(TemplateError) -> String {
        let name = try text(of: node)
        guard let value = lookups.exportedValue(name) else {
            throw node.error(.unknownName, "no stack exports \(name)", words: "No export named \(name) found.")
        }
        return value
    }

    private func addressBlocks(
        _ block: TemplateNode, _ count: TemplateNode, _ hostBits: TemplateNode
    ) throws(TemplateError) -> [String] {
        let (text, number, bits) = (try text(of: block), try text(of: count), try text(of: hostBits))
        guard let many = Int(number), let width = Int(bits),
            let blocks = AddressBlocks.cut(text, count: many, hostBits: width)
        else {
            throw block.error(
                .value, "Fn::Cidr cannot cut \(number) blocks with \(bits) bits each out of \(text)",
                words: "Template error: Fn::Cidr function failed: invalid arguments")
        }
        return blocks
    }

    static func text(_ value: JSONValue?, at node: TemplateNode) throws(TemplateError) -> String {
        switch value {
        case .string(let text), .number(let text): return text
        case .bool(let flag): return flag ? "true" : "false"
        case nil, .null, .array, .object:
            throw node.error(.value, "only text, numbers and booleans can be put together")
        }
    }

    private static func split(_ text: String, at delimiter: String) -> [String] {
        var parts: [String] = []
        var part = ""
        var rest = text[...]
        while !rest.isEmpty {
            if rest.hasPrefix(delimiter) {
                parts.append(part)
                part = ""
                rest = rest.dropFirst(delimiter.count)
            } else {
                part.append(rest.removeFirst())
            }
        }
        return parts + [part]
    }
}
