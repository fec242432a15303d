import EmulatorCore
import ExactJSON

/// Limits and promises of a table's capacity that are kept and described; calls are never refused for them.
struct TableCapacity: Sendable, Codable, Hashable {
    var read: Int?
    var write: Int?

    private static let invalid = "One or more parameter values were invalid: "
    /// What an on-demand table can take at once from its making
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html).
    private static let initial = (read: 12_000, write: 4_000)

    /// Reads the member OnDemandThroughput; nil when the call does not have it. A limit of -1 is none.
    static func onDemand(_ input: TableInput, isPayPerRequest: Bool) throws(AWSServiceError) -> TableCapacity? {
        guard let members = try input.object("OnDemandThroughput") else { return nil }
        guard isPayPerRequest else {
            throw .validation(
                invalid + "OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST")
        }
        let limits = TableInput(.object(members))
        return TableCapacity(
            read: try limit(limits, "MaxReadRequestUnits"), write: try limit(limits, "MaxWriteRequestUnits"))
    }

    private static func limit(_ input: TableInput, _ key: String) throws(AWSServiceError) -> Int? {
        guard let units = try input.integer(key), units != -1 else { return nil }
        guard units >= 1 else {
            throw .validation(
                "1 validation error detected: Value '\(units)' at 'onDemandThroughput.\(TableInput.lowerFirst(key))' failed "
                    + "to satisfy constraint: Member must have value greater than or equal to 1")
        }
        return units
    }

    /// Reads the member WarmThroughput of a table; nil when the call does not have it.
    ///
    /// - Parameter table: what it has without asking.
    static func warm(_ input: TableInput, over table: TableCapacity) throws(AWSServiceError) -> TableCapacity? {
        guard let members = try input.object("WarmThroughput") else { return nil }
        let asked = TableInput(.object(members))
        let warm = TableCapacity(
            read: try asked.integer("ReadUnitsPerSecond"), write: try asked.integer("WriteUnitsPerSecond"))
        for (name, units, least) in [
            ("ReadUnitsPerSecond", warm.read, table.read), ("WriteUnitsPerSecond", warm.write, table.write),
        ] {
            guard let units, let least, units < least else { continue }
            throw .validation(
                invalid + "Requested \(name) for WarmThroughput for table is lower than initial throughput for "
                    + "\(table.read == initial.read ? "OnDemand" : "Provisioned") mode")
        }
        return warm
    }

    /// What a table or index takes at once when no more was asked for.
    static func initial(isPayPerRequest: Bool, read: Int, write: Int) -> TableCapacity {
        isPayPerRequest ? .init(read: initial.read, write: initial.write) : .init(read: read, write: write)
    }

    /// The member OnDemandThroughput of a description.
    var limits: JSONValue {
        ["MaxReadRequestUnits": .integer(read ?? -1), "MaxWriteRequestUnits": .integer(write ?? -1)]
    }

    /// The member WarmThroughput of a description.
    ///
    /// - Parameter initial: stands for what was not asked for.
    func warmth(over initial: TableCapacity) -> JSONValue {
        [
            "ReadUnitsPerSecond": .integer(read ?? initial.read ?? 0),
            "WriteUnitsPerSecond": .integer(write ?? initial.write ?? 0), "Status": "ACTIVE",
        ]
    }
}

extension TableRecord {
    /// What the table takes at once when no more was asked for.
    var initialWarmth: TableCapacity {
        .initial(isPayPerRequest: isPayPerRequest, read: readCapacity, write: writeCapacity)
    }
}
