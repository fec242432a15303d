import EmulatorCore
import ExactJSON
import Foundation
import Timekeeping

extension TableRecord {
    /// How a table is paid for.
    struct Throughput: Sendable {
        var isPayPerRequest: Bool
        var read: Int
        var write: Int

        /// Reads BillingMode and ProvisionedThroughput; nil when the call has neither.
        init?(_ input: TableInput) throws(AWSServiceError) {
            let mode = try input.choice("BillingMode", of: ["PROVISIONED", "PAY_PER_REQUEST"])
            let provisioned = try input.object("ProvisionedThroughput").map { TableInput(.object($0)) }
            guard mode != nil || provisioned != nil else { return nil }
            isPayPerRequest = mode == "PAY_PER_REQUEST"
            if isPayPerRequest {
                guard provisioned == nil else {
                    throw .validation(
                        "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can "
                            + "be specified when BillingMode is PAY_PER_REQUEST")
                }
                (read, write) = (0, 0)
                return
            }
            guard let provisioned else {
                throw .validation(
                    "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
                        + "specified when BillingMode is PROVISIONED")
            }
            guard let read = try provisioned.integer("ReadCapacityUnits"),
                let write = try provisioned.integer("WriteCapacityUnits"), read >= 1, write >= 1
            else {
                throw .validation(
                    "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must be at "
                        + "least 1")
            }
            (self.read, self.write) = (read, write)
        }
    }

    mutating func set(_ throughput: Throughput) {
        isPayPerRequest = throughput.isPayPerRequest
        readCapacity = throughput.read
        writeCapacity = throughput.write
    }

    /// Refuses names that no table can have.
    static func check(name: String) throws(AWSServiceError) {
        let isValid = name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        guard isValid, !name.isEmpty else {
            throw .validation(
                "1 validation error detected: Value '\(name)' at 'tableName' failed to satisfy constraint: Member must "
                    + "satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
        }
        guard (3...255).contains(name.utf8.count) else {
            throw .validation("TableName must be at least 3 characters long and at most 255 characters long")
        }
    }

    /// Reads and checks the input of CreateTable.
    init(_ input: TableInput, number: Int64, created: Timestamp) throws(AWSServiceError) {
        let name = try input.requiredString("TableName")
        try Self.check(name: name)
        for key in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
            if let indexes = try input.array(key), !indexes.isEmpty {
                throw .validation("Secondary indexes are not emulated: \(key)")
            }
        }
        guard let throughput = try Throughput(input) else {
            throw .validation(
                "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
                    + "specified when BillingMode is PROVISIONED")
        }
        self.init(
            number: number, name: name, tableID: UUID().uuidString.lowercased(),
            created: created.nanosecondsSinceEpoch, schema: try Self.schema(input), isPayPerRequest: false,
            readCapacity: 0, writeCapacity: 0,
            isDeletionProtected: try input.bool("DeletionProtectionEnabled") ?? false,
            encryption: try Self.encryption(input), tags: try Self.tags(input), hasPointInTimeRecovery: false)
        set(throughput)
    }

    private static func schema(_ input: TableInput) throws(AWSServiceError) -> TableSchema {
        guard let definitions = try input.array("AttributeDefinitions") else {
            throw TableInput.missing("AttributeDefinitions")
        }
        var types: [String: KeyType] = [:]
        for definition in definitions.map(TableInput.init) {
            let type = try definition.choice("AttributeType", of: ["B", "N", "S"]) ?? ""
            guard let type = KeyType(rawValue: type) else { throw TableInput.missing("AttributeType") }
            guard types.updateValue(type, forKey: try definition.requiredString("AttributeName")) == nil else {
                throw .validation(
                    "One or more parameter values were invalid: Cannot redefine attributes in AttributeDefinitions")
            }
        }
        guard let elements = try input.array("KeySchema") else { throw TableInput.missing("KeySchema") }
        var names: [String] = []
        for (index, element) in elements.map(TableInput.init).enumerated() {
            guard try element.choice("KeyType", of: ["HASH", "RANGE"]) == (index == 0 ? "HASH" : "RANGE") else {
                throw .validation(
                    "Invalid KeySchema: The \(index == 0 ? "first" : "second") KeySchemaElement is not a "
                        + "\(index == 0 ? "HASH" : "RANGE") key type")
            }
            names.append(try element.requiredString("AttributeName"))
        }
        guard let hash = names.first, names.count <= 2, Set(names).count == names.count else {
            throw .validation("Invalid KeySchema: Some index key attribute have no definition or are repeated")
        }
        for name in names where types[name] == nil {
            throw .validation(
                "One or more parameter values were invalid: Some index key attributes are not defined in "
                    + "AttributeDefinitions. Keys: [\(names.joined(separator: ", "))], AttributeDefinitions: "
                    + "[\(types.keys.sorted().joined(separator: ", "))]")
        }
        guard types.count == names.count, let hashType = types[hash] else {
            throw .validation(
                "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number "
                    + "of attributes defined in AttributeDefinitions")
        }
        let range = names.dropFirst().first.flatMap { name in types[name].map { KeyAttribute(name: name, type: $0) } }
        return TableSchema(hash: KeyAttribute(name: hash, type: hashType), range: range)
    }

    private static func encryption(_ input: TableInput) throws(AWSServiceError) -> String? {
        guard let specification = try input.object("SSESpecification").map({ TableInput(.object($0)) }),
            try specification.bool("Enabled") == true
        else { return nil }
        return try specification.string("KMSMasterKeyId") ?? "alias/aws/dynamodb"
    }

    /// The member Tags, a list of keys and values.
    static func tags(_ input: TableInput) throws(AWSServiceError) -> [String: String] {
        var tags: [String: String] = [:]
        for tag in (try input.array("Tags") ?? []).map(TableInput.init) {
            tags[try tag.requiredString("Key")] = try tag.requiredString("Value")
        }
        return tags
    }
}

extension TableService {
    /// A table as TableDescription.
    func describe(_ table: TableRecord, status: String, size: (count: Int, bytes: Int)) -> JSONValue {
        let created = Timestamp(nanosecondsSinceEpoch: table.created)
        let throughput: [String: JSONValue] = [
            "NumberOfDecreasesToday": 0, "ReadCapacityUnits": .integer(table.readCapacity),
            "WriteCapacityUnits": .integer(table.writeCapacity),
        ]
        var members: [String: JSONValue] = [
            "TableName": .string(table.name), "TableStatus": .string(status), "TableId": .string(table.tableID),
            "TableArn": .string(table.arn(in: account)), "CreationDateTime": created.epochSeconds,
            "KeySchema": table.schema.json, "ItemCount": .integer(size.count), "TableSizeBytes": .integer(size.bytes),
            "AttributeDefinitions": .array(
                table.schema.attributes.sorted { $0.name < $1.name }.map {
                    ["AttributeName": .string($0.name), "AttributeType": .string($0.type.rawValue)]
                }),
            "ProvisionedThroughput": .object(throughput),
            "DeletionProtectionEnabled": .bool(table.isDeletionProtected),
        ]
        if table.isPayPerRequest {
            members["BillingModeSummary"] = [
                "BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": created.epochSeconds,
            ]
        }
        if let key = table.encryption {
            members["SSEDescription"] = ["Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": .string(key)]
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
        return .object(members)
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
