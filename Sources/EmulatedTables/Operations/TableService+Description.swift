import EmulatorCore
import ExactJSON
import Timekeeping

extension TableService {
    /// A table as TableDescription.
    ///
    /// - Parameter counted: whether items are counted, which takes a while in a large table.
    func describe(_ table: TableRecord, status: String, counted: Bool = true) throws(AWSServiceError) -> JSONValue {
        let sizes = try database.read { db in
            guard counted else { return Sizes() }
            return Sizes(
                table: try ItemStore(table: table.number).size(db),
                indexes: try table.indexes.map { try IndexStore($0).size(db) })
        }
        let created = Timestamp(nanosecondsSinceEpoch: table.created)
        let throughput: [String: JSONValue] = [
            "NumberOfDecreasesToday": 0, "ReadCapacityUnits": .integer(table.readCapacity),
            "WriteCapacityUnits": .integer(table.writeCapacity),
        ]
        var members: [String: JSONValue] = [
            "TableName": .string(table.name), "TableStatus": .string(status), "TableId": .string(table.tableID),
            "TableArn": .string(table.arn(in: account)), "CreationDateTime": created.epochSeconds,
            "KeySchema": table.schema.json, "ItemCount": .integer(sizes.table.count),
            "TableSizeBytes": .integer(sizes.table.bytes),
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
        if let tableClass = table.tableClass { members["TableClassSummary"] = ["TableClass": .string(tableClass)] }
        for (member, kind) in [
            ("LocalSecondaryIndexes", SecondaryIndex.Kind.local), ("GlobalSecondaryIndexes", .global),
        ] {
            let described = table.indexes.enumerated().filter { $0.element.kind == kind }.map { number, index in
                let size = sizes.indexes.indices.contains(number) ? sizes.indexes[number] : (0, 0)
                return index.description(tableARN: table.arn(in: account), size: size)
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

    private struct Sizes: Sendable {
        var table: (count: Int, bytes: Int) = (0, 0)
        var indexes: [(count: Int, bytes: Int)] = []
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
