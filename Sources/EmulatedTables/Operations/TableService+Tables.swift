import EmulatorCore
import ExactJSON
import Foundation
import GRDB
import Timekeeping

extension TableService {
    func createTable(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let now = clock.now
        let catalog = catalog
        var table = try TableRecord(input, created: now) { catalog.takeNumber() }
        let stream = try streamView(input["StreamSpecification"])
        let streamNumber = stream == nil ? 0 : catalog.takeNumber()
        let base = table
        let account = account
        table = try await database.write(afterCommit: { catalog.remember($0) }) { db in
            let exists = try Bool.fetchOne(
                db, sql: "SELECT EXISTS(SELECT 1 FROM definitions WHERE name = ?)", arguments: [base.name])
            guard exists != true else {
                throw AWSServiceError("ResourceInUseException", "Table already exists: \(base.name)")
            }
            var table = base
            if let stream {
                table.stream = StreamRecord(
                    of: table, view: stream, number: streamNumber, created: now,
                    firstSequence: try RecordStore.lastSequence(db) + 1, account: account)
            }
            try catalog.store(table, db)
            try ItemStore(table: table.number).create(db)
            for index in table.indexes { try IndexStore(index).create(db) }
            return table
        }
        return ["TableDescription": try await describe(table, status: "ACTIVE", counted: false)]
    }

    func describeTable(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        ["Table": try await describe(try describedTable(input), status: "ACTIVE")]
    }

    func listTables(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let limit = try input.integer("Limit") ?? 100
        guard (1...100).contains(limit) else {
            throw .validation(
                "1 validation error detected: Value '\(limit)' at 'limit' failed to satisfy constraint: Member must have "
                    + "value \(limit < 1 ? "greater than or equal to 1" : "less than or equal to 100")")
        }
        var names = catalog.tableNames[...]
        if let start = try input.string("ExclusiveStartTableName") { names = names.drop { !textIsLess(start, $0) } }
        let page = names.prefix(limit)
        var answer: [String: JSONValue] = ["TableNames": .array(page.map(JSONValue.string))]
        if page.count < names.count, let last = page.last { answer["LastEvaluatedTableName"] = .string(last) }
        return .object(answer)
    }

    func deleteTable(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let name = try describedTable(input).name
        let catalog = catalog
        let now = clock.now
        let table = try await database.write(afterCommit: { (table: TableRecord) in
            catalog.forget(table)
            if let stream = table.stream { catalog.remember(stream) }
        }) { db in
            var table = try Self.definition(name, db)
            guard !table.isDeletionProtected else {
                throw AWSServiceError.validation(
                    "Resource cannot be deleted as it is currently protected against deletion. Disable deletion "
                        + "protection first.")
            }
            if table.stream?.isEnabled == true {
                table.stream?.disable(at: now.nanosecondsSinceEpoch, lastSequence: try RecordStore.lastSequence(db))
            }
            if let stream = table.stream { try catalog.store(stream, db) }
            try catalog.remove(table, db)
            try ItemStore(table: table.number).drop(db)
            for index in table.writtenIndexes { try IndexStore(index).drop(db) }
            return table
        }
        // What describes the table's making is not told any more.
        let gone = [
            "CreationDateTime", "KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes",
        ]
        let description = try await describe(table, status: "DELETING", counted: false).objectValue ?? [:]
        return ["TableDescription": .object(description.filter { !gone.contains($0.key) })]
    }

    /// Changes a table's definition in one transaction.
    func changeTable(
        _ name: String, _ change: @escaping @Sendable (inout TableRecord, Database) throws -> Void
    ) async throws(AWSServiceError) -> TableRecord {
        let catalog = catalog
        return try await database.write(afterCommit: { catalog.remember($0) }) { db in
            var table = try Self.definition(name, db)
            try change(&table, db)
            try catalog.store(table, db)
            return table
        }
    }

    private static func definition(_ name: String, _ db: Database) throws -> TableRecord {
        guard
            let text = try String.fetchOne(
                db, sql: "SELECT record FROM definitions WHERE name = ?", arguments: [name])
        else { throw AWSServiceError.resourceNotFound }
        return try JSONDecoder().decode(TableRecord.self, from: Data(text.utf8))
    }

    /// The view of a stream that is to be enabled; nil when none is.
    func streamView(_ specification: JSONValue?) throws(AWSServiceError) -> StreamRecord.View? {
        guard let specification else { return nil }
        let input = TableInput(specification)
        let name = try input.choice(
            "StreamViewType", of: ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"])
        guard try input.bool("StreamEnabled") == true else {
            guard name == nil else {
                throw .validation(
                    "One or more parameter values were invalid: StreamViewType must not be given when a stream is not "
                        + "enabled")
            }
            return nil
        }
        guard let name, let view = StreamRecord.View(rawValue: name) else {
            throw .validation("One or more parameter values were invalid: StreamViewType is required")
        }
        return view
    }
}

extension StreamRecord {
    init(
        of table: TableRecord, view: View, number: Int64, created: Timestamp, firstSequence: Int64,
        account: EmulatedAccount
    ) {
        let label = String(created.iso8601.dropLast())
        self.init(
            number: number, arn: table.arn(in: account) + "/stream/" + label, label: label, tableName: table.name,
            view: view, schema: table.schema, created: created.nanosecondsSinceEpoch, isEnabled: true,
            firstSequence: firstSequence)
    }
}
