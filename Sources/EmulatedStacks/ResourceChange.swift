import ExactJSON
package import StackTemplate

/// What an update has to do to one resource.
package enum ResourceChange: Sendable, Equatable {
    case keep
    case create
    /// In place; the names of the properties that differ.
    case update([String])
    /// By a new one; the names of the properties that differ, those that ask for the replacement first.
    case replace([String])

    /// Compares a resource as it is with what it shall be.
    ///
    /// - Parameter type: nil for a type that is not emulated; its resources are only named.
    package init(from old: ResolvedResource?, to new: ResourceDeclaration, type: ResourceType?) {
        guard let old else {
            self = .create
            return
        }
        guard old.type == new.type else {
            self = .replace([])
            return
        }
        let before = old.properties.objectValue ?? [:]
        let after = new.properties.objectValue ?? [:]
        let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
        if changed.isEmpty {
            self = .keep
        } else if let type, !type.replacing.isDisjoint(with: changed) {
            self = .replace(changed.filter(type.replacing.contains) + changed.filter { !type.replacing.contains($0) })
        } else {
            self = .update(changed)
        }
    }
}
