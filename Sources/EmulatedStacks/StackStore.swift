package import EmulatorCore
import Timekeeping
import Synchronization

/// The stacks of the account, deleted ones among them.
package final class StackStore: Sendable {
    private let stacks = Mutex<[StackRecord]>([])
    private let clock: VirtualClock

    package init(clock: VirtualClock) { self.clock = clock }

    package var all: [StackRecord] { stacks.withLock { $0 } }

    /// The stack of a name, when it is live, or of an ARN.
    package func find(_ nameOrID: String) -> StackRecord? {
        stacks.withLock { stacks in
            stacks.last { $0.id == nameOrID || ($0.name == nameOrID && $0.status != .deleteComplete) }
        }
    }

    /// Adds a stack unless a live one has its name.
    ///
    /// - Returns: The status of the stack that is in the way, or nil.
    package func add(_ record: StackRecord) -> StackStatus? {
        stacks.withLock { stacks in
            if let other = stacks.first(where: { $0.name == record.name && $0.status != .deleteComplete }) {
                return other.status
            }
            stacks.append(record)
            return nil
        }
    }

    /// A value that a live stack offers to others.
    package struct Export: Sendable, Equatable {
        package var name: String
        package var value: String
        package var stackID: String
        package var stackName: String
    }

    /// All exports of all live stacks, by name.
    package var exports: [Export] {
        all.filter { $0.status != .deleteComplete }.flatMap { stack in
            stack.outputs.compactMap { output in
                output.exportName.map {
                    Export(name: $0, value: output.value, stackID: stack.id, stackName: stack.name)
                }
            }
        }.sorted { $0.name < $1.name }
    }

    /// The names of the live stacks that import an export, sorted.
    package func importers(of export: String) -> [String] {
        all.filter { $0.status != .deleteComplete && $0.imports.contains(export) }.map(\.name).sorted()
    }

    package func remove(_ id: String) { stacks.withLock { $0.removeAll { $0.id == id } } }

    /// Changes a stack in one step, if it is there.
    @discardableResult
    package func change<Result: Sendable>(
        _ id: String, _ body: (inout StackRecord) -> Result
    ) -> Result? {
        stacks.withLock { stacks in
            guard let index = stacks.firstIndex(where: { $0.id == id }) else { return nil }
            return body(&stacks[index])
        }
    }

    /// Sets a stack's status and writes it into its history.
    package func setStatus(_ id: String, _ status: StackStatus, reason: String? = nil) {
        let now = clock.now
        change(id) { record in
            record.status = status
            record.statusReason = reason
            switch status {
            case .updateInProgress: record.updatedAt = now
            case .deleteComplete: record.deletedAt = now
            default: break
            }
            record.events.append(
                StackEvent(
                    id: Identifiers.uuid(), logicalID: record.name, physicalID: record.id, type: StackEvent.stackType,
                    status: status.rawValue, reason: reason, time: now))
        }
    }
}
