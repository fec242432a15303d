import EmulatorCore
import ExactJSON
import Timekeeping

extension TableService {
    /// A table as TableDescription.
    ///
    /// - Parameter counted: whether its items are told; if not, there are none.
    func describe(
        _ table: TableRecord, status: String, counted: Bool = true
    ) async throws(AWSServiceError) -> JSONValue {
        let sizes = counted ? try await sizes(of: table) : [:]
        let created = Timestamp(nanosecondsSinceEpoch: table.created)
        let throughput: [String: JSONValue] = [
            "NumberOfDecreasesToday": 0, "ReadCapacityUnits": .integer(table.readCapacity),
            "WriteCapacityUnits": .integer(table.writeCapacity),
        ]
        var members: [String: JSONValue] = [
            "TableName": .string(table.name), "TableStatus": .string(status), "TableId": .string(table.tableID),
            "TableArn": .string(table.arn(in: account)), "CreationDateTime": created.epochSeconds,
            "KeySchema": table.schema.json, "ItemCount": .integer(sizes[table.number]?.count ?? 0),
            "TableSizeBytes": .integer(sizes[table.number]?.bytes ?? 0),
            "AttributeDefinitions": .array(
                table.attributeTypes.sorted { $0.key < $1.key }.map {
                    ["AttributeName": .string($0.key), "AttributeType": .string($0.value.rawValue)]
                }),
            "ProvisionedThroughput": .object(throughput),
            "DeletionProtectionEnabled": .bool(table.isDeletionProtected),
        ]
        if let moment = table.lastPayPerRequest {
            members["BillingModeSummary"] = [
                "BillingMode": table.isPayPerRequest ? "PAY_PER_REQUEST" : "PROVISIONED",
                "LastUpdateToPayPerRequestDateTime": Timestamp(nanosecondsSinceEpoch: moment).epochSeconds,
            ]
        }
        if let key = table.encryption {
            members["SSEDescription"] = [
                "Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": .string(keyARN(key)),
            ]
        }
        if let stream = table.stream {
            if stream.isEnabled {
                members["StreamSpecification"] = [
                    "StreamEnabled": true, "StreamViewType": .string(stream.view.rawValue),
                ]
            }
            members["LatestStreamArn"] = .string(stream.arn)
            members["LatestStreamLabel"] = .string(stream.label)
        }
        members["WarmThroughput"] = (table.warmth ?? .init()).warmth(over: table.initialWarmth)
        if let limits = table.onDemandLimits { members["OnDemandThroughput"] = limits.limits }
        if let tableClass = table.tableClass { members["TableClassSummary"] = ["TableClass": .string(tableClass)] }
        for (member, kind) in [
            ("LocalSecondaryIndexes", SecondaryIndex.Kind.local), ("GlobalSecondaryIndexes", .global),
        ] {
            let described = table.indexes.filter { $0.kind == kind }.map { index in
                index.description(
                    tableARN: table.arn(in: account), size: sizes[index.number] ?? .init(),
                    isPayPerRequest: table.isPayPerRequest)
            }
            if !described.isEmpty { members[member] = .array(described) }
        }
        return .object(members)
    }

    /// An id or alias as an ARN.
    private func keyARN(_ key: String) -> String {
        if key.hasPrefix("arn:") { return key }
        return account.arn("kms", key.hasPrefix("alias/") ? key : "key/" + key)
    }

    /// The sizes of a table and its indexes, by their numbers.
    private func sizes(of table: TableRecord) async throws(AWSServiceError) -> [Int64: TableSizes.Size] {
        let known = database.sizes
        let numbers = [table.number] + table.indexes.map(\.number)
        if numbers.allSatisfy({ known.size(of: $0) != nil }) {
            return Dictionary(uniqueKeysWithValues: numbers.map { ($0, known.size(of: $0) ?? .init()) })
        }
        return try await database.write { db in
            var sizes = [table.number: try ItemStore(table: table.number).size(db)]
            for index in table.indexes { sizes[index.number] = try IndexStore(index).size(db) }
            for (number, size) in sizes { known.set(size, of: number) }
            return sizes
        }
    }
}

extension Timestamp {
    /// Seconds since 1970 to the millisecond.
    var epochSeconds: JSONValue {
        let milliseconds = max(millisecondsSinceEpoch, 0)
        guard milliseconds % 1000 != 0 else { return .integer(milliseconds / 1000) }
        let fraction = String(milliseconds % 1000)
        return .number("\(milliseconds / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)")
    }
}
