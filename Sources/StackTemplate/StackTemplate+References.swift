extension StackTemplate {
    /// Checks that every name used anywhere is declared, also in branches and resources that conditions switch off.
    func checkReferences() throws(TemplateError) {
        let names = DeclaredNames(self)
        for condition in conditions { try names.check(condition.value, allowingResources: false) }
        for resource in resources {
            for name in resource.dependsOn where !names.resources.contains(name) {
                throw TemplateError(
                    code: .unknownName, message: "\(resource.logicalID) depends on \(name), which is no resource",
                    location: resource.location)
            }
            try names.check(condition: resource.condition, at: resource.location)
            if let policy = resource.deletionPolicy { try names.check(policy, allowingResources: false) }
            for property in resource.properties { try names.check(property.value, allowingResources: true) }
        }
        for output in outputs {
            try names.check(condition: output.condition, at: output.location)
            try names.check(output.value, allowingResources: true)
        }
    }
}

/// The pseudo parameters that `Ref` knows without a declaration.
enum PseudoParameter: String, CaseIterable {
    case accountID = "AWS::AccountId"
    case noValue = "AWS::NoValue"
    case notificationARNs = "AWS::NotificationARNs"
    case partition = "AWS::Partition"
    case region = "AWS::Region"
    case stackID = "AWS::StackId"
    case stackName = "AWS::StackName"
    case urlSuffix = "AWS::URLSuffix"
}

/// All that a template's functions may name.
private struct DeclaredNames {
    let parameters: Set<String>
    let conditions: Set<String>
    let resources: Set<String>
    let mappings: Set<String>

    init(_ template: StackTemplate) {
        parameters = Set(template.parameters.map(\.name))
        conditions = Set(template.conditions.map(\.name))
        resources = Set(template.resources.map(\.logicalID))
        mappings = Set(template.mappings.keys)
    }

    func check(condition: String?, at location: TemplateLocation) throws(TemplateError) {
        guard let condition, !conditions.contains(condition) else { return }
        throw TemplateError(
            code: .unknownName, message: "there is no condition \(condition)", location: location)
    }

    func check(_ node: TemplateNode, allowingResources: Bool) throws(TemplateError) {
        switch node.content {
        case .bool, .number, .string: break
        case .list(let elements):
            for element in elements { try check(element, allowingResources: allowingResources) }
        case .map(let members):
            for member in members { try check(member.value, allowingResources: allowingResources) }
        case .intrinsic(let function):
            try check(function, at: node, allowingResources: allowingResources)
            for operand in function.operands { try check(operand, allowingResources: allowingResources) }
        }
    }

    private func check(
        _ function: Intrinsic, at node: TemplateNode, allowingResources: Bool
    ) throws(TemplateError) {
        switch function {
        case .ref(let name): try check(reference: name, at: node, allowingResources: allowingResources)
        case .getAtt(let resource, _): try check(resource: resource, at: node, allowingResources: allowingResources)
        case .choose(let name, _, _), .condition(let name): try check(condition: name, at: node.location)
        case .findInMap(let map, _, _):
            if let name = map.scalarText, !mappings.contains(name) {
                throw map.error(.unknownName, "there is no mapping \(name)")
            }
        case .sub(let substitution, let variables):
            let own = Set(variables.map(\.name))
            for segment in substitution.segments {
                switch segment {
                case .name(let name) where !own.contains(name):
                    try check(reference: name, at: node, allowingResources: allowingResources)
                case .attribute(let resource, let attribute) where !own.contains("\(resource).\(attribute)"):
                    try check(resource: resource, at: node, allowingResources: allowingResources)
                case .literal, .name, .attribute: break
                }
            }
        case .join, .select, .split, .base64, .equals, .and, .or, .not: break
        }
    }

    private func check(reference name: String, at node: TemplateNode, allowingResources: Bool) throws(TemplateError) {
        if parameters.contains(name) || PseudoParameter(rawValue: name) != nil { return }
        guard resources.contains(name) else {
            throw node.error(.unknownName, "\(name) is neither a parameter nor a resource")
        }
        try check(resource: name, at: node, allowingResources: allowingResources)
    }

    private func check(resource name: String, at node: TemplateNode, allowingResources: Bool) throws(TemplateError) {
        guard resources.contains(name) else { throw node.error(.unknownName, "there is no resource \(name)") }
        guard allowingResources else {
            throw node.error(.value, "the resource \(name) cannot be used here: it does not exist yet")
        }
    }
}
