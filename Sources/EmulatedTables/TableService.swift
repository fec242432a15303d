package import EmulatorCore
package import ExactJSON
import Synchronization

/// DynamoDB's tables, kept in SQLite, with their streams.
package final class TableService: EmulatedService {
    let account: EmulatedAccount
    let clock: VirtualClock
    let database: TableDatabase
    let catalog: TableCatalog
    /// The API of DynamoDB Streams for these tables.
    package let streams: any EmulatedService
    private let listeners = Mutex<[String: [@Sendable () -> Void]]>([:])
    private let nextTrim = Mutex<Int64>(0)
    let expiryTimer = Mutex(ExpiryTimer())

    /// Opens the tables.
    ///
    /// - Parameter directory: where the data is kept, created when it does not exist; nil keeps it in memory.
    /// - Throws: `TablesError` when the data cannot be opened.
    package init(account: EmulatedAccount, clock: VirtualClock, directory: String? = nil) throws(TablesError) {
        self.account = account
        self.clock = clock
        database = try TableDatabase(directory: directory)
        do throws(AWSServiceError) {
            catalog = try TableCatalog(database)
        } catch {
            throw TablesError(
                code: .corrupt, message: "The tables' definitions cannot be read: \(error.message)",
                location: directory, underlying: error)
        }
        streams = StreamService(account: account, clock: clock, database: database, catalog: catalog)
        // What a data directory kept may have expired meanwhile.
        if catalog.tableNames.contains(where: { catalog.table($0)?.expiry != nil }) { expectExpiry(at: 0) }
    }

    /// Calls `notify` whenever records were added to a stream, after they were committed; it must not block.
    package func onStreamRecords(streamARN: String, notify: @escaping @Sendable () -> Void) {
        listeners.withLock { $0[streamARN, default: []].append(notify) }
    }

    /// Carries out an operation of DynamoDB's service model.
    package func call(_ operation: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let input = TableInput(input)
        switch operation {
        case "GetItem": return try getItem(input)
        case "PutItem": return try await putItem(input)
        case "UpdateItem": return try await updateItem(input)
        case "DeleteItem": return try await deleteItem(input)
        case "Query": return try query(input)
        case "Scan": return try scan(input)
        case "BatchGetItem": return try batchGetItem(input)
        case "BatchWriteItem": return try await batchWriteItem(input)
        case "TransactGetItems": return try transactGetItems(input)
        case "TransactWriteItems": return try await transactWriteItems(input)
        case "CreateTable": return try await createTable(input)
        case "DescribeTable": return try await describeTable(input)
        case "ListTables": return try listTables(input)
        case "UpdateTable": return try await updateTable(input)
        case "DeleteTable": return try await deleteTable(input)
        case "DescribeContinuousBackups": return try describeContinuousBackups(input)
        case "UpdateContinuousBackups": return try await updateContinuousBackups(input)
        case "DescribeTimeToLive": return try describeTimeToLive(input)
        case "UpdateTimeToLive": return try await updateTimeToLive(input)
        case "ListTagsOfResource": return try listTags(input)
        case "TagResource": return try await tagResource(input)
        case "UntagResource": return try await untagResource(input)
        case "PutResourcePolicy": return try await putResourcePolicy(input)
        case "GetResourcePolicy": return try getResourcePolicy(input)
        case "DeleteResourcePolicy": return try await deleteResourcePolicy(input)
        case "DescribeLimits": return Self.limits
        default: throw .unknownOperation(operation)
        }
    }

    /// Tells those who wait for a stream's records.
    func notify(_ stream: StreamRecord?) {
        guard let stream else { return }
        for listener in listeners.withLock({ $0[stream.arn] ?? [] }) { listener() }
    }

    /// Whether it is time to drop old records: once a minute.
    func isTrimDue(_ now: Int64) -> Bool {
        nextTrim.withLock { next in
            guard now >= next else { return false }
            next = now + 60_000
            return true
        }
    }
}

extension AWSServiceError {
    static let resourceNotFound = AWSServiceError("ResourceNotFoundException", "Requested resource not found")
}

extension TableService {
    /// The table that a call names, by name or by ARN.
    func table(_ input: TableInput) throws(AWSServiceError) -> TableRecord {
        try table(named: try input.requiredString("TableName"))
    }

    /// The same for calls on the table itself, whose error names it.
    func describedTable(_ input: TableInput) throws(AWSServiceError) -> TableRecord {
        do throws(AWSServiceError) {
            return try table(input)
        } catch {
            guard error == .resourceNotFound, let name = try input.string("TableName") else { throw error }
            throw .init("ResourceNotFoundException", "Requested resource not found: Table: \(name) not found")
        }
    }

    func table(named text: String) throws(AWSServiceError) -> TableRecord {
        let prefix = account.arn("dynamodb", "table/")
        let name = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
        if let table = catalog.table(name) { return table }
        try TableRecord.check(name: name)
        throw .resourceNotFound
    }
}
