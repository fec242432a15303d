import EmulatorCore
import ExactJSON
import StackTemplate

extension StackOperation {
    /// Goes through a source's resources in order and makes each what it shall be, then takes the outputs.
    ///
    /// - Parameter journal: gets each step that was finished.
    func apply(_ source: StackSource, journal: inout [Step]) async throws(StackFailure) {
        guard let record = store.find(stackID) else { return }
        let imported = ImportedNames()
        var resolution = try resolution(of: source, for: record, noting: imported)
        let old = Dictionary(record.resources.map { ($0.logicalID, $0) }) { first, _ in first }
        let (parameters, stored) = (resolution.parameters, resolution.storedValues)
        store.change(stackID) { record in
            record.parameters = parameters
            record.storedValues = stored
        }
        var done: [StackResource] = []
        for name in resolution.order {
            let declaration = try templateStep { () throws(TemplateError) in try resolution.declaration(of: name) }
            let resource = try await apply(declaration, old: old[name], resolution, &journal)
            resolution.identify(name, as: identity(of: resource.resolved))
            done.append(resource)
            let finished = done
            store.change(stackID) { record in
                let names = Set(finished.map(\.logicalID))
                record.resources = finished + record.resources.filter { !names.contains($0.logicalID) }
            }
        }
        let outputs = try templateStep { () throws(TemplateError) in try resolution.outputs() }
        try checkExports(outputs)
        if let refusal = ExportUse(store: store).refusalToUpdate(from: record.outputs, to: outputs) {
            throw StackFailure(message: refusal)
        }
        let finished = done
        store.change(stackID) { record in
            record.resources = finished
            record.outputs = outputs
            record.imports = imported.all
        }
    }

    /// Reads and binds a template for a stack.
    ///
    /// - Parameter imported: gets the names of the exports that the template asks for.
    func resolution(
        of source: StackSource, for record: StackRecord, noting imported: ImportedNames = ImportedNames()
    ) throws(StackFailure) -> StackResolution {
        try templateStep { () throws(TemplateError) in
            let template = try StackTemplate(parsing: source.templateText, file: source.templateFile)
            return try StackResolution(
                template, parameters: source.parameters,
                environment: TemplateEnvironment(
                    region: surroundings.account.region, accountID: surroundings.account.id, stackName: record.name,
                    stackID: record.id), lookups: lookups(for: record, imported))
        }
    }

    private func lookups(for record: StackRecord, _ imported: ImportedNames) -> TemplateLookups {
        var lookups = surroundings.lookups
        lookups.exportedValue = { [store] name in
            imported.insert(name)
            return store.exports.first { $0.name == name && $0.stackID != record.id }?.value
        }
        return lookups
    }

    /// - Throws: `StackFailure` when another stack exports something under one of the names.
    private func checkExports(_ outputs: [ResolvedOutput]) throws(StackFailure) {
        for name in outputs.compactMap(\.exportName) {
            guard let other = store.exports.first(where: { $0.name == name && $0.stackID != stackID }) else { continue }
            throw StackFailure(message: "Export with name \(name) is already exported by stack \(other.stackName).")
        }
    }

    private func apply(
        _ declaration: ResourceDeclaration, old: StackResource?, _ resolution: StackResolution,
        _ journal: inout [Step]
    ) async throws(StackFailure) -> StackResource {
        let type = surroundings.catalog.type(declaration.type)
        for notice in surroundings.catalog.notices(for: declaration) { surroundings.notice(notice) }
        switch (ResourceChange(from: old?.resolved, to: declaration, type: type), old) {
        case (.keep, .some(let old)):
            let resolved = try templateStep { () throws(TemplateError) in
                try resolution.resolved(declaration, as: identity(of: old.resolved))
            }
            return StackResource(
                resolved: resolved, status: old.status, changedAt: old.changedAt, generation: old.generation)
        case (.update, .some(let old)):
            let new = try await change(old, to: declaration, resolution)
            journal.append(.updated(from: old, to: new))
            return new
        case (.replace, .some(let old)):
            note(
                old, .updateInProgress,
                reason: "Requested update requires the creation of a new physical resource; hence creating one.")
            let new = try await make(declaration, generation: old.generation + 1, resolution, updating: true)
            journal.append(.replaced(old, by: new))
            return new
        case (_, nil), (.create, _):
            // A resource that was replaced before is found again under the names that it got then.
            let generation = store.find(stackID)?.keptResources[declaration.logicalID]?.generation ?? 0
            let new = try await make(declaration, generation: generation, resolution, updating: false)
            journal.append(.created(new))
            return new
        }
    }

