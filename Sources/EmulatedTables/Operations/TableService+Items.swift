import EmulatorCore
import ExactJSON

extension TableService {
    func getItem(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        try Self.checkProjection(input)
        let members = try input.requiredItem("Key")
        var scope = try ExpressionScope(names: input["ExpressionAttributeNames"], values: nil)
        let projection = try self.projection(input, &scope)
        try scope.checkUse()
        let detail = try ConsumedCapacity.detail(input)
        let isConsistent = try input.bool("ConsistentRead") ?? false
        // A call is read whole before its table is looked up, so that its mistakes are told in AWS's order.
        let table = try table(input)
        let key = try table.schema.key(named: members)

        let item = try database.read { db in try ItemStore(table: table.number).item(key, db) }
        var answer: [String: JSONValue] = [:]
        if let item { answer["Item"] = (projection?.apply(to: item) ?? item).json }
        if detail != .none {
            let units = ConsumedCapacity.read(bytes: item?.storedSize ?? 0, isConsistent: isConsistent)
            answer["ConsumedCapacity"] = ConsumedCapacity(table, units: units).json(detail)
        }
        return .object(answer)
    }

    func putItem(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let returns = try returnValues(input, of: ["NONE", "ALL_OLD"])
        return try await answer(try putWrite(input), input, returns)
    }

    func deleteItem(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let returns = try returnValues(input, of: ["NONE", "ALL_OLD"])
        return try await answer(try deleteWrite(input), input, returns)
    }

    func updateItem(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let returns = try returnValues(
            input, of: ["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"])
        return try await answer(try updateWrite(input), input, returns)
    }

    /// Reads a put: a call's, or one of a transaction.
    func putWrite(_ input: TableInput) throws(AWSServiceError) -> ItemWrite {
        try Self.checkCondition(input)
        let item = try input.requiredItem("Item")
        var scope = try scope(input)
        let condition = try condition(input, &scope)
        try scope.checkUse()
        try Self.checkSize(item)
        let table = try table(input)
        let key = try table.schema.key(of: item)
        return ItemWrite(
            table: table, key: key, keyMembers: table.schema.keyMembers(of: item), change: .put(item),
            condition: condition, now: 0)
    }

    /// Reads a deletion: a call's, or one of a transaction.
    func deleteWrite(_ input: TableInput) throws(AWSServiceError) -> ItemWrite {
        try Self.checkCondition(input)
        let members = try input.requiredItem("Key")
        var scope = try scope(input)
        let condition = try condition(input, &scope)
        try scope.checkUse()
        let table = try table(input)
        let key = try table.schema.key(named: members)
        return ItemWrite(table: table, key: key, keyMembers: members, change: .delete, condition: condition, now: 0)
    }

    /// Reads an update: a call's, or one of a transaction.
    func updateWrite(_ input: TableInput) throws(AWSServiceError) -> ItemWrite {
        let expressions = ["UpdateExpression", "ConditionExpression"]
        try EarlyParameters.check(
            input, early: ["AttributeUpdates", "Expected", "ConditionalOperator"], expressions: expressions)
        try ExpressionScope.checkPurpose(input, names: expressions, values: expressions)
        let members = try input.requiredItem("Key")
        var scope = try scope(input)
        var update = try EarlyParameters.update(input) ?? UpdateExpression()
        if let text = try input.string("UpdateExpression") { update = try UpdateExpression(text, scope: &scope) }
        let condition = try condition(input, &scope)
        try scope.checkUse()
        let table = try table(input)
        let key = try table.schema.key(named: members)
        let keyNames = Set(table.schema.attributes.map(\.name))
        for clause in update.clauses where keyNames.contains(clause.path.attribute) {
            throw .validation(
                "One or more parameter values were invalid: Cannot update attribute \(clause.path.attribute). This "
                    + "attribute is part of the key")
        }
        try update.check(indexesOf: table)
        return ItemWrite(
            table: table, key: key, keyMembers: members, change: .update(update), condition: condition, now: 0)
    }

    /// Carries out a write and makes its answer.
    private func answer(
        _ write: ItemWrite, _ input: TableInput, _ returns: String
    ) async throws(AWSServiceError) -> JSONValue {
        let detail = try ConsumedCapacity.detail(input)
        let tellsCollection = try Self.tellsItemCollection(input)
        let now = clock.now.millisecondsSinceEpoch
        var job = write
        job.now = now
        job.returnsOldOnFailure =
            try input.choice("ReturnValuesOnConditionCheckFailure", of: ["ALL_OLD", "NONE"]) == "ALL_OLD"
        let outcome = try await run([job], now: now).first ?? .init(old: nil, new: nil, isRecorded: false)

        var answer: [String: JSONValue] = [:]
        if let attributes = attributes(outcome, job, returns), !attributes.isEmpty {
            answer["Attributes"] = attributes.json
        }
        if detail != .none {
            answer["ConsumedCapacity"] = ConsumedCapacity(write.table, outcome).json(detail)
        }
        if tellsCollection, let metrics = Self.itemCollection(of: job) { answer["ItemCollectionMetrics"] = metrics }
        return .object(answer)
    }

