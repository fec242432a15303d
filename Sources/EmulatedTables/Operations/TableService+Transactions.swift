import EmulatorCore
import ExactJSON
import Foundation
import GRDB

/// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html
extension TableService {
    private static let mostItems = 100
    private static let mostBytes = 4 << 20
    /// A token makes a repeated call take effect once for ten minutes.
    private static let tokenMilliseconds: Int64 = 600_000

    func transactGetItems(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let elements = try transactItems(input)
        let detail = try ConsumedCapacity.detail(input)
        var reads: [(table: TableRecord, key: ItemKey, projection: ProjectionExpression?)] = []
        try Self.judge(elements) { element throws(AWSServiceError) in
            guard let members = try TableInput(element).object("Get") else { throw TableInput.missing("Get") }
            let get = TableInput(.object(members))
            try Self.checkProjection(get)
            var scope = try ExpressionScope(names: get["ExpressionAttributeNames"], values: nil)
            let projection = try projection(get, &scope)
            try scope.checkUse()
            let named = try get.requiredItem("Key")
            let table = try table(get)
            reads.append((table, try table.schema.key(named: named), projection))
        }
        try Self.checkDistinct(reads.map { ($0.table, $0.key) })
        let items = try database.readConsistently { db in
            try reads.map { try ItemStore(table: $0.table.number).item($0.key, db) }
        }
        guard items.reduce(0, { $0 + ($1?.storedSize ?? 0) }) <= Self.mostBytes else {
            throw .validation("Aggregated size of all items in the transaction cannot exceed 4 MB")
        }
        var answer: [String: JSONValue] = [
            "Responses": .array(
                zip(reads, items).map { read, item in
                    guard let item else { return [:] }
                    return ["Item": (read.projection?.apply(to: item) ?? item).json]
                })
        ]
        if detail != .none {
            let all = zip(reads, items).map { read, item in
                // A transactional read costs twice a consistent one.
                ConsumedCapacity(
                    read.table, units: 2 * ConsumedCapacity.read(bytes: item?.storedSize ?? 0, isConsistent: true),
                    unitsMember: "ReadCapacityUnits")
            }
            answer["ConsumedCapacity"] = .array(ConsumedCapacity.list(all).compactMap { $0.json(detail) })
        }
        return .object(answer)
    }

    func transactWriteItems(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let elements = try transactItems(input)
        let detail = try ConsumedCapacity.detail(input)
        let tellsCollection = try Self.tellsItemCollection(input)
        let now = clock.now.millisecondsSinceEpoch
        var jobs: [ItemWrite] = []
        try Self.judge(elements) { element throws(AWSServiceError) in
            jobs.append(try write(try TransactionItem(element), now))
        }
        try Self.checkDistinct(jobs.map { ($0.table, $0.key) })
        var given = 0
        for job in jobs { if case .put(let item) = job.change { given += item.storedSize } }
        guard given <= Self.mostBytes else {
            throw .validation("Aggregated size of all items in the transaction cannot exceed 4 MB")
        }
        let token = try input.string("ClientRequestToken")
        if let token, !(1...36).contains(token.utf8.count) {
            throw .validation(
                "1 validation error detected: Value '\(token)' at 'clientRequestToken' failed to satisfy constraint: Member "
                    + "must have length \(token.isEmpty ? "greater than or equal to 1" : "less than or equal to 36")")
        }
        let request = JSONValue.array(elements).serialized()
        let outcomes = try await run(transaction: jobs, token: token.map { ($0, request) }, now: now)

        var answer: [String: JSONValue] = [:]
        if detail != .none {
            let all = zip(jobs, outcomes).map { ConsumedCapacity($0.table, $1, isTransactional: true) }
            answer["ConsumedCapacity"] = .array(ConsumedCapacity.list(all).compactMap { $0.json(detail) })
        }
        if tellsCollection {
            let metrics = Dictionary(grouping: jobs, by: \.table.name).mapValues { $0.compactMap(Self.itemCollection) }
            answer["ItemCollectionMetrics"] = .object(
                metrics.filter { !$0.value.isEmpty }.mapValues { .array($0) })
        }
        return .object(answer)
    }

