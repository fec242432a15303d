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
    /// Transactions name the kind of units as well: `ReadCapacityUnits` or `WriteCapacityUnits`.
    var unitsMember: String?

    init(_ table: TableRecord, units: Double = 0, unitsMember: String? = nil) {
        self.table = table
        tableUnits = units
        self.unitsMember = unitsMember
    }

    /// Of a write, transactional ones costing twice as much.
    init(_ table: TableRecord, _ outcome: ItemWrite.Outcome, isTransactional: Bool = false) {
        self.table = table
        let factor = isTransactional ? 2.0 : 1.0
        tableUnits = factor * Self.write(bytes: max(outcome.old?.storedSize ?? 0, outcome.new?.storedSize ?? 0))
        indexUnits = outcome.indexUnits.mapValues { $0 * factor }
        unitsMember = isTransactional ? "WriteCapacityUnits" : nil
    }

    mutating func add(_ other: ConsumedCapacity) {
        tableUnits += other.tableUnits
        indexUnits.merge(other.indexUnits, uniquingKeysWith: +)
    }

    /// The answer's member ConsumedCapacity; nil when it was not asked for.
    func json(_ detail: Detail) -> JSONValue? {
        guard detail != .none else { return nil }
        func amount(_ units: Double) -> [String: JSONValue] {
            var members: [String: JSONValue] = ["CapacityUnits": .double(units)]
            if let unitsMember { members[unitsMember] = .double(units) }
            return members
        }
        var members = amount(indexUnits.values.reduce(tableUnits, +))
        members["TableName"] = .string(table.name)
        if detail == .indexes {
            members["Table"] = .object(amount(tableUnits))
            for (member, kind) in [
                ("GlobalSecondaryIndexes", SecondaryIndex.Kind.global), ("LocalSecondaryIndexes", .local),
            ] {
                let units = indexUnits.filter { table.index(named: $0.key)?.kind == kind }
                if !units.isEmpty { members[member] = .object(units.mapValues { .object(amount($0)) }) }
            }
        }
        return .object(members)
    }

    /// The sums of several tables, in the order in which they were named first.
    static func list(_ capacities: [ConsumedCapacity]) -> [ConsumedCapacity] {
        var sums: [ConsumedCapacity] = []
        for capacity in capacities {
            if let place = sums.firstIndex(where: { $0.table.name == capacity.table.name }) {
                sums[place].add(capacity)
            } else {
                sums.append(capacity)
            }
        }
        return sums
    }
}
