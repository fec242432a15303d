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

    /// The answer's member ConsumedCapacity; nil when it was not asked for.
    static func json(_ units: Double, table: String, _ detail: Detail) -> JSONValue? {
        guard detail != .none else { return nil }
        var members: [String: JSONValue] = ["TableName": .string(table), "CapacityUnits": .double(units)]
        if detail == .indexes { members["Table"] = ["CapacityUnits": .double(units)] }
        return .object(members)
    }
}
