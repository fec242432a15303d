extension StackTemplate {
    /// Checks that every name used anywhere is declared, also in branches and resources that conditions switch off.
    func checkReferences() throws(TemplateError) {
        let names = DeclaredNames(self)
        for condition in conditions { try names.check(condition.value, in: .conditions) }
        for rule in rules {
            if let condition = rule.condition { try names.check(condition, in: .rules) }
            for assertion in rule.assertions { try names.check(assertion.assert, in: .rules) }
        }
        for resource in resources {
            for name in resource.dependsOn where !names.resources.contains(name) {
                throw TemplateError(
                    code: .unknownName, message: "\(resource.logicalID) depends on \(name), which is no resource",
                    location: resource.location,
                    wordsOfCloudFormation: TemplateWords.unresolved(name, in: TemplateBlock.resources.rawValue))
            }
            try names.check(condition: resource.condition, at: resource.location, in: .resources)
            if let policy = resource.deletionPolicy { try names.check(policy, in: .policies) }
            for property in resource.properties { try names.check(property.value, in: .resources) }
        }
        for output in outputs {
            try names.check(condition: output.condition, at: output.location, in: .outputs)
            try names.check(output.value, in: .outputs)
            if let name = output.exportName { try names.check(name, in: .outputs) }
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

/// The parts of a template in which functions may stand.
private enum TemplateBlock: String {
    case resources = "Resources"
    case outputs = "Outputs"
    case conditions = "Conditions"
    case rules = "Rules"
    /// Deletion policies: decided before anything is made.
    case policies = "DeletionPolicy"

    var mayNameResources: Bool { self == .resources || self == .outputs }
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

    func check(
        condition: String?, at location: TemplateLocation, in block: TemplateBlock
    ) throws(TemplateError) {
        guard let condition, !conditions.contains(condition) else { return }
        throw TemplateError(
            code: .unknownName, message: "there is no condition \(condition)", location: location,
            wordsOfCloudFormation: TemplateWords.unknownCondition(condition, in: block.rawValue))
    }

    func check(_ node: TemplateNode, in block: TemplateBlock) throws(TemplateError) {
        switch node.content {
        case .bool, .number, .string: break
        case .list(let elements):
            for element in elements { try check(element, in: block) }
        case .map(let members):
            for member in members { try check(member.value, in: block) }
        case .intrinsic(let function):
            try check(function, at: node, in: block)
            for operand in function.operands { try check(operand, in: block) }
        }
    }

    private func check(_ function: Intrinsic, at node: TemplateNode, in block: TemplateBlock) throws(TemplateError) {
        switch function {
        case .ref(let name): try check(reference: name, at: node, in: block)
        case .getAtt(let resource, _): try check(source: resource, at: node, in: block)
        case .choose(let name, _, _):
            guard !conditions.contains(name) else { return }
            throw node.error(
                .unknownName, "there is no condition \(name)",
                words: "Template error: unresolved condition dependency \(name) in Fn::If")
        case .condition(let name): try check(condition: name, at: node.location, in: block)
        case .findInMap(let map, _, _, let fallback):
            if let name = map.scalarText, !mappings.contains(name), fallback == nil {
                throw map.error(.unknownName, "there is no mapping \(name)", words: TemplateWords.noMapping(name))
            }
        case .sub(let substitution, let variables):
            let own = Set(variables.map(\.name))
            for segment in substitution.segments {
                switch segment {
                case .name(let name) where !own.contains(name): try check(reference: name, at: node, in: block)
                case .attribute(let resource, let attribute) where !own.contains("\(resource).\(attribute)"):
                    try check(source: resource, at: node, in: block)
                case .literal, .name, .attribute: break
                }
            }
        case .join, .select, .split, .base64, .equals, .and, .or, .not, .importValue, .availabilityZones, .cidr,
            .length, .toJSONString, .contains, .eachMemberEquals, .eachMemberIn, .allParameters:
            break
        }
    }

    private func check(reference name: String, at node: TemplateNode, in block: TemplateBlock) throws(TemplateError) {
        if parameters.contains(name) || PseudoParameter(rawValue: name) != nil { return }
        guard resources.contains(name) else {
            throw node.error(
                .unknownName, "\(name) is neither a parameter nor a resource",
                words: TemplateWords.unresolved(name, in: block.rawValue))
        }
        try check(early: name, at: node, in: block)
    }

    /// - Parameter name: The resource that an attribute is asked of.
    private func check(source name: String, at node: TemplateNode, in block: TemplateBlock) throws(TemplateError) {
        guard resources.contains(name) else {
            throw node.error(
                .unknownName, "there is no resource \(name)", words: TemplateWords.unknownAttributeSource(name))
        }
        try check(early: name, at: node, in: block)
    }

    private func check(early name: String, at node: TemplateNode, in block: TemplateBlock) throws(TemplateError) {
        guard !block.mayNameResources else { return }
        throw node.error(
            .value, "the resource \(name) cannot be used here: it does not exist yet",
            words: TemplateWords.resourceTooEarly(name))
    }
}
