/// CloudFormation's own words for mistakes in a template, as its API answers them.
enum TemplateWords {
    static func noMapping(_ name: String) -> String {
        "Template error: Mapping named '\(name)' is not present in the 'Mappings' section of template."
    }

    static func unresolved(_ name: String, in block: String) -> String {
        "Template format error: Unresolved resource dependencies [\(name)] in the \(block) block of the template"
    }

    static func unknownAttributeSource(_ name: String) -> String {
        "Template error: instance of Fn::GetAtt references undefined resource \(name)"
    }

    static func unknownCondition(_ name: String, in block: String) -> String {
        "Template format error: Unresolved condition dependency \(name) in the \(block) block of the template"
    }

    static func resourceTooEarly(_ name: String) -> String {
        "Template format error: Unresolved dependencies [\(name)]. Cannot reference resources in the Conditions block "
            + "of the template"
    }
}
