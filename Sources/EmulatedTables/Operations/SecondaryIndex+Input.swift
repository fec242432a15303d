import EmulatorCore
import ExactJSON

extension SecondaryIndex {
    private static let invalid = "One or more parameter values were invalid: "
    /// Limits: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
    private static let mostLocal = 5
    private static let mostGlobal = 20
    private static let mostProjected = 100

    /// Reads LocalSecondaryIndexes and GlobalSecondaryIndexes of CreateTable.
    ///
    /// - Parameter takeNumber: gives each its number.
    static func list(
        _ input: TableInput, keys: KeySchemaInput, table: TableSchema, isPayPerRequest: Bool, takeNumber: () -> Int64
    ) throws(AWSServiceError) -> [SecondaryIndex] {
        var indexes: [SecondaryIndex] = []
        for (member, kind) in [("LocalSecondaryIndexes", Kind.local), ("GlobalSecondaryIndexes", .global)] {
            guard let elements = try input.array(member) else { continue }
            guard !elements.isEmpty else { throw .validation(invalid + "List of \(member) is empty") }
            let most = kind == .local ? mostLocal : mostGlobal
            guard elements.count <= most else {
                throw .validation(
                    kind == .local
                        ? invalid + "Number of LocalSecondaryIndexes exceeds per-table limit of \(most)"
                        : invalid + "GlobalSecondaryIndex count exceeds the per-table limit of \(most)")
            }
            for (number, element) in elements.enumerated() {
                var index = try SecondaryIndex(
                    TableInput(element), kind, keys: keys, table: table, number: takeNumber(),
                    place: "\(TableInput.lowerFirst(member)).\(number + 1).member.")
                if kind == .global { try index.setThroughput(TableInput(element), isPayPerRequest: isPayPerRequest) }
                guard !indexes.contains(where: { $0.name == index.name }) else {
                    throw .validation(invalid + "Duplicate index name: \(index.name)")
                }
                indexes.append(index)
            }
        }
        return indexes
    }

    init(
        _ input: TableInput, _ kind: Kind, keys: KeySchemaInput, table: TableSchema, number: Int64, place: String
    ) throws(AWSServiceError) {
        let name = try input.requiredString("IndexName")
        try TableRecord.check(name: name, member: "indexName", shown: "IndexName")
        let schema = try keys.schema(input, place: place, isGlobal: kind == .global)
        if kind == .local {
            guard table.range != nil else {
                throw .validation(
                    Self.invalid
                        + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
                )
            }
            guard schema.hash.name == table.hash.name else {
                throw .validation(
                    Self.invalid
                        + "Index KeySchema does not have the same leading hash key as table KeySchema for index: "
                        + "\(name). index hash key: \(schema.hash.name), table hash key: \(table.hash.name)")
            }
            guard schema.range != nil else {
                throw .validation(Self.invalid + "Index KeySchema does not have a range key for index: \(name)")
            }
        }
        self.init(
            number: number, name: name, kind: kind, schema: schema, projection: try Self.projection(input))
    }

    private static func projection(_ input: TableInput) throws(AWSServiceError) -> Projection {
        guard let members = try input.object("Projection") else { throw TableInput.missing("Projection") }
        let input = TableInput(.object(members))
        let type = try input.choice("ProjectionType", of: ["ALL", "INCLUDE", "KEYS_ONLY"])
        var attributes: [String]?
        if let elements = try input.array("NonKeyAttributes") {
            var names: [String] = []
            for element in elements {
                guard let name = element.stringValue else { throw TableInput.unconvertible(element, to: "String") }
                names.append(name)
            }
            attributes = names
        }
        switch (type, attributes) {
        case (nil, _): throw .validation(invalid + "Unknown ProjectionType: null")
        case ("ALL", nil): return .all
        case ("KEYS_ONLY", nil): return .keysOnly
        case ("INCLUDE", let attributes?):
            guard (1...mostProjected).contains(attributes.count) else {
                throw .validation(
                    attributes.isEmpty
                        ? invalid + "NonKeyAttributes must not be empty"
                        : invalid + "The number of NonKeyAttributes exceeds the limit of \(mostProjected)")
            }
            guard Set(attributes).count == attributes.count else {
                throw .validation(invalid + "Duplicate attribute in NonKeyAttributes")
            }
            return .include(attributes)
        case ("INCLUDE", nil):
            throw .validation(invalid + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
        case (let type?, _):
            throw .validation(invalid + "ProjectionType is \(type), but NonKeyAttributes is specified")
        }
    }

    /// Reads ProvisionedThroughput of a global index.
    mutating func setThroughput(_ input: TableInput, isPayPerRequest: Bool) throws(AWSServiceError) {
        guard let members = try input.object("ProvisionedThroughput") else {
            guard isPayPerRequest else {
                throw .validation(Self.invalid + "ProvisionedThroughput must be specified for index: \(name)")
            }
            return
        }
        guard !isPayPerRequest else {
            throw .validation(
                Self.invalid + "ProvisionedThroughput should not be specified for index: \(name) when BillingMode is "
                    + "PAY_PER_REQUEST")
        }
        (readCapacity, writeCapacity) = try TableRecord.Throughput.units(TableInput(.object(members)))
    }

    /// The index as DescribeTable tells it.
    func description(tableARN: String, size: TableSizes.Size, isPayPerRequest: Bool) -> JSONValue {
        var projected: [String: JSONValue] = [:]
        switch projection {
        case .all: projected["ProjectionType"] = "ALL"
        case .keysOnly: projected["ProjectionType"] = "KEYS_ONLY"
        case .include(let attributes):
            projected["ProjectionType"] = "INCLUDE"
            projected["NonKeyAttributes"] = .array(attributes.map(JSONValue.string))
        }
        var members: [String: JSONValue] = [
            "IndexName": .string(name), "KeySchema": schema.json, "Projection": .object(projected),
            "IndexArn": .string("\(tableARN)/index/\(name)"), "ItemCount": .integer(size.count),
            "IndexSizeBytes": .integer(size.bytes),
        ]
        if kind == .global {
            members["IndexStatus"] = "ACTIVE"
            members["ProvisionedThroughput"] = [
                "NumberOfDecreasesToday": 0, "ReadCapacityUnits": .integer(readCapacity),
                "WriteCapacityUnits": .integer(writeCapacity),
            ]
            members["WarmThroughput"] = TableCapacity().warmth(
                over: .initial(isPayPerRequest: isPayPerRequest, read: readCapacity, write: writeCapacity))
        }
        return .object(members)
    }
}
