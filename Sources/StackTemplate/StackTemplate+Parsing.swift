extension StackTemplate {
    /// Reads a template in YAML or JSON.
    ///
    /// - Parameters:
    ///   - text: The whole template.
    ///   - file: What messages call it, usually its path.
    /// - Throws: `TemplateError` with the place of the first mistake: syntax, shape, an unknown section or function, or a
    ///   name that nothing declares.
    package init(parsing text: String, file: String) throws(TemplateError) {
        try TemplateLimits.check(text, file: file)
        let root = try TemplateReader(file: file, ignoredSections: Self.ignoredSections).read(text)
        guard case .map(let sections) = root.content else {
            throw root.error(
                .malformed, "a template must be a map of sections, not \(root.kind)",
                words: "Template format error: unsupported structure.")
        }
        self.init(
            file: file, description: nil, parameters: [], rules: [], mappings: [:], conditions: [], resources: [],
            outputs: [])
        for section in sections {
            try TemplateLimits.check(section: section)
            try read(section)
        }
        guard !resources.isEmpty else {
            throw root.error(
                .malformed, "the template declares no resources",
                words: "Template format error: At least one Resources member must be defined.")
        }
        try checkReferences()
    }

    /// Hooks steer deployments that have no counterpart here; metadata changes no resource.
    private static let ignoredSections: Set = ["Metadata", "Hooks"]

    private mutating func read(_ section: TemplateMember) throws(TemplateError) {
        switch section.name {
        case "AWSTemplateFormatVersion":
            let version = try section.value.text(for: section.name)
            guard version == "2010-09-09" else {
                throw section.value.error(
                    .malformed, "the only AWSTemplateFormatVersion is 2010-09-09, not \(version)",
                    words: "Template format error: \(version) is not a supported value for AWSTemplateFormatVersion.")
            }
        case "Rules":
            for entry in try section.value.members(for: "Rules") { rules.append(try TemplateRule(entry)) }
        case "Description": description = try section.value.text(for: "Description")
        case "Transform": try checkTransform(section.value)
        case "Parameters":
            for entry in try section.value.members(for: "Parameters") {
                parameters.append(try TemplateParameter(entry))
            }
        case "Mappings": mappings = try Self.mappings(section.value)
        case "Conditions": conditions = try section.value.members(for: "Conditions")
        case "Resources":
            for entry in try section.value.members(for: "Resources") { resources.append(try TemplateResource(entry)) }
        case "Outputs":
            for entry in try section.value.members(for: "Outputs") { outputs.append(try TemplateOutput(entry)) }
        default:
            throw TemplateError(
                code: .malformed, message: "\(section.name) is no section of a template", location: section.location,
                wordsOfCloudFormation: "Invalid template property or properties [\(section.name)]")
        }
    }

    /// The language extensions are read where they are known here; any other transform rewrites the template elsewhere.
    private func checkTransform(_ node: TemplateNode) throws(TemplateError) {
        for name in try node.texts(for: "Transform") where name != "AWS::LanguageExtensions" {
            let hint =
                name == "AWS::Serverless-2016-10-31"
                ? ": run `sam build` and `sam package`, or write the resources out" : ""
            throw node.error(.unsupported, "the transform \(name) is not supported\(hint)")
        }
    }

    private static func mappings(
        _ node: TemplateNode
    ) throws(TemplateError) -> [String: [String: [String: TemplateNode]]] {
        var mappings: [String: [String: [String: TemplateNode]]] = [:]
        for mapping in try node.members(for: "Mappings") {
            var rows: [String: [String: TemplateNode]] = [:]
            for row in try mapping.value.members(for: "the mapping \(mapping.name)") {
                var values: [String: TemplateNode] = [:]
                for value in try row.value.members(for: "\(mapping.name).\(row.name)") {
                    values[value.name] = value.value
                }
                rows[row.name] = values
            }
            mappings[mapping.name] = rows
        }
        return mappings
    }
}

extension TemplateParameter {
    fileprivate init(_ entry: TemplateMember) throws(TemplateError) {
        let what = "the parameter \(entry.name)"
        _ = try entry.value.members(for: what)
        guard let type = try entry.value["Type"]?.text(for: "Type") else {
            throw entry.value.error(
                .malformed, "\(what) has no Type",
                words: "Template format error: Every Parameters object must contain a Type member.")
        }
        guard ParameterType(type) != nil else {
            throw entry.value.error(
                .malformed, "\(what) has the unknown type \(type)",
                words: "Template format error: Unrecognized parameter type: \(type)")
        }
        self.init(
            name: entry.name, type: type, description: try entry.value["Description"]?.text(for: "Description"),
            defaultValue: try entry.value["Default"]?.text(for: "Default"),
            allowedValues: try entry.value["AllowedValues"]?.texts(for: "AllowedValues") ?? [],
            allowedPattern: try entry.value["AllowedPattern"]?.text(for: "AllowedPattern"),
            minimumLength: try entry.value["MinLength"]?.integer(for: "MinLength"),
            maximumLength: try entry.value["MaxLength"]?.integer(for: "MaxLength"),
            minimumValue: try entry.value["MinValue"]?.double(for: "MinValue"),
            maximumValue: try entry.value["MaxValue"]?.double(for: "MaxValue"),
            constraintDescription: try entry.value["ConstraintDescription"]?.text(for: "ConstraintDescription"),
            noEcho: try entry.value["NoEcho"]?.text(for: "NoEcho").lowercased() == "true", location: entry.location)
    }
}

