import EmulatorCore

/// What can be said of an update against the keys of a table's indexes before the item is known.
extension UpdateExpression {
    /// Refuses an update that gives a key of an index another type, an empty value or parts.
    func check(indexesOf table: TableRecord) throws(AWSServiceError) {
        guard !table.indexes.isEmpty else { return }
        for clause in clauses where clause.path.steps.isEmpty {
            guard let type = clause.action.typeName else { continue }
            for index in table.indexesInOrder {
                for key in index.schema.attributes
                where key.name == clause.path.attribute && key.type.rawValue != type {
                    throw index.mismatch(of: key, actual: type)
                }
            }
        }
        let keys = Set(table.indexes.flatMap(\.schema.attributes).map(\.name))
        for clause in clauses {
            for path in [clause.path] + clause.action.paths where !path.steps.isEmpty {
                guard keys.contains(path.attribute) else { continue }
                throw .validation(
                    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: IndexKey: "
                        + path.attribute)
            }
        }
    }
}

extension UpdateExpression.Action {
    /// The type that the attribute has afterwards, where it does not depend on the item.
    fileprivate var typeName: String? {
        switch self {
        case .set(let value): value.typeName
        case .add(let value): value.typeName
        case .remove, .delete: nil
        }
    }

    fileprivate var paths: [DocumentPath] {
        if case .set(let value) = self { value.paths } else { [] }
    }
}

extension UpdateExpression.Value {
    fileprivate var typeName: String? {
        switch self {
        case .value(let value): value.typeName
        case .sum, .difference: "N"
        case .listAppend: "L"
        case .ifNotExists(_, let fallback): fallback.typeName
        case .path: nil
        }
    }

    fileprivate var paths: [DocumentPath] {
        switch self {
        case .path(let path): [path]
        case .value: []
        case .sum(let left, let right), .difference(let left, let right), .listAppend(let left, let right):
            left.paths + right.paths
        case .ifNotExists(let path, let fallback): [path] + fallback.paths
        }
    }
}
