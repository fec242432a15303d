import EmulatorCore
import ExactJSON
import Timekeeping

extension TableService {
    /// DescribeLimits: the quotas of a new account
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html).
    static let limits: JSONValue = [
        "AccountMaxReadCapacityUnits": 80_000, "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000, "TableMaxWriteCapacityUnits": 40_000,
    ]

    func describeContinuousBackups(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        continuousBackups(try existing(input))
    }

    func updateContinuousBackups(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let name = try existing(input).name
        guard let specification = try input.object("PointInTimeRecoverySpecification"),
            let isEnabled = try TableInput(.object(specification)).bool("PointInTimeRecoveryEnabled")
        else { throw TableInput.missing("PointInTimeRecoverySpecification") }
        let days = try TableInput(.object(specification)).integer("RecoveryPeriodInDays")
        if let days, !(1...Self.longestRecovery).contains(days) {
            throw .validation(
                "1 validation error detected: Value '\(days)' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' "
                    + "failed to satisfy constraint: Member must have value "
                    + (days < 1 ? "greater than or equal to 1" : "less than or equal to \(Self.longestRecovery)"))
        }
        let now = clock.now.nanosecondsSinceEpoch
        return continuousBackups(
            try await changeTable(name) { table, _ in
                if !isEnabled {
                    table.recovery = nil
                } else {
                    let since = table.recovery?.since ?? now
                    table.recovery = .init(days: days ?? table.recovery?.days ?? Self.longestRecovery, since: since)
                }
            })
    }

    private static let longestRecovery = 35

    private func continuousBackups(_ table: TableRecord) -> JSONValue {
        var recovery: [String: JSONValue] = ["PointInTimeRecoveryStatus": "DISABLED"]
        if let settings = table.recovery {
            let latest = clock.now
            let earliest = max(
                Timestamp(nanosecondsSinceEpoch: settings.since), latest - .seconds(settings.days * 86_400))
            recovery = [
                "PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": .integer(settings.days),
                "EarliestRestorableDateTime": earliest.epochSeconds, "LatestRestorableDateTime": latest.epochSeconds,
            ]
        }
        return [
            "ContinuousBackupsDescription": [
                "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": .object(recovery),
            ]
        ]
    }

    /// The table of a backup call, whose error for a missing one has a name of its own.
    private func existing(_ input: TableInput) throws(AWSServiceError) -> TableRecord {
        let name = try input.requiredString("TableName")
        guard let table = catalog.table(name) else {
            throw .init("TableNotFoundException", "Table not found: \(name)")
        }
        return table
    }
}
