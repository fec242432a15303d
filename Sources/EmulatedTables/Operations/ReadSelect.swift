import EmulatorCore

/// Which attributes an answer of Query or Scan has: the member Select together with the projection.
struct ReadSelect: Sendable {
    private enum Kind: String { case all, projected, specific, count }

    private var kind: Kind
    private var projection: ProjectionExpression?

    init(_ input: TableInput, _ source: ReadSource, _ projection: ProjectionExpression?) throws(AWSServiceError) {
        let select = try input.choice(
            "Select", of: ["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"])
        self.projection = projection
        let parameter = input["ProjectionExpression"] == nil ? "AttributesToGet" : "ProjectionExpression"
        switch (select, projection) {
        case ("SPECIFIC_ATTRIBUTES", nil):
            throw .validation(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
        case ("COUNT", _?), ("ALL_ATTRIBUTES", _?), ("ALL_PROJECTED_ATTRIBUTES", _?):
            throw .validation(
                "Cannot specify the \(parameter) when choosing to get "
                    + (select == "COUNT" ? "only the Count" : select ?? ""))
        case ("ALL_PROJECTED_ATTRIBUTES", nil):
            guard source.index != nil else {
                throw .validation(
                    "One or more parameter values were invalid: ALL_PROJECTED_ATTRIBUTES can be used only when Querying "
                        + "using an IndexName")
            }
            kind = .projected
        case ("ALL_ATTRIBUTES", nil): kind = .all
        case ("COUNT", nil): kind = .count
        case (_, _?): kind = .specific
        default: kind = source.index == nil ? .all : .projected
        }
        guard let index = source.index, index.kind == .global else { return }
        guard kind != .all || index.projection == .all else {
            throw .validation(
                "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global "
                    + "secondary index \(index.name) because its projection type is not ALL")
        }
        if let projection {
            let missing = projection.paths.map(\.attribute).filter {
                !index.covers([$0], primary: source.table.schema)
            }
            guard missing.isEmpty else {
                throw .validation(
                    "One or more parameter values were invalid: Global secondary index \(index.name) does not project "
                        + "[\(missing.joined(separator: ", "))]")
            }
        }
    }

    var isCount: Bool { kind == .count }

    /// Whether more of the items is needed than an index may hold.
    func isWhole(for source: ReadSource, filter: ConditionExpression?) -> Bool {
        guard let index = source.index else { return false }
        if kind == .all { return true }
        let named = (projection?.paths.map(\.attribute) ?? []) + (filter?.attributes ?? [])
        return !index.covers(named, primary: source.table.schema)
    }

    /// What the answer shows of an item.
    func part(of item: Item, _ source: ReadSource) -> Item {
        switch kind {
        case .specific: projection?.apply(to: item) ?? item
        case .projected: source.index?.projected(item, primary: source.table.schema) ?? item
        case .all, .count: item
        }
    }
}
