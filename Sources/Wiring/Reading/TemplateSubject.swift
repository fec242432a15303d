package import StackTemplate

extension WiringSubject {
    /// Reads a template as it would be deployed with some parameters.
    ///
    /// What only a deployment decides (ids, values in the parameter store, exports of other stacks) gets names made up
    /// from what the template calls it: unknown, but the same wherever it is mentioned.
    ///
    /// - Parameters:
    ///   - template: read and checked.
    ///   - parameters: the values given; the others take their defaults.
    ///   - region: where it would be deployed.
    /// - Throws: `TemplateError` with the place of the first mistake.
    package init(
        template: StackTemplate, parameters: [String: String], region: String = "us-west-2",
        account: String = "123456789012", stackName: String = "stack"
    ) throws(TemplateError) {
        let environment = TemplateEnvironment(
            region: region, accountID: account, stackName: stackName,
            stackID: "arn:aws:cloudformation:\(region):\(account):stack/\(stackName)/template")
        let lookups = TemplateLookups(
            storedParameter: { name in TemplateUnknown.parameter + name },
            exportedValue: { name in TemplateUnknown.export + name })
        let identities = TemplateIdentity(environment: environment)
        let stack = try TemplateResolver.resolve(
            template, parameters: parameters, environment: environment, lookups: lookups
        ) { declaration in identities.identity(of: declaration) }
        self.init(
            name: template.file, account: account, region: region,
            resources: stack.resources.map { resource in
                WiringResource(
                    logicalID: resource.logicalID, type: resource.type, ref: resource.ref,
                    attributes: resource.attributes, properties: resource.properties)
            })
    }
}

/// How values begin that a template takes from elsewhere.
enum TemplateUnknown {
    static let parameter = "parameter-store:"
    static let export = "export:"
}
