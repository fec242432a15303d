import ExactJSON
package import StackTemplate

/// Works out what an update would do, without doing it.
package struct StackPlanner: Sendable {
    package struct Plan: Sendable {
        package var changes: [PlannedChange]
        package var outputs: [ResolvedOutput]
    }

    /// What stands for names that are only known once a resource is made.
    private static let unknown = "{{changeSet:KNOWN_AFTER_APPLY}}"

    private let operation: StackOperation

    package init(_ surroundings: StackOperation.Surroundings, stackID: String) {
        operation = StackOperation(surroundings, stackID: stackID)
    }

    /// - Throws: `StackFailure` for a template or parameters that do not work.
    package func plan(from record: StackRecord, to source: StackSource) throws(StackFailure) -> Plan {
        var resolution = try operation.resolution(of: source, for: record)
        do throws(TemplateError) {
            var changes: [PlannedChange] = []
            for name in resolution.order {
                let declaration = try resolution.declaration(of: name)
                let old = record.resource(name)
                let type = operation.surroundings.catalog.type(declaration.type)
                let change = ResourceChange(from: old?.resolved, to: declaration, type: type)
                switch (change, old) {
                case (.keep, .some(let old)), (.update, .some(let old)):
                    resolution.identify(name, as: operation.identity(of: old.resolved))
                default:
                    resolution.identify(name, as: ResourceIdentity(ref: Self.unknown, isPlaceholder: true))
                }
                if let planned = PlannedChange(change, declaration, old: old, type: type) { changes.append(planned) }
            }
            let kept = Set(resolution.order)
            for resource in record.resources.reversed() where !kept.contains(resource.logicalID) {
                changes.append(
                    PlannedChange(
                        action: .remove, logicalID: resource.logicalID, physicalID: resource.resolved.ref,
                        type: resource.resolved.type, replaces: false, properties: []))
            }
            return Plan(changes: changes, outputs: try resolution.outputs())
        } catch {
            throw StackFailure(
                message: error.message, location: error.location, wordsOfCloudFormation: error.cloudFormationMessage)
        }
    }
}

extension PlannedChange {
    fileprivate init?(
        _ change: ResourceChange, _ declaration: ResourceDeclaration, old: StackResource?, type: ResourceType?
    ) {
        let names: [String]
        switch change {
        case .keep: return nil
        case .create:
            self.init(
                action: .add, logicalID: declaration.logicalID, physicalID: nil, type: declaration.type,
                replaces: false, properties: [])
            return
        case .update(let changed): names = changed
        case .replace(let changed): names = changed
        }
        let replacing = type?.replacing ?? []
        let properties = names.map { Property(name: $0, replaces: replacing.contains($0)) }
        self.init(
            action: .modify, logicalID: declaration.logicalID, physicalID: old?.resolved.ref, type: declaration.type,
            replaces: properties.contains(where: \.replaces) || old?.resolved.type != declaration.type,
            properties: properties)
    }
}
