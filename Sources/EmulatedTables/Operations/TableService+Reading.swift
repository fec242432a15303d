import EmulatorCore
import ExactJSON
import GRDB

/// What Query and Scan have in common: a walk over items in pages.
private struct ItemWalk: Sendable {
    /// A page ends when the items looked at have this size, before any filter.
    private static let pageBytes = 1 << 20

    var table: TableRecord
    var range: ItemStore.Range
    var filter: ConditionExpression?
    var limit: Int?
    /// Which part of a parallel scan this is.
    var segment: (number: Int, of: Int)?

    struct Page: Sendable {
        var items: [Item] = []
        var scanned = 0
        var bytes = 0
        var lastKey: Item?
    }

    func run(_ db: Database) throws -> Page {
        var page = Page()
        try ItemStore(table: table.number).scan(range, db) { key, item in
            if let segment, !Self.isIn(segment, key.hash) { return true }
            page.scanned += 1
            page.bytes += item.storedSize
            if filter?.holds(for: item) ?? true { page.items.append(item) }
            let isFull = page.bytes >= Self.pageBytes || page.scanned == limit
            if isFull { page.lastKey = table.schema.keyMembers(of: item) }
            return !isFull
        }
        return page
    }

    /// Hash keys are spread over the segments of a parallel scan by the FNV-1a hash of their bytes.
    private static func isIn(_ segment: (number: Int, of: Int), _ hash: [UInt8]) -> Bool {
        var state: UInt32 = 2_166_136_261
        for byte in hash { state = (state ^ UInt32(byte)) &* 16_777_619 }
        return Int(state % UInt32(segment.of)) == segment.number
    }
}

