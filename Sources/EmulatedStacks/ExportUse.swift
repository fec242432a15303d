import StackTemplate
import Synchronization

/// Who uses what a stack exports: an export that another stack imports can be neither removed nor changed.
///
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
struct ExportUse: Sendable {
    var store: StackStore

    /// Why the exports of some outputs cannot go away; nil when nobody uses them.
    func refusalToDelete(_ outputs: [ResolvedOutput]) -> String? { refusal(outputs, verb: "Delete") }

    /// Why an update cannot make one stack's outputs into others.
    func refusalToUpdate(from old: [ResolvedOutput], to new: [ResolvedOutput]) -> String? {
        let values = Dictionary(
            new.compactMap { output in output.exportName.map { ($0, output.value) } }, uniquingKeysWith: { $1 })
        let gone = old.filter { $0.exportName.map { values[$0] == nil } ?? false }
        let changed = old.filter { output in
            output.exportName.flatMap { values[$0] }.map { $0 != output.value } ?? false
        }
        return refusalToDelete(gone) ?? refusal(changed, verb: "Update")
    }

    private func refusal(_ outputs: [ResolvedOutput], verb: String) -> String? {
        for name in outputs.compactMap(\.exportName).sorted() {
            let users = store.importers(of: name)
            guard let last = users.last else { continue }
            let others = users.dropLast().joined(separator: ", ")
            let list = others.isEmpty ? last : "\(others) and \(last)"
            return "\(verb) canceled. Cannot \(verb.lowercased()) export \(name) as it is in use by \(list)."
        }
        return nil
    }
}

/// The exports that a template asks for while it is resolved.
final class ImportedNames: Sendable {
    private let names = Mutex<Set<String>>([])

    var all: Set<String> { names.withLock { $0 } }

    func insert(_ name: String) { names.withLock { _ = $0.insert(name) } }
}