extension TemplateResource {
    fileprivate init(_ entry: TemplateMember) throws(TemplateError) {
        let what = "the resource \(entry.name)"
        for attribute in try entry.value.members(for: what) {
            guard Self.attributes.contains(attribute.name) else {
                throw TemplateError(
                    code: .malformed, message: "\(what) cannot have \(attribute.name) beside its Type",
                    location: attribute.location,
                    wordsOfCloudFormation: "Invalid template resource property '\(attribute.name)'")
            }
        }
        guard let type = try entry.value["Type"]?.text(for: "Type") else {
            throw entry.value.error(
                .malformed, "\(what) has no Type",
                words: "Template format error: [/Resources/\(entry.name)] Every Resources object must contain a Type "
                    + "member.")
        }
        if type.hasPrefix("AWS::Serverless::") {
            throw entry.value.error(
                .unsupported, "\(what) is of \(type), which only the transform AWS::Serverless-2016-10-31 knows")
        }
        self.init(
            logicalID: entry.name, type: type,
            properties: try entry.value["Properties"]?.members(for: "the properties of \(entry.name)") ?? [],
            metadata: try entry.value["Metadata"]?.members(for: "the metadata of \(entry.name)") ?? [],
            dependsOn: try entry.value["DependsOn"]?.texts(for: "DependsOn") ?? [],
            condition: try entry.value["Condition"]?.text(for: "Condition"),
            deletionPolicy: entry.value["DeletionPolicy"], location: entry.location)
    }

    /// Source: "Resource attribute reference" of the CloudFormation user guide.
    private static let attributes: Set = [
        "Type", "Properties", "DependsOn", "Condition", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy",
        "CreationPolicy", "Metadata",
    ]
}

extension TemplateOutput {
    fileprivate init(_ entry: TemplateMember) throws(TemplateError) {
        _ = try entry.value.members(for: "the output \(entry.name)")
        guard let value = entry.value["Value"] else {
            throw entry.value.error(
                .malformed, "the output \(entry.name) has no Value",
                words: "Template format error: [/Outputs/\(entry.name)] Every Outputs object must contain a Value "
                    + "member.")
        }
        self.init(
            key: entry.name, value: value, description: try entry.value["Description"]?.text(for: "Description"),
            condition: try entry.value["Condition"]?.text(for: "Condition"),
            exportName: entry.value["Export"]?["Name"], location: entry.location)
    }
}

extension TemplateRule {
    fileprivate init(_ entry: TemplateMember) throws(TemplateError) {
        _ = try entry.value.members(for: "the rule \(entry.name)")
        guard case .list(let elements) = entry.value["Assertions"]?.content, !elements.isEmpty else {
            throw entry.value.error(.malformed, "the rule \(entry.name) needs a list of Assertions")
        }
        var assertions: [Assertion] = []
        for element in elements {
            guard let assert = element["Assert"] else {
                throw element.error(.malformed, "an assertion of the rule \(entry.name) has no Assert")
            }
            assertions.append(
                Assertion(
                    assert: assert,
                    description: try element["AssertDescription"]?.text(for: "AssertDescription")))
        }
        self.init(
            name: entry.name, condition: entry.value["RuleCondition"], assertions: assertions, location: entry.location)
    }
}

extension TemplateNode {
    fileprivate func members(for what: String) throws(TemplateError) -> [TemplateMember] {
        guard case .map(let members) = content else { throw error(.malformed, "\(what) must be a map, not \(kind)") }
        return members
    }

    fileprivate func text(for what: String) throws(TemplateError) -> String {
        guard let text = scalarText else { throw error(.malformed, "\(what) must be text, not \(kind)") }
        return text
    }

    /// One text or a list of them.
    fileprivate func texts(for what: String) throws(TemplateError) -> [String] {
        guard case .list(let elements) = content else { return [try text(for: what)] }
        var texts: [String] = []
        for element in elements { texts.append(try element.text(for: what)) }
        return texts
    }

    fileprivate func double(for what: String) throws(TemplateError) -> Double {
        guard let value = Double(try text(for: what)) else { throw error(.malformed, "\(what) must be a number") }
        return value
    }

    fileprivate func integer(for what: String) throws(TemplateError) -> Int {
        guard let value = Int(try text(for: what)) else { throw error(.malformed, "\(what) must be a whole number") }
        return value
    }
}
