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
        // KeyConditions goes with expressions of other kinds, and is no early parameter beside them.
        let isEarly = input["KeyConditionExpression"] == nil
        try EarlyParameters.check(
            input,
            early: ["AttributesToGet", "QueryFilter", "ConditionalOperator"] + (isEarly ? [] : ["KeyConditions"]),
            expressions: ["ProjectionExpression", "FilterExpression", "KeyConditionExpression"])
        try ExpressionScope.checkPurpose(
            input, names: ["ProjectionExpression", "FilterExpression", "KeyConditionExpression"],
            values: ["FilterExpression", "KeyConditionExpression"])
        let earlyFilter = try EarlyParameters.condition(input, "QueryFilter")
        _ = try EarlyParameters.projection(input)
        let limit = try limit(input)
        let start = try startKey(input)
        var parts = try EarlyParameters.conditions(input, "KeyConditions") ?? []
        // An index may have keys of several attributes, which is known only when the table is.
        let mostParts = input["IndexName"] == nil ? 2 : 2 * TableSchema.mostOfAKind
        if input["KeyConditions"] != nil { try KeyCondition.checkCount(parts, most: mostParts) }
        var scope = try scope(input)
        let condition = try condition(input, "KeyConditionExpression", &scope)
        let filter = try self.condition(input, "FilterExpression", &scope) ?? earlyFilter
        let projection = try projection(input, &scope)
        try scope.checkUse()
        if let condition {
            parts = try KeyCondition.parts(of: condition)
            try KeyCondition.checkCount(parts, most: mostParts)
        }
        guard !parts.isEmpty else {
            throw .validation(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
        }

        // AWS looks for the table only after all that can be said without it.
        let source = try ReadSource(try table(input), input)
        if !source.schema.isComposite { try KeyCondition.checkCount(parts, most: 2) }
        if let start { try source.checkHash(ofStart: start) }
        var range = try KeyCondition(parts, source.schema).range
        range.isBackward = try input.bool("ScanIndexForward") == false
        let keyNames = Set(source.schema.attributes.map(\.name))
        if let name = filter?.attributes.first(where: keyNames.contains) {
            throw .validation(
                "\(earlyFilter == nil ? "Filter Expression" : "QueryFilter") can only contain non-primary key attributes: "
                    + "Primary key attribute: \(name)")
        }
        if let start {
            try source.checkRest(ofStart: start)
            let position = try source.position(start)
            guard position.key.hash == range.hash else {
                throw .validation("The provided starting key is outside query boundaries based on provided conditions")
            }
            range.start = position
        }
        let walk = ItemWalk(source: source, range: range, filter: filter, limit: limit)
        return try answer(walk, input, projection)
    }

    func scan(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        try EarlyParameters.check(
            input, early: ["AttributesToGet", "ScanFilter", "ConditionalOperator"],
            expressions: ["ProjectionExpression", "FilterExpression"])
        try ExpressionScope.checkPurpose(
            input, names: ["ProjectionExpression", "FilterExpression"], values: ["FilterExpression"])
        let earlyFilter = try EarlyParameters.condition(input, "ScanFilter")
        _ = try EarlyParameters.projection(input)
        let limit = try limit(input)
        let segment = try segment(input)
        let start = try startKey(input)
        var scope = try scope(input)
        let filter = try condition(input, "FilterExpression", &scope) ?? earlyFilter
        let projection = try projection(input, &scope)
        try scope.checkUse()

        let source = try ReadSource(try table(input), input)
        var range = KeyRange()
        range.start = try start.map { start throws(AWSServiceError) in try source.position(start) }
        if let segment, let start = range.start, !ItemWalk.isIn(segment, start.key.hash) {
            throw .validation("The provided Exclusive start key does not map to the provided segment")
        }
        let walk = ItemWalk(source: source, range: range, filter: filter, limit: limit, segment: segment)
        return try answer(walk, input, projection)
    }

    private func answer(
        _ walk: ItemWalk, _ input: TableInput, _ projection: ProjectionExpression?
    ) throws(AWSServiceError) -> JSONValue {
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

    private func condition(
        _ input: TableInput, _ parameter: String, _ scope: inout ExpressionScope
    ) throws(AWSServiceError) -> ConditionExpression? {
        guard let text = try input.string(parameter) else { return nil }
        return try ConditionExpression(text, kind: parameter, scope: &scope)
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
            guard number >= 0 else {
                throw .validation(
                    "1 validation error detected: Value '\(number)' at 'segment' failed to satisfy constraint: Member must "
                        + "have value greater than or equal to 0")
            }
            guard number < total else {
                throw .validation(
                    "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: \(number) "
                        + "is not less than TotalSegments: \(total)")
            }
            return (number, total)
        }
    }

    private func startKey(_ input: TableInput) throws(AWSServiceError) -> Item? {
        do throws(AWSServiceError) {
            return try input.item("ExclusiveStartKey")
        } catch {
            let isNamed = ["empty", "more than one", "Null attribute"].contains { error.message.contains($0) }
            // Of what is wrong with numbers the start key is not told.
            guard error.code == "ValidationException", isNamed, !error.message.contains("number set") else {
                throw error
            }
            throw .validation("The provided starting key is invalid: \(error.message)")
        }
    }
}
