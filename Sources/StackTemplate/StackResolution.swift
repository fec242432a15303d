internal import ExactJSON

/// A template being resolved resource by resource, while the resources are made: what one is called is known to the next.
package struct StackResolution: Sendable {
    /// The values given or defaulted, as text.
    package let parameters: [String: String]
    /// What the parameter store has for those whose value is a name in it.
    package let storedValues: [String: String]
    /// Logical ids of the resources whose condition holds, each after all it depends on.
    package let order: [String]
    private let template: StackTemplate
    private let resources: [String: TemplateResource]
    private let needs: [String: [String]]
    private var evaluation: Evaluation

    /// Binds parameters, decides conditions and finds the order of the resources.
    ///
    /// - Parameters:
    ///   - template: A template read and checked.
    ///   - parameters: The values given; the others take their defaults.
    ///   - environment: What the pseudo parameters stand for.
    ///   - lookups: What lies outside of the template.
    /// - Throws: `TemplateError` with the place of the first mistake.
    package init(
        _ template: StackTemplate, parameters: [String: String], environment: TemplateEnvironment,
        lookups: TemplateLookups = TemplateLookups()
    ) throws(TemplateError) {
        self.template = template
        let binding = ParameterBinding(declared: template.parameters, lookups: lookups)
        let texts = try binding.texts(given: parameters)
        let stored = try binding.storedValues(of: texts)
        self.parameters = texts
        storedValues = stored
        var evaluation = Evaluation(
            template: template, parameters: binding.values(of: texts, stored: stored), environment: environment,
            lookups: lookups)
        try RuleEvaluation(evaluation: evaluation).check()
        evaluation.conditions = try ConditionEvaluation.decide(evaluation)

        let present = template.resources.filter { $0.condition.map { evaluation.conditions[$0] == true } ?? true }
        let names = Set(present.map(\.logicalID))
        var needs: [String: [String]] = [:]
        var nodes: [DependencyOrder.Node] = []
        for resource in present {
            let needed = try evaluation.dependencies(of: resource).filter(names.contains)
            needs[resource.logicalID] = needed
            nodes.append(.init(name: resource.logicalID, needs: needed, location: resource.location))
        }
        self.needs = needs
        order = try DependencyOrder(nodes: nodes).sorted()
        resources = Dictionary(present.map { ($0.logicalID, $0) }) { first, _ in first }
        self.evaluation = evaluation
    }

    /// A resource's properties; all that it depends on must have been identified.
    ///
    /// - Throws: `TemplateError`, also for a logical id that is not in `order`.
    package func declaration(of logicalID: String) throws(TemplateError) -> ResourceDeclaration {
        let resource = try resource(logicalID)
        var metadata: [String: JSONValue] = [:]
        for member in resource.metadata { metadata[member.name] = try? evaluation.value(of: member.value) }
        return ResourceDeclaration(
            logicalID: logicalID, type: resource.type,
            properties: try DynamicReference(lookups: evaluation.lookups, location: resource.location).resolved(
                try evaluation.object(of: resource.properties)),
            metadata: .object(metadata), location: resource.location)
    }

    /// Says what `Ref` and `Fn::GetAtt` give for a resource from now on.
    package mutating func identify(_ logicalID: String, as identity: ResourceIdentity) {
        evaluation.identities[logicalID] = identity
    }

    /// The resource as a stack keeps it, once it is identified.
    package func resolved(
        _ declaration: ResourceDeclaration, as identity: ResourceIdentity
    ) throws(TemplateError) -> ResolvedResource {
        ResolvedResource(
            logicalID: declaration.logicalID, type: declaration.type, properties: declaration.properties,
            ref: identity.ref, attributes: identity.attributes,
            deletionPolicy: try evaluation.deletionPolicy(of: try resource(declaration.logicalID)),
            dependencies: needs[declaration.logicalID] ?? [], location: declaration.location)
    }

    /// The outputs whose condition holds, once all resources are identified.
    package func outputs() throws(TemplateError) -> [ResolvedOutput] { try evaluation.outputs(of: template) }

    private func resource(_ logicalID: String) throws(TemplateError) -> TemplateResource {
        guard let resource = resources[logicalID] else {
            throw TemplateError(
                code: .unknownName, message: "there is no resource \(logicalID), or its condition does not hold",
                location: nil)
        }
        return resource
    }
}