    /// Judges all writes, then carries out all or none.
    private func run(
        transaction jobs: [ItemWrite], token: (text: String, request: [UInt8])?, now: Int64
    ) async throws(AWSServiceError) -> [ItemWrite.Outcome] {
        let sizes = database.sizes
        return try await database.write(
            afterCommit: { outcomes in
                self.tell(jobs, outcomes)
            },
            { db in
                if let token, try Self.isRepeated(token.text, token.request, now, db) {
                    return jobs.map { _ in .init(old: nil, new: nil, isRecorded: false) }
                }
                var prepared: [ItemWrite.Prepared] = []
                var reasons: [CancellationReason] = []
                for job in jobs {
                    do {
                        prepared.append(try job.prepare(db))
                        reasons.append(.none)
                    } catch let error as AWSServiceError {
                        // Empty keys are the call's fault, not the transaction's.
                        if error.message.hasPrefix("One or more parameter values are not valid.") { throw error }
                        reasons.append(.failed(error))
                    }
                }
                guard prepared.count == jobs.count else { throw CancellationReason.cancelled(reasons) }
                if let token {
                    try db.execute(
                        sql: "INSERT INTO tokens(token, created, request) VALUES (?, ?, ?)",
                        arguments: [token.text, now, Data(token.request)])
                }
                let outcomes = try zip(jobs, prepared).map { try $0.commit($1, db) }
                for outcome in outcomes { sizes.add(outcome.growth) }
                return outcomes
            })
    }

    /// Whether the token's call took effect before.
    private static func isRepeated(_ token: String, _ request: [UInt8], _ now: Int64, _ db: Database) throws -> Bool {
        try db.execute(sql: "DELETE FROM tokens WHERE created < ?", arguments: [now - tokenMilliseconds])
        guard
            let known = try Data.fetchOne(db, sql: "SELECT request FROM tokens WHERE token = ?", arguments: [token])
        else { return false }
        guard known == Data(request) else {
            throw AWSServiceError(
                "IdempotentParameterMismatchException",
                "Request parameters do not match the ones of an earlier request with this client token")
        }
        return true
    }

    private func transactItems(_ input: TableInput) throws(AWSServiceError) -> [JSONValue] {
        guard let elements = try input.array("TransactItems") else { throw TableInput.missing("TransactItems") }
        guard (1...Self.mostItems).contains(elements.count) else {
            let shown = String(decoding: JSONValue.array(elements).serialized(), as: UTF8.self)
            throw .validation(
                "1 validation error detected: Value '\(shown)' at 'transactItems' failed to satisfy constraint: Member must have "
                    + "length "
                    + (elements.isEmpty ? "greater than or equal to 1" : "less than or equal to \(Self.mostItems)"))
        }
        return elements
    }

    /// Reads the parts of a transaction. A part whose key does not fit its table cancels the transaction; whatever else is
    /// wrong with a part is told as the call's own error.
    private static func judge(
        _ elements: [JSONValue], _ read: (JSONValue) throws(AWSServiceError) -> Void
    ) throws(AWSServiceError) {
        var reasons: [CancellationReason] = []
        var isCancelled = false
        for element in elements {
            do throws(AWSServiceError) {
                try read(element)
                reasons.append(.none)
            } catch {
                guard
                    error.message == "The provided key element does not match the schema"
                        || ["Type mismatch for", "Missing the key"].contains(where: {
                            error.message.hasPrefix("One or more parameter values were invalid: " + $0)
                        })
                else { throw error }
                reasons.append(.failed(error))
                isCancelled = true
            }
        }
        if isCancelled { throw CancellationReason.cancelled(reasons) }
    }

    private static func checkDistinct(_ items: [(table: TableRecord, key: ItemKey)]) throws(AWSServiceError) {
        for items in Dictionary(grouping: items, by: \.table.number).values
        where Set(items.map(\.key)).count != items.count {
            throw .validation("Transaction request cannot include multiple operations on one item")
        }
    }

    private func write(_ item: TransactionItem, _ now: Int64) throws(AWSServiceError) -> ItemWrite {
        var write: ItemWrite
        switch item.kind {
        case "Put": write = try putWrite(item.input)
        case "Delete": write = try deleteWrite(item.input)
        case "Update":
            _ = try item.input.requiredString("UpdateExpression")
            write = try updateWrite(item.input)
        default:
            _ = try item.input.requiredString("ConditionExpression")
            write = try deleteWrite(item.input)
            write.change = .check
        }
        write.now = now
        write.returnsOldOnFailure =
            try item.input.choice("ReturnValuesOnConditionCheckFailure", of: ["ALL_OLD", "NONE"]) == "ALL_OLD"
        return write
    }
}
