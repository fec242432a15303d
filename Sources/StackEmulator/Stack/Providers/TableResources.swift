import EmulatedStacks
import EmulatedTables
import EmulatorCore
import ExactJSON
import StackTemplate

/// DynamoDB tables, those with replicas among them.
struct TableResources: ResourceProvider {
    var tables: TableService

    let types = [
        "AWS::DynamoDB::Table": ResourceType(
            properties: [
                "AttributeDefinitions", "BillingMode", "DeletionProtectionEnabled",
                "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes",
                "PointInTimeRecoverySpecification", "ProvisionedThroughput", "SSESpecification", "StreamSpecification",
                "TableClass", "TableName", "Tags", "TimeToLiveSpecification",
            ], replacing: ["KeySchema", "LocalSecondaryIndexes", "TableName"],
            problems: { properties in
                // The policy would decide over calls of other accounts; here there is one account.
                guard properties["StreamSpecification"]?["ResourcePolicy"] != nil else { return [] }
                return ["StreamSpecification.ResourcePolicy has no effect"]
            }),
        // The CDK's TableV2.
        TableResources.globalTable: ResourceType(
            properties: GlobalTableProperties.supported,
            replacing: ["KeySchema", "LocalSecondaryIndexes", "TableName"],
            problems: GlobalTableProperties.problems),
    ]
    private static let globalTable = "AWS::DynamoDB::GlobalTable"

    private static func properties(of resource: ResourceDeclaration, _ names: ResourceNames) -> TableProperties {
        let properties = resource.properties
        let isGlobal = resource.type == globalTable
        return TableProperties(
            isGlobal ? GlobalTableProperties.asTable(properties, in: names.account.region) : properties,
            stackTags: names.stackTags)
    }

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = Self.properties(of: resource, names)
        let name = resource.properties["TableName"]?.stringValue ?? names.generated
        if names.adoptsExisting, let existing = try? await describe(name) {
            if let kept = names.kept, names.kept(as: resource) == nil {
                return try await update(resource, from: kept, names)
            }
            return identity(name, existing, names.account)
        }
        let created = try await tables.call("CreateTable", .object(properties.creation(named: name)))
        do throws(AWSServiceError) {
            try await apply(properties, to: name)
        } catch {
            // A resource that failed leaves nothing behind.
            _ = try? await tables.call("DeleteTable", ["TableName": .string(name)])
            throw error
        }
        return identity(name, created["TableDescription"] ?? [:], names.account)
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let name = old.ref
        let properties = Self.properties(of: resource, names)
        // One at a time: UpdateTable refuses more than one new or removed index in a call.
        for input in properties.updates(of: try await describe(name)) {
            var input = input
            input["TableName"] = .string(name)
            _ = try await tables.call("UpdateTable", .object(input))
        }
        try await apply(properties, to: name)
        let table = try await describe(name)
        try await setTags(properties.tags, of: table["TableArn"] ?? .null)
        return identity(name, table, names.account)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        do throws(AWSServiceError) {
            _ = try await tables.call("DeleteTable", ["TableName": .string(resource.ref)])
        } catch {
            if error.code != "ResourceNotFoundException" { throw error }
        }
    }

    private func describe(_ name: String) async throws(AWSServiceError) -> JSONValue {
        try await tables.call("DescribeTable", ["TableName": .string(name)])["Table"] ?? [:]
    }

    private func identity(_ name: String, _ table: JSONValue, _ account: EmulatedAccount) -> ResourceIdentity {
        let arn = table["TableArn"]?.stringValue ?? account.arn("dynamodb", "table/\(name)")
        var attributes = ["Arn": arn]
        attributes["TableId"] = table["TableId"]?.stringValue
        if table["StreamSpecification"] != nil { attributes["StreamArn"] = table["LatestStreamArn"]?.stringValue }
        return ResourceIdentity(ref: name, attributes: attributes)
    }

    /// Settings with calls of their own: recovery and time to live.
    private func apply(_ properties: TableProperties, to name: String) async throws(AWSServiceError) {
        let table: JSONValue = .string(name)
        let backups = try await tables.call("DescribeContinuousBackups", ["TableName": table])
        let recovery = backups["ContinuousBackupsDescription"]?["PointInTimeRecoveryDescription"]
        if properties.recovery != nil || recovery?["PointInTimeRecoveryStatus"] == "ENABLED" {
            _ = try await tables.call(
                "UpdateContinuousBackups",
                [
                    "TableName": table,
                    "PointInTimeRecoverySpecification": properties.recovery ?? ["PointInTimeRecoveryEnabled": false],
                ])
        }
        let described = try await tables.call("DescribeTimeToLive", ["TableName": table])
        let current = described["TimeToLiveDescription"]?["AttributeName"]
        guard current != properties.expiryAttribute else { return }
        for (attribute, isEnabled) in [(current, false), (properties.expiryAttribute, true)] {
            guard let attribute else { continue }
            _ = try await tables.call(
                "UpdateTimeToLive",
                [
                    "TableName": table,
                    "TimeToLiveSpecification": ["AttributeName": attribute, "Enabled": .bool(isEnabled)],
                ])
        }
    }

    private func setTags(_ tags: [String: String], of arn: JSONValue) async throws(AWSServiceError) {
        let listed = try await tables.call("ListTagsOfResource", ["ResourceArn": arn])["Tags"]?.arrayValue ?? []
        let gone = listed.compactMap { $0["Key"]?.stringValue }.filter { tags[$0] == nil }
        if !gone.isEmpty {
            _ = try await tables.call(
                "UntagResource", ["ResourceArn": arn, "TagKeys": .array(gone.map(JSONValue.string))])
        }
        if !tags.isEmpty {
            _ = try await tables.call("TagResource", ["ResourceArn": arn, "Tags": TableProperties.list(tags)])
        }
    }
}
