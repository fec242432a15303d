import EmulatorCore
import ExactJSON

/// What a call costs in capacity units
/// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
struct ConsumedCapacity: Sendable {
    enum Detail: String, Sendable {
        case none = "NONE"
        case total = "TOTAL"
        case indexes = "INDEXES"
    }

    /// The member ReturnConsumedCapacity.
    static func detail(_ input: TableInput) throws(AWSServiceError) -> Detail {
        let text = try input.choice("ReturnConsumedCapacity", of: ["INDEXES", "TOTAL", "NONE"])
        return text.flatMap(Detail.init(rawValue:)) ?? .none
    }

    /// Units of a read: one for each 4 KB begun, half of that when it may be stale.
    static func read(bytes: Int, isConsistent: Bool) -> Double {
        let units = Double(max((bytes + 4095) / 4096, 1))
        return isConsistent ? units : units / 2
    }

    /// Units of a write: one for each KB begun of the larger of the item before and after it.
    static func write(bytes: Int) -> Double { Double(max((bytes + 1023) / 1024, 1)) }

    var table: TableRecord
    var tableUnits = 0.0
    var indexUnits: [String: Double] = [:]

    init(_ table: TableRecord, units: Double = 0) {
        self.table = table
        tableUnits = units
    }

    /// Of a write, transactional ones costing twice as much.
    init(_ table: TableRecord, _ outcome: ItemWrite.Outcome, isTransactional: Bool = false) {
        self.table = table
        let factor = isTransactional ? 2.0 : 1.0
        tableUnits = factor * Self.write(bytes: max(outcome.old?.storedSize ?? 0, outcome.new?.storedSize ?? 0))
        indexUnits = outcome.indexUnits.mapValues { $0 * factor }
    }

    mutating func add(_ other: ConsumedCapacity) {
        tableUnits += other.tableUnits
        indexUnits.merge(other.indexUnits, uniquingKeysWith: +)
    }

    /// The answer's member ConsumedCapacity; nil when it was not asked for.
    func json(_ detail: Detail) -> JSONValue? {
        guard detail != .none else { return nil }
        var members: [String: JSONValue] = [
            "TableName": .string(table.name),
            "CapacityUnits": .double(indexUnits.values.reduce(tableUnits, +)),
        ]
        if detail == .indexes {
            members["Table"] = ["CapacityUnits": .double(tableUnits)]
            for (member, kind) in [
                ("GlobalSecondaryIndexes", SecondaryIndex.Kind.global), ("LocalSecondaryIndexes", .local),
            ] {
                let units = indexUnits.filter { table.index(named: $0.key)?.kind == kind }
                if !units.isEmpty { members[member] = .object(units.mapValues { ["CapacityUnits": .double($0)] }) }
            }
        }
        return .object(members)
    }

    /// The same of several tables, sorted by name.
    static func list(_ capacities: [ConsumedCapacity]) -> [ConsumedCapacity] {
        var tables: [String: ConsumedCapacity] = [:]
        for capacity in capacities {
            if tables[capacity.table.name] == nil {
                tables[capacity.table.name] = capacity
            } else {
                tables[capacity.table.name]?.add(capacity)
            }
        }
        return tables.values.sorted { $0.table.name < $1.table.name }
    }
}
