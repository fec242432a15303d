package import EmulatorCore
import ExactJSON
package import StackTemplate

/// Carries out one operation on a stack that its status already announces.
package struct StackOperation: Sendable {
    /// What operations need from the emulator around them.
    package struct Surroundings: Sendable {
        package var account: EmulatedAccount
        package var clock: VirtualClock
        package var store: StackStore
        package var catalog: ResourceCatalog
        /// Whether resources that exist already are taken as they are, because a data directory kept them.
        package var adoptsExisting: Bool
        /// Told of everything that a stack asks for and does not get.
        package var notice: @Sendable (StackNotice) -> Void
        /// What templates may ask for that lies outside of them; exports are those of the stacks here.
        package var lookups = TemplateLookups()

        package init(
            account: EmulatedAccount, clock: VirtualClock, store: StackStore, catalog: ResourceCatalog,
            adoptsExisting: Bool = false, notice: @escaping @Sendable (StackNotice) -> Void = { _ in }
        ) {
            self.account = account
            self.clock = clock
            self.store = store
            self.catalog = catalog
            self.adoptsExisting = adoptsExisting
            self.notice = notice
        }
    }

    /// What has been done to a resource, to be undone when the operation fails.
    enum Step: Sendable {
        case created(StackResource)
        case updated(from: StackResource, to: StackResource)
        case replaced(StackResource, by: StackResource)
    }

    let surroundings: Surroundings
    /// The stack's ARN.
    let stackID: String

    package init(_ surroundings: Surroundings, stackID: String) {
        self.surroundings = surroundings
        self.stackID = stackID
    }

    var store: StackStore { surroundings.store }

    /// Makes all resources of a new stack.
    ///
    /// - Returns: Why it failed, after what was asked for in that case has been done; nil when it did not.
    @discardableResult
    package func create() async -> StackFailure? {
        var journal: [Step] = []
        guard let record = store.find(stackID) else { return nil }
        do throws(StackFailure) {
            try await apply(record.source, journal: &journal)
            store.setStatus(stackID, .createComplete)
            return nil
        } catch {
            switch record.source.onFailure {
            case .doNothing: store.setStatus(stackID, .createFailed, reason: Self.summary(error, "create"))
            case .rollback:
                store.setStatus(
                    stackID, .rollbackInProgress,
                    reason: Self.summary(error, "create") + " Rollback requested by user.")
                let isClean = await undo(journal)
                store.setStatus(stackID, isClean ? .rollbackComplete : .rollbackFailed)
            case .delete:
                store.setStatus(stackID, .deleteInProgress, reason: Self.summary(error, "create"))
                let isClean = await undo(journal)
                store.setStatus(stackID, isClean ? .deleteComplete : .deleteFailed)
            }
            return error
        }
    }

    /// Changes a stack to what a source asks for; on failure everything goes back to what it was.
    @discardableResult
    package func update(to source: StackSource, rollsBack: Bool = true) async -> StackFailure? {
        guard let before = store.find(stackID) else { return nil }
        var journal: [Step] = []
        do throws(StackFailure) {
            try await apply(source, journal: &journal)
        } catch {
            guard rollsBack else {
                store.setStatus(stackID, .updateFailed, reason: Self.summary(error, "update"))
                return error
            }
            store.setStatus(stackID, .updateRollbackInProgress, reason: Self.summary(error, "update"))
            let isClean = await undo(journal)
            store.change(stackID) { record in
                record.resources = before.resources
                record.parameters = before.parameters
                record.outputs = before.outputs
            }
            if isClean { store.setStatus(stackID, .updateRollbackCleanup) }
            store.setStatus(stackID, isClean ? .updateRollbackComplete : .updateRollbackFailed)
            return error
        }
        store.change(stackID) { $0.source = source }
        store.setStatus(stackID, .updateCleanup)
        await cleanUp(before: before, journal: journal)
        store.setStatus(stackID, .updateComplete)
        return nil
    }

    /// Removes a stack's resources, the last made first, except those whose policy says otherwise.
    ///
    /// - Parameter retaining: logical ids to leave alone, which a stack whose deletion failed may name.
    package func delete(retaining: Set<String> = []) async {
        guard let record = store.find(stackID) else { return }
        var failed: [String] = []
        for resource in record.resources.reversed() {
            let policy = resource.resolved.deletionPolicy
            if policy == "Retain" || policy == "RetainExceptOnCreate" || retaining.contains(resource.logicalID) {
                note(resource, .deleteSkipped)
                continue
            }
            if await remove(resource) { continue }
            failed.append(resource.logicalID)
        }
        if failed.isEmpty {
            store.setStatus(stackID, .deleteComplete)
        } else {
            let names = failed.joined(separator: ", ")
            store.setStatus(
                stackID, .deleteFailed, reason: "The following resource(s) failed to delete: [\(names)]. ")
        }
    }

    // MARK: Undoing

    /// Takes back what was done, the last step first; false when something would not go back.
    private func undo(_ journal: [Step]) async -> Bool {
        var isClean = true
        for step in journal.reversed() {
            switch step {
            case .created(let resource):
                if resource.resolved.deletionPolicy == "Retain" {
                    note(resource, .deleteSkipped)
                } else if await !remove(resource) {
                    isClean = false
                }
            case .updated(let old, let new):
                if await !restore(old, from: new) { isClean = false }
            case .replaced(let old, let new):
                if await !remove(new) { isClean = false }
                note(old, .updateComplete)
            }
        }
        return isClean
    }

    private func restore(_ old: StackResource, from new: StackResource) async -> Bool {
        guard let provider = surroundings.catalog.provider(of: old.resolved.type) else { return true }
        let declaration = ResourceDeclaration(
            logicalID: old.logicalID, type: old.resolved.type, properties: old.resolved.properties,
            location: old.resolved.location)
        note(old, .updateInProgress)
        do throws(AWSServiceError) {
            _ = try await provider.update(declaration, from: new.resolved, names(of: old.logicalID, old.generation))
            note(old, .updateComplete)
            return true
        } catch {
            note(old, .updateFailed, reason: error.message)
            return false
        }
    }

    /// Removes what an update has left behind: replaced resources, and those that the template no longer has.
    private func cleanUp(before: StackRecord, journal: [Step]) async {
        var replaced: [StackResource] = []
        for step in journal {
            if case .replaced(let old, _) = step { replaced.append(old) }
        }
        let kept = Set(store.find(stackID)?.resources.map(\.logicalID) ?? [])
        let gone = before.resources.filter { !kept.contains($0.logicalID) }
        for resource in (gone + replaced).reversed() {
            if resource.resolved.deletionPolicy == "Retain" {
                note(resource, .deleteSkipped)
            } else {
                _ = await remove(resource)
            }
        }
    }

    /// Removes one resource; false when its service refuses.
    private func remove(_ resource: StackResource) async -> Bool {
        note(resource, .deleteInProgress)
        do throws(AWSServiceError) {
            try await surroundings.catalog.provider(of: resource.resolved.type)?.delete(resource.resolved)
            note(resource, .deleteComplete)
            return true
        } catch {
            note(resource, .deleteFailed, reason: error.message)
            return false
        }
    }

    private static func summary(_ failure: StackFailure, _ verb: String) -> String {
        guard let resource = failure.logicalID else { return failure.message }
        return "The following resource(s) failed to \(verb): [\(resource)]."
    }
}
