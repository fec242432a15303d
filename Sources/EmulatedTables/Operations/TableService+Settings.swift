import EmulatorCore
import ExactJSON

extension TableService {
    func describeContinuousBackups(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        Self.continuousBackups(try existing(input))
    }

    func updateContinuousBackups(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let name = try existing(input).name
        guard let specification = try input.object("PointInTimeRecoverySpecification"),
            let isEnabled = try TableInput(.object(specification)).bool("PointInTimeRecoveryEnabled")
        else { throw TableInput.missing("PointInTimeRecoverySpecification") }
        return Self.continuousBackups(
            try await changeTable(name) { table, _ in table.hasPointInTimeRecovery = isEnabled })
    }

    private static func continuousBackups(_ table: TableRecord) -> JSONValue {
        [
            "ContinuousBackupsDescription": [
                "ContinuousBackupsStatus": "ENABLED",
                "PointInTimeRecoveryDescription": [
                    "PointInTimeRecoveryStatus": table.hasPointInTimeRecovery ? "ENABLED" : "DISABLED"
                ],
            ]
        ]
    }

    func describeTimeToLive(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let table = try table(input)
        guard let attribute = table.timeToLiveAttribute else {
            return ["TimeToLiveDescription": ["TimeToLiveStatus": "DISABLED"]]
        }
        return ["TimeToLiveDescription": ["TimeToLiveStatus": "ENABLED", "AttributeName": .string(attribute)]]
    }

    func updateTimeToLive(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let table = try table(input)
        guard let members = try input.object("TimeToLiveSpecification") else {
            throw TableInput.missing("TimeToLiveSpecification")
        }
        let specification = TableInput(.object(members))
        let attribute = try specification.requiredString("AttributeName")
        guard let isEnabled = try specification.bool("Enabled") else { throw TableInput.missing("Enabled") }
        guard isEnabled != (table.timeToLiveAttribute != nil) else {
            throw .validation("TimeToLive is already \(isEnabled ? "enabled" : "disabled")")
        }
        _ = try await changeTable(table.name) { table, _ in table.timeToLiveAttribute = isEnabled ? attribute : nil }
        return ["TimeToLiveSpecification": .object(members)]
    }

    func listTags(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        let tags = try taggedTable(input).tags.sorted { $0.key < $1.key }
        return ["Tags": .array(tags.map { ["Key": .string($0.key), "Value": .string($0.value)] })]
    }

    func tagResource(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let name = try taggedTable(input).name
        let tags = try TableRecord.tags(input)
        _ = try await changeTable(name) { table, _ in table.tags.merge(tags) { _, new in new } }
        return .object([:])
    }

    func untagResource(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let name = try taggedTable(input).name
        let keys = (try input.array("TagKeys") ?? []).compactMap(\.stringValue)
        _ = try await changeTable(name) { table, _ in for key in keys { table.tags[key] = nil } }
        return .object([:])
    }

    private func taggedTable(_ input: TableInput) throws(AWSServiceError) -> TableRecord {
        let arn = try input.requiredString("ResourceArn")
        let prefix = account.arn("dynamodb", "table/")
        guard arn.hasPrefix(prefix) else {
            throw .validation("Invalid TableArn: Invalid ResourceArn provided as input \(arn)")
        }
        guard let table = catalog.table(String(arn.dropFirst(prefix.count))) else {
            throw .init("ResourceNotFoundException", "Requested resource not found: ResourcArn: \(arn) not found")
        }
        return table
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
