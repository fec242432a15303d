import EmulatorCore
import GRDB
import Timekeeping

/// What a call of UpdateTable changes.
struct TableUpdate: Sendable {
    private enum IndexChange: Sendable {
        case create(SecondaryIndex, types: [String: KeyType])
        case delete(String)
        case setThroughput(String, read: Int, write: Int)
    }

    private var throughput: TableRecord.Throughput?
    private var isProtected: Bool?
    private var tableClass: String?
    private var encryption: TableRecord.Encryption?
    private var onDemandLimits: TableCapacity?
    private var warmth: TableCapacity?
    private var endsStream = false
    private var view: StreamRecord.View?
    private var streamNumber: Int64 = 0
    private var indexes: [IndexChange] = []

    private static let invalid = "One or more parameter values were invalid: "

    /// Reads and checks the input.
    ///
    /// - Parameter view: that of a stream to be enabled.
    init(
        _ input: TableInput, of table: TableRecord, view: StreamRecord.View?, takeNumber: () -> Int64
    ) throws(AWSServiceError) {
        throughput = try TableRecord.Throughput(input, for: table)
        isProtected = try input.bool("DeletionProtectionEnabled")
        tableClass = try TableRecord.tableClass(input)
        encryption = try TableRecord.Encryption(input)
        let isPayPerRequest = throughput?.isPayPerRequest ?? table.isPayPerRequest
        onDemandLimits = try TableCapacity.onDemand(input, isPayPerRequest: isPayPerRequest)
        warmth = try TableCapacity.warm(
            input,
            over: .initial(
                isPayPerRequest: isPayPerRequest, read: throughput?.read ?? table.readCapacity,
                write: throughput?.write ?? table.writeCapacity))
        self.view = view
        endsStream = input["StreamSpecification"] != nil && view == nil
        streamNumber = view == nil ? 0 : takeNumber()
        for element in try input.array("GlobalSecondaryIndexUpdates") ?? [] {
            indexes.append(
                try Self.indexChange(
                    TableInput(element), input, table, isPayPerRequest: isPayPerRequest, takeNumber: takeNumber))
        }
        try checkTogether()
        guard
            throughput != nil || isProtected != nil || tableClass != nil || encryption != nil || view != nil
                || endsStream || onDemandLimits != nil || warmth != nil
                || !indexes.isEmpty || input["AttributeDefinitions"] != nil
        else {
            throw .validation(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
                    + "SSESpecification or ReplicaUpdates is required")
        }
    }

    private static func indexChange(
        _ element: TableInput, _ input: TableInput, _ table: TableRecord, isPayPerRequest: Bool,
        takeNumber: () -> Int64
    ) throws(AWSServiceError) -> IndexChange {
        let create = try element.object("Create").map { TableInput(.object($0)) }
        let update = try element.object("Update").map { TableInput(.object($0)) }
        let delete = try element.object("Delete").map { TableInput(.object($0)) }
        switch (create, update, delete) {
        case (let create?, nil, nil):
            // The types of the new key have to be in this call, though the table may know them.
            let given = input["AttributeDefinitions"] == nil ? KeySchemaInput(types: [:]) : try KeySchemaInput(input)
            let all = try KeySchemaInput(input, known: table.attributeTypes)
            var index = try SecondaryIndex(
                create, .global, keys: given, table: table.schema, number: takeNumber(),
                place: "globalSecondaryIndexUpdates.1.member.create.")
            try index.setThroughput(create, isPayPerRequest: isPayPerRequest)
            try all.checkUse(by: table.schema, table.indexes + [index])
            return .create(index, types: all.types)
        case (nil, let update?, nil):
            let name = try update.requiredString("IndexName")
            guard let members = try update.object("ProvisionedThroughput") else {
                throw TableInput.missing("ProvisionedThroughput")
            }
            let (read, write) = try TableRecord.Throughput.units(TableInput(.object(members)))
            return .setThroughput(name, read: read, write: write)
        case (nil, nil, let delete?): return .delete(try delete.requiredString("IndexName"))
        default:
            throw .validation(
                invalid + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                    + "GlobalSecondaryIndexUpdate.Delete must not be null")
        }
    }

    private func checkTogether() throws(AWSServiceError) {
        var made = 0
        var names: Set<String> = []
        for change in indexes {
            let name: String
            switch change {
            case .create(let index, _):
                made += 1
                name = index.name
            case .delete(let index):
                made += 1
                name = index
            case .setThroughput(let index, _, _): name = index
            }
            guard names.insert(name).inserted else {
                throw .validation(
                    Self.invalid + "Only one global secondary index update per index is allowed simultaneously. Index: "
                        + name)
            }
        }
        guard made <= 1 else {
            throw .init(
                "LimitExceededException",
                "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table")
        }
    }

    /// Changes the definition, and makes, fills and drops indexes.
    func apply(to table: inout TableRecord, now: Timestamp, account: EmulatedAccount, _ db: Database) throws {
        if let throughput { table.set(throughput, at: now) }
        if let isProtected { table.isDeletionProtected = isProtected }
        if let tableClass { table.tableClass = tableClass }
        if let encryption { table.encryption = encryption.key }
        if let onDemandLimits { table.onDemandLimits = onDemandLimits }
        if let warmth { table.warmth = warmth }
        for change in indexes { try apply(change, to: &table, db) }
        if let view {
            guard table.activeStream == nil else {
                throw AWSServiceError.validation(
                    "Table already has an enabled stream: TableName: \(table.name)")
            }
            table.stream = StreamRecord(
                of: table, view: view, number: streamNumber, created: now,
                firstSequence: try RecordStore.lastSequence(db) + 1, account: account)
        } else if endsStream {
            guard table.activeStream != nil else {
                throw AWSServiceError.validation("Table has no stream to disable: TableName: \(table.name)")
            }
            table.stream?.disable(at: now.nanosecondsSinceEpoch, lastSequence: try RecordStore.lastSequence(db))
        }
    }

    private func apply(_ change: IndexChange, to table: inout TableRecord, _ db: Database) throws {
        switch change {
        case .create(let index, let types):
            guard table.index(named: index.name) == nil else {
                throw AWSServiceError.validation("Attempting to create an index which already exists")
            }
            guard table.indexes.count(where: { $0.kind == .global }) < 20 else {
                throw AWSServiceError(
                    "LimitExceededException",
                    Self.invalid + "GlobalSecondaryIndex count exceeds the per-table limit of 20")
            }
            let store = IndexStore(index)
            try store.create(db)
            try store.fill(from: table, db)
            table.indexes.append(index)
            table.attributeTypes = types
        case .delete(let name):
            let index = try Self.index(name, table)
            try IndexStore(index).drop(db)
            table.indexes.removeAll { $0.name == name }
        case .setThroughput(let name, let read, let write):
            _ = try Self.index(name, table)
            for number in table.indexes.indices where table.indexes[number].name == name {
                table.indexes[number].readCapacity = read
                table.indexes[number].writeCapacity = write
            }
        }
        let used = Set((table.schema.attributes + table.indexes.flatMap(\.schema.attributes)).map(\.name))
        table.attributeTypes = table.attributeTypes.filter { used.contains($0.key) }
    }

    private static func index(_ name: String, _ table: TableRecord) throws -> SecondaryIndex {
        guard let index = table.index(named: name), index.kind == .global else {
            throw AWSServiceError(
                "ResourceNotFoundException",
                "Requested resource not found: Index: \(name) not found for table: \(table.name)")
        }
        return index
    }
}
