import EmulatorCore
import ExactJSON
import GRDB

/// What Query and Scan have in common: a walk over items in pages.
private struct ItemWalk: Sendable {
    /// A page ends when the items looked at have this size, before any filter.
    private static let pageBytes = 1 << 20

    var source: ReadSource
    var range: KeyRange
    var filter: ConditionExpression?
    var limit: Int?
    /// Which part of a parallel scan this is.
    var segment: (number: Int, of: Int)?
    /// All attributes are needed.
    var isWhole = false

    struct Page: Sendable {
        var items: [Item] = []
        var scanned = 0
        var bytes = 0
        var lastKey: Item?
    }

    func run(_ db: Database) throws -> Page {
        var page = Page()
        try source.scan(range, isWhole: isWhole, db) { key, item in
            if let segment, !Self.isIn(segment, key.hash) { return true }
            page.scanned += 1
            page.bytes += item.storedSize
            if filter?.holds(for: item) ?? true { page.items.append(item) }
            let isFull = page.bytes >= Self.pageBytes || page.scanned == limit
            if isFull { page.lastKey = source.positionMembers(of: item) }
            return !isFull
        }
        return page
    }

    /// Hash keys are spread over the segments of a parallel scan by the FNV-1a hash of their bytes.
    static func isIn(_ segment: (number: Int, of: Int), _ hash: [UInt8]) -> Bool {
        var state: UInt32 = 2_166_136_261
        for byte in hash { state = (state ^ UInt32(byte)) &* 16_777_619 }
        return Int(state % UInt32(segment.of)) == segment.number
    }
}

extension TableService {
    func query(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let table = try table(input)
        try EarlyParameters.check(
            input, early: ["KeyConditions", "QueryFilter", "AttributesToGet", "ConditionalOperator"],
            expressions: ["KeyConditionExpression", "FilterExpression", "ProjectionExpression"])
        let limit = try limit(input)
        let source = try ReadSource(table, input)
        var scope = try scope(input)
        var range: KeyRange
        if let text = try input.string("KeyConditionExpression") {
            range = try KeyCondition(text, source.schema, scope: &scope).range
        } else if let condition = try EarlyParameters.condition(input, "KeyConditions") {
            range = try KeyCondition(condition, source.schema).range
        } else {
            throw .validation(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
        }
        range.isBackward = try input.bool("ScanIndexForward") == false
        let filter = try filter(input, "QueryFilter", &scope)
        let keyNames = Set(source.schema.attributes.map(\.name))
        if let name = filter?.attributes.first(where: keyNames.contains) {
            throw .validation(
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: \(name)")
        }
        if let start = try startKey(input, source) {
            guard start.key.hash == range.hash else {
                throw .validation("The provided starting key is outside query boundaries based on provided conditions")
            }
            range.start = start
        }
        let walk = ItemWalk(source: source, range: range, filter: filter, limit: limit)
        return try answer(walk, input, &scope)
    }

    func scan(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let table = try table(input)
        try EarlyParameters.check(
            input, early: ["ScanFilter", "AttributesToGet", "ConditionalOperator"],
            expressions: ["FilterExpression", "ProjectionExpression"])
        let limit = try limit(input)
        let source = try ReadSource(table, input)
        var scope = try scope(input)
        var range = KeyRange()
        range.start = try startKey(input, source)
        let filter = try filter(input, "ScanFilter", &scope)
        let segment = try segment(input)
        if let segment, let start = range.start, !ItemWalk.isIn(segment, start.key.hash) {
            throw .validation("The provided Exclusive start key does not map to the provided segment")
        }
        let walk = ItemWalk(source: source, range: range, filter: filter, limit: limit, segment: segment)
        return try answer(walk, input, &scope)
    }

    private func answer(
        _ walk: ItemWalk, _ input: TableInput, _ scope: inout ExpressionScope
    ) throws(AWSServiceError) -> JSONValue {
        let projection = try projection(input, &scope)
        try scope.checkUse()
        let select = try ReadSelect(input, walk.source, projection)
        let detail = try ConsumedCapacity.detail(input)
        let isConsistent = try input.bool("ConsistentRead") ?? false
        var walk = walk
        walk.isWhole = select.isWhole(for: walk.source, filter: walk.filter)

        let page = try database.read { db in try walk.run(db) }
        var answer: [String: JSONValue] = [
            "Count": .integer(page.items.count), "ScannedCount": .integer(page.scanned),
        ]
        if !select.isCount {
            answer["Items"] = .array(page.items.map { select.part(of: $0, walk.source).json })
        }
        if let key = page.lastKey { answer["LastEvaluatedKey"] = key.json }
        if detail != .none {
            let units = ConsumedCapacity.read(bytes: page.bytes, isConsistent: isConsistent)
            var capacity = ConsumedCapacity(walk.source.table)
            if let index = walk.source.index {
                capacity.indexUnits[index.name] = units
            } else {
                capacity.tableUnits = units
            }
            answer["ConsumedCapacity"] = capacity.json(detail)
        }
        return .object(answer)
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

    private func startKey(_ input: TableInput, _ source: ReadSource) throws(AWSServiceError) -> KeyRange.Position? {
        guard let members = try input.item("ExclusiveStartKey") else { return nil }
        do throws(AWSServiceError) {
            return try source.position(members)
        } catch {
            guard error.message.hasPrefix("The provided starting key") else {
                throw .validation("The provided starting key is invalid: \(error.message)")
            }
            throw error
        }
    }
}
