import EmulatedStacks
import EmulatedTables
import EmulatorCore
import ExactJSON
import StackTemplate

/// DynamoDB tables.
struct TableResources: ResourceProvider {
    var tables: TableService

    let types = [
        "AWS::DynamoDB::Table": ResourceType(
            properties: [
                "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled", "KeySchema",
                "PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "StreamSpecification",
                "TableClass", "TableName", "Tags", "TimeToLiveSpecification",
            ], replacing: ["KeySchema", "TableName"])
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        let name = properties["TableName"]?.stringValue ?? names.generated
        if names.adoptsExisting,
            let existing = try? await tables.call("DescribeTable", ["TableName": .string(name)])
        {
            return identity(name, existing["Table"] ?? [:], names.account)
        }
        var input: [String: JSONValue] = ["TableName": .string(name)]
        for member in [
            "AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput", "DeletionProtectionEnabled",
            "TableClass", "Tags",
        ] {
            input[member] = properties[member]
        }
        if let view = properties["StreamSpecification"]?["StreamViewType"] {
            input["StreamSpecification"] = ["StreamEnabled": true, "StreamViewType": view]
        }
        if let encryption = properties["SSESpecification"] {
            input["SSESpecification"] = ["Enabled": encryption["SSEEnabled"] ?? true]
        }
        let created = try await tables.call("CreateTable", .object(input))
        try await applySettings(properties, to: name)
        return identity(name, created["TableDescription"] ?? [:], names.account)
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        try await applySettings(resource.properties, to: old.ref)
        let table = try await tables.call("DescribeTable", ["TableName": .string(old.ref)])
        return identity(old.ref, table["Table"] ?? [:], names.account)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        do throws(AWSServiceError) {
            _ = try await tables.call("DeleteTable", ["TableName": .string(resource.ref)])
        } catch {
            if error.code != "ResourceNotFoundException" { throw error }
        }
    }

    private func identity(_ name: String, _ table: JSONValue, _ account: EmulatedAccount) -> ResourceIdentity {
        let arn = table["TableArn"]?.stringValue ?? account.arn("dynamodb", "table/\(name)")
        var attributes = ["Arn": arn]
        attributes["StreamArn"] = table["LatestStreamArn"]?.stringValue
        return ResourceIdentity(ref: name, attributes: attributes)
    }

    private func applySettings(_ properties: JSONValue, to name: String) async throws(AWSServiceError) {
        if properties["PointInTimeRecoverySpecification"]?.flag("PointInTimeRecoveryEnabled") == true {
            _ = try await tables.call(
                "UpdateContinuousBackups",
                [
                    "TableName": .string(name),
                    "PointInTimeRecoverySpecification": ["PointInTimeRecoveryEnabled": true],
                ])
        }
        if let expiry = properties["TimeToLiveSpecification"] {
            _ = try await tables.call(
                "UpdateTimeToLive", ["TableName": .string(name), "TimeToLiveSpecification": expiry])
        }
    }
}