    private func make(
        _ declaration: ResourceDeclaration, generation: Int, _ resolution: StackResolution, updating: Bool
    ) async throws(StackFailure) -> StackResource {
        let names = names(of: declaration.logicalID, generation)
        if !updating { note(declaration, physicalID: "", .createInProgress) }
        do throws(AWSServiceError) {
            let identity: ResourceIdentity
            if let provider = surroundings.catalog.provider(of: declaration.type) {
                identity = try await provider.create(declaration, names)
            } else {
                identity = ResourceIdentity(ref: names.generated, isPlaceholder: true)
            }
            let resource = StackResource(
                resolved: try resolved(declaration, as: identity, resolution),
                status: updating ? .updateComplete : .createComplete, changedAt: surroundings.clock.now,
                generation: generation)
            if !updating {
                note(
                    declaration, physicalID: identity.ref, .createInProgress, reason: "Resource creation Initiated")
            }
            note(resource, resource.status)
            return resource
        } catch {
            throw fail(declaration, physicalID: "", updating ? .updateFailed : .createFailed, error)
        }
    }

    private func change(
        _ old: StackResource, to declaration: ResourceDeclaration, _ resolution: StackResolution
    ) async throws(StackFailure) -> StackResource {
        note(declaration, physicalID: old.resolved.ref, .updateInProgress)
        do throws(AWSServiceError) {
            var identity = identity(of: old.resolved)
            if let provider = surroundings.catalog.provider(of: declaration.type) {
                identity = try await provider.update(
                    declaration, from: old.resolved, names(of: old.logicalID, old.generation))
            }
            let resource = StackResource(
                resolved: try resolved(declaration, as: identity, resolution), status: .updateComplete,
                changedAt: surroundings.clock.now, generation: old.generation)
            note(resource, .updateComplete)
            return resource
        } catch {
            throw fail(declaration, physicalID: old.resolved.ref, .updateFailed, error)
        }
    }

    // MARK: Steps

    private func templateStep<Value>(
        _ body: () throws(TemplateError) -> Value
    ) throws(StackFailure) -> Value {
        do throws(TemplateError) { return try body() } catch {
            throw StackFailure(
                message: error.message, location: error.location, wordsOfCloudFormation: error.cloudFormationMessage)
        }
    }

    private func resolved(
        _ declaration: ResourceDeclaration, as identity: ResourceIdentity, _ resolution: StackResolution
    ) throws(AWSServiceError) -> ResolvedResource {
        do throws(TemplateError) { return try resolution.resolved(declaration, as: identity) } catch {
            throw AWSServiceError("ValidationError", error.message)
        }
    }

    private func fail(
        _ declaration: ResourceDeclaration, physicalID: String, _ status: ResourceStatus, _ error: AWSServiceError
    ) -> StackFailure {
        note(
            declaration, physicalID: physicalID, status,
            reason: "Resource handler returned message: \"\(error.message)\" (HandlerErrorCode: \(error.code))")
        return StackFailure(
            logicalID: declaration.logicalID, type: declaration.type, message: error.message,
            location: declaration.location)
    }

    func identity(of resource: ResolvedResource) -> ResourceIdentity {
        ResourceIdentity(
            ref: resource.ref, attributes: resource.attributes,
            isPlaceholder: surroundings.catalog.provider(of: resource.type) == nil)
    }

    func names(of logicalID: String, _ generation: Int) -> ResourceNames {
        let record = store.find(stackID)
        return ResourceNames(
            account: surroundings.account, stackName: record?.name ?? "", stackID: stackID, logicalID: logicalID,
            generation: generation, adoptsExisting: surroundings.adoptsExisting,
            kept: record?.keptResources[logicalID]?.resolved,
            stackTags: record?.source.tags ?? [:])
    }

    // MARK: History

    func note(_ resource: StackResource, _ status: ResourceStatus, reason: String? = nil) {
        let declaration = ResourceDeclaration(
            logicalID: resource.logicalID, type: resource.resolved.type, properties: resource.resolved.properties,
            location: resource.resolved.location)
        note(declaration, physicalID: resource.resolved.ref, status, reason: reason)
    }

    func note(
        _ resource: ResourceDeclaration, physicalID: String, _ status: ResourceStatus, reason: String? = nil
    ) {
        let event = StackEvent(
            id: "\(resource.logicalID)-\(status.rawValue)-\(Identifiers.hex(12))", logicalID: resource.logicalID,
            physicalID: physicalID, type: resource.type, status: status.rawValue, reason: reason,
            time: surroundings.clock.now, properties: Secrets.hidden(in: resource).text)
        store.change(stackID) { record in
            record.events.append(event)
            guard let index = record.resources.firstIndex(where: { $0.logicalID == resource.logicalID }) else { return }
            record.resources[index].status = status
            record.resources[index].statusReason = reason
            record.resources[index].changedAt = event.time
        }
    }
}

/// What histories must not show.
enum Secrets {
    /// A resource's properties without the values of a function's variables and without secure parameters.
    static func hidden(in resource: ResourceDeclaration) -> JSONValue {
        guard case .object(var members) = resource.properties else { return resource.properties }
        switch resource.type {
        case "AWS::Lambda::Function": members["Environment"] = members["Environment"].map { _ in "****" }
        case "AWS::SSM::Parameter" where members["Type"]?.stringValue == "SecureString": members["Value"] = "****"
        default: break
        }
        return .object(members)
    }
}
