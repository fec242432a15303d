internal import ExactJSON

/// Looks up everything that a template leaves open: parameters, conditions, functions, and the order of its resources.
package enum TemplateResolver {
    /// Resolves a template into the stack that CloudFormation would make of it.
    ///
    /// - Parameters:
    ///   - template: A template read and checked.
    ///   - parameters: The values given; the others take their defaults.
    ///   - environment: What the pseudo parameters stand for.
    ///   - lookups: What lies outside of the template.
    ///   - identify: Called once for each resource whose condition holds, after all that it depends on; answers what
    ///     `Ref` and `Fn::GetAtt` give for it.
    /// - Throws: `TemplateError` with the place of the first mistake, or whatever error `identify` throws.
    package static func resolve(
        _ template: StackTemplate, parameters: [String: String], environment: TemplateEnvironment,
        lookups: TemplateLookups = TemplateLookups(),
        identify: (ResourceDeclaration) throws(TemplateError) -> ResourceIdentity
    ) throws(TemplateError) -> ResolvedStack {
        var resolution = try StackResolution(
            template, parameters: parameters, environment: environment, lookups: lookups)
        var resources: [ResolvedResource] = []
        for name in resolution.order {
            let declaration = try resolution.declaration(of: name)
            let identity = try identify(declaration)
            resolution.identify(name, as: identity)
            resources.append(try resolution.resolved(declaration, as: identity))
        }
        return ResolvedStack(
            parameters: resolution.parameters, resources: resources, outputs: try resolution.outputs())
    }
}

extension Evaluation {
    func outputs(of template: StackTemplate) throws(TemplateError) -> [ResolvedOutput] {
        var outputs: [ResolvedOutput] = []
        for output in template.outputs where output.condition.map({ conditions[$0] == true }) ?? true {
            var exportName: String?
            if let name = output.exportName { exportName = try text(of: name) }
            outputs.append(
                ResolvedOutput(
                    key: output.key, value: try text(of: output.value), description: output.description,
                    exportName: exportName))
        }
        return outputs
    }

    func deletionPolicy(of resource: TemplateResource) throws(TemplateError) -> String {
        guard let node = resource.deletionPolicy else { return "Delete" }
        let policy = try text(of: node)
        guard ["Delete", "Retain", "RetainExceptOnCreate", "Snapshot"].contains(policy) else {
            throw node.error(.value, "\(policy) is no deletion policy")
        }
        return policy
    }

    /// The resources that one needs, in the order in which it names them; only chosen branches of `Fn::If` count.
    func dependencies(of resource: TemplateResource) throws(TemplateError) -> [String] {
        var names = resource.dependsOn
        for property in resource.properties { try collect(from: property.value, into: &names) }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private func collect(from node: TemplateNode, into names: inout [String]) throws(TemplateError) {
        switch node.content {
        case .bool, .number, .string: break
        case .list(let elements): for element in elements { try collect(from: element, into: &names) }
        case .map(let members): for member in members { try collect(from: member.value, into: &names) }
        case .intrinsic(.choose(let condition, let then, let otherwise)):
            try collect(from: try holds(condition, at: node) ? then : otherwise, into: &names)
        case .intrinsic(let function):
            names += function.resourceNames
            for operand in function.operands { try collect(from: operand, into: &names) }
        }
    }
}

extension Intrinsic {
    /// The names that this function itself looks up, parameters and pseudo parameters among them.
    fileprivate var resourceNames: [String] {
        switch self {
        case .ref(let name): [name]
        case .getAtt(let resource, _): [resource]
        case .sub(let substitution, let variables):
            substitution.segments.compactMap { segment in
                switch segment {
                case .literal: nil
                case .name(let name): variables.contains { $0.name == name } ? nil : name
                case .attribute(let resource, let attribute):
                    variables.contains { $0.name == "\(resource).\(attribute)" } ? nil : resource
                }
            }
        case .join, .select, .split, .findInMap, .base64, .choose, .equals, .and, .or, .not, .condition, .importValue,
            .availabilityZones, .cidr, .length, .toJSONString, .contains, .eachMemberEquals, .eachMemberIn,
            .allParameters:
            []
        }
    }
}