extension TableService {
    func query(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let table = try table(input)
        try refuseIndex(input)
        try EarlyParameters.check(
            input, early: ["KeyConditions", "QueryFilter", "AttributesToGet", "ConditionalOperator"],
            expressions: ["KeyConditionExpression", "FilterExpression", "ProjectionExpression"])
        var scope = try scope(input)
        var range: ItemStore.Range
        if let text = try input.string("KeyConditionExpression") {
            range = try KeyCondition(text, table.schema, scope: &scope).range
        } else if let condition = try EarlyParameters.condition(input, "KeyConditions") {
            range = try KeyCondition(condition, table.schema).range
        } else {
            throw .validation(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
        }
        range.isBackward = try input.bool("ScanIndexForward") == false
        let filter = try filter(input, "QueryFilter", &scope)
        let keyNames = Set(table.schema.attributes.map(\.name))
        if let name = filter.flatMap({ Self.attributes(of: $0).first(where: keyNames.contains) }) {
            throw .validation(
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: \(name)")
        }
        if let start = try startKey(input, table) {
            guard start.hash == range.hash else {
                throw .validation("The provided starting key is outside query boundaries based on provided conditions")
            }
            range.start = start
        }
        let walk = ItemWalk(table: table, range: range, filter: filter, limit: try limit(input))
        return try answer(walk, input, &scope)
    }

    func scan(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let table = try table(input)
        try refuseIndex(input)
        try EarlyParameters.check(
            input, early: ["ScanFilter", "AttributesToGet", "ConditionalOperator"],
            expressions: ["FilterExpression", "ProjectionExpression"])
        var scope = try scope(input)
        var range = ItemStore.Range()
        range.start = try startKey(input, table)
        let filter = try filter(input, "ScanFilter", &scope)
        let walk = ItemWalk(
            table: table, range: range, filter: filter, limit: try limit(input), segment: try segment(input))
        return try answer(walk, input, &scope)
    }

    private func answer(
        _ walk: ItemWalk, _ input: TableInput, _ scope: inout ExpressionScope
    ) throws(AWSServiceError) -> JSONValue {
        let projection = try projection(input, &scope)
        try scope.checkUse()
        let select = try input.choice(
            "Select", of: ["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"])
        switch (select, projection) {
        case ("SPECIFIC_ATTRIBUTES", nil):
            throw .validation(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
        case ("COUNT", _?), ("ALL_ATTRIBUTES", _?), ("ALL_PROJECTED_ATTRIBUTES", _?):
            throw .validation(
                "Cannot specify the ProjectionExpression when choosing to get \(select ?? "")")
        case ("ALL_PROJECTED_ATTRIBUTES", nil):
            throw .validation(
                "One or more parameter values were invalid: ALL_PROJECTED_ATTRIBUTES can be used only when Querying using "
                    + "an IndexName")
        default: break
        }
        let detail = try ConsumedCapacity.detail(input)
        let isConsistent = try input.bool("ConsistentRead") ?? false

        let page = try database.read { db in try walk.run(db) }
        var answer: [String: JSONValue] = [
            "Count": .integer(page.items.count), "ScannedCount": .integer(page.scanned),
        ]
        if select != "COUNT" {
            answer["Items"] = .array(page.items.map { (projection?.apply(to: $0) ?? $0).json })
        }
        if let key = page.lastKey { answer["LastEvaluatedKey"] = key.json }
        if detail != .none {
            let units = ConsumedCapacity.read(bytes: page.bytes, isConsistent: isConsistent)
            answer["ConsumedCapacity"] = ConsumedCapacity.json(units, table: walk.table.name, detail)
        }
        return .object(answer)
    }

    private func refuseIndex(_ input: TableInput) throws(AWSServiceError) {
        if let index = try input.string("IndexName") {
            throw .validation("The table does not have the specified index: \(index)")
        }
    }

    /// The filter, as an expression or in the early parameter of this name.
    private func filter(
        _ input: TableInput, _ early: String, _ scope: inout ExpressionScope
    ) throws(AWSServiceError) -> ConditionExpression? {
        guard let text = try input.string("FilterExpression") else {
            return try EarlyParameters.condition(input, early)
        }
        return try ConditionExpression(text, kind: "FilterExpression", scope: &scope)
    }

    private func limit(_ input: TableInput) throws(AWSServiceError) -> Int? {
        guard let limit = try input.integer("Limit") else { return nil }
        guard limit >= 1 else {
            throw .validation(
                "1 validation error detected: Value '\(limit)' at 'limit' failed to satisfy constraint: Member must have "
                    + "value greater than or equal to 1")
        }
        return limit
    }

    private func segment(_ input: TableInput) throws(AWSServiceError) -> (number: Int, of: Int)? {
        let number = try input.integer("Segment")
        let total = try input.integer("TotalSegments")
        switch (number, total) {
        case (nil, nil): return nil
        case (_?, nil):
            throw .validation(
                "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
                    + "present")
        case (nil, _?):
            throw .validation(
                "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
                    + "present")
        case (let number?, let total?):
            guard (1...1_000_000).contains(total) else {
                throw .validation(
                    "1 validation error detected: Value '\(total)' at 'totalSegments' failed to satisfy constraint: Member "
                        + "must have value between 1 and 1000000")
            }
            guard number >= 0, number < total else {
                throw .validation(
                    "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: \(number) "
                        + "is not less than TotalSegments: \(total)")
            }
            return (number, total)
        }
    }

    private func startKey(_ input: TableInput, _ table: TableRecord) throws(AWSServiceError) -> ItemKey? {
        guard let members = try input.item("ExclusiveStartKey") else { return nil }
        do throws(AWSServiceError) {
            return try table.schema.key(named: members)
        } catch {
            throw .validation("The provided starting key is invalid: \(error.message)")
        }
    }

    /// Top-level attributes that a condition looks at.
    private static func attributes(of condition: ConditionExpression) -> [String] {
        func names(_ operands: [ConditionExpression.Operand]) -> [String] {
            operands.compactMap { operand in
                switch operand {
                case .path(let path), .size(let path): path.attribute
                case .value: nil
                }
            }
        }
        return switch condition {
        case .and(let left, let right), .or(let left, let right): attributes(of: left) + attributes(of: right)
        case .not(let inner): attributes(of: inner)
        case .compare(let left, _, let right): names([left, right])
        case .between(let operand, let low, let high): names([operand, low, high])
        case .isOneOf(let operand, let candidates): names([operand] + candidates)
        case .exists(let path), .notExists(let path), .hasType(let path, _): [path.attribute]
        case .beginsWith(let left, let right), .contains(let left, let right): names([left, right])
        }
    }
}