    /// Reads the member ReturnItemCollectionMetrics.
    static func tellsItemCollection(_ input: TableInput) throws(AWSServiceError) -> Bool {
        try input.choice("ReturnItemCollectionMetrics", of: ["SIZE", "NONE"]) == "SIZE"
    }

    /// The items with one hash key, which AWS tells of for tables with local indexes only; the size is an estimate there.
    static func itemCollection(of write: ItemWrite) -> JSONValue? {
        guard write.table.indexes.contains(where: { $0.kind == .local }) else { return nil }
        let name = write.table.schema.hash.name
        return [
            "ItemCollectionKey": .object([name: write.keyMembers[name]?.json ?? .null]), "SizeEstimateRangeGB": [0, 1],
        ]
    }

    /// Tells of committed writes: to those who wait for stream records, and to the timer of expiry.
    func tell(_ jobs: [ItemWrite], _ outcomes: [ItemWrite.Outcome]) {
        for (job, outcome) in zip(jobs, outcomes) {
            if outcome.isRecorded { notify(job.table.activeStream) }
            if let moment = outcome.expires { expectExpiry(at: moment) }
        }
    }

    /// Runs writes in one transaction and tells those who wait for stream records.
    func run(_ jobs: [ItemWrite], now: Int64) async throws(AWSServiceError) -> [ItemWrite.Outcome] {
        let mustTrim = isTrimDue(now)
        let sizes = database.sizes
        return try await database.write(
            afterCommit: { outcomes in
                self.tell(jobs, outcomes)
            },
            { db in
                let outcomes = try jobs.map { try $0.run(db) }
                for outcome in outcomes { sizes.add(outcome.growth) }
                if mustTrim { try RecordStore.trim(now: now, db) }
                return outcomes
            })
    }

    private func attributes(_ outcome: ItemWrite.Outcome, _ write: ItemWrite, _ returns: String) -> Item? {
        var touched: ProjectionExpression?
        if case .update(let update) = write.change { touched = ProjectionExpression(paths: update.clauses.map(\.path)) }
        return switch returns {
        case "ALL_OLD": outcome.old
        case "ALL_NEW": outcome.new
        case "UPDATED_OLD": outcome.old.flatMap { old in touched?.apply(to: old) }
        case "UPDATED_NEW": outcome.new.flatMap { new in touched?.apply(to: new) }
        default: nil
        }
    }

    static func checkSize(_ item: Item) throws(AWSServiceError) {
        guard item.storedSize <= Item.maximumSize else {
            throw .validation("Item size has exceeded the maximum allowed size")
        }
    }

    func scope(_ input: TableInput) throws(AWSServiceError) -> ExpressionScope {
        try ExpressionScope(
            names: input["ExpressionAttributeNames"], values: input["ExpressionAttributeValues"])
    }

    /// Refuses a call that asks for its condition in two ways, or has names and values without one.
    private static func checkCondition(_ input: TableInput) throws(AWSServiceError) {
        let expressions = ["ConditionExpression"]
        try EarlyParameters.check(input, early: ["Expected", "ConditionalOperator"], expressions: expressions)
        try ExpressionScope.checkPurpose(input, names: expressions, values: expressions)
    }

    /// The same for a read of items by their keys.
    static func checkProjection(_ input: TableInput) throws(AWSServiceError) {
        let expressions = ["ProjectionExpression"]
        try EarlyParameters.check(input, early: ["AttributesToGet"], expressions: expressions)
        try ExpressionScope.checkPurpose(input, names: expressions, values: expressions)
    }

    private func condition(
        _ input: TableInput, _ scope: inout ExpressionScope
    ) throws(AWSServiceError) -> ConditionExpression? {
        guard let text = try input.string("ConditionExpression") else {
            return try EarlyParameters.condition(input, "Expected")
        }
        return try ConditionExpression(text, kind: "ConditionExpression", scope: &scope)
    }

    func projection(
        _ input: TableInput, _ scope: inout ExpressionScope
    ) throws(AWSServiceError) -> ProjectionExpression? {
        guard let text = try input.string("ProjectionExpression") else { return try EarlyParameters.projection(input) }
        return try ProjectionExpression(text, scope: &scope)
    }

    private func returnValues(_ input: TableInput, of allowed: [String]) throws(AWSServiceError) -> String {
        let all = ["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"]
        guard let text = try input.choice("ReturnValues", of: all) else { return "NONE" }
        guard allowed.contains(text) else { throw .validation("ReturnValues can only be ALL_OLD or NONE") }
        return text
    }
}
