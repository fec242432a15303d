import EmulatorCore
import ExactJSON

/// An `AWS::DynamoDB::GlobalTable` as the table that it is in the emulator's one region.
///
/// What the replica of this region says counts for the table; replicas elsewhere are left out.
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html
enum GlobalTableProperties {
    static let supported: Set<String> = [
        "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema", "LocalSecondaryIndexes",
        "Replicas", "SSESpecification", "StreamSpecification", "TableName", "TimeToLiveSpecification",
    ]
    private static let ofReplicas: Set<String> = [
        "DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "Region", "SSESpecification", "TableClass",
        "Tags",
    ]

    /// What has no effect here.
    static func problems(_ properties: JSONValue) -> [String] {
        let replicas = properties["Replicas"]?.arrayValue ?? []
        let unknown = Set(replicas.flatMap { ($0.objectValue ?? [:]).keys }).subtracting(ofReplicas)
        var problems = unknown.sorted().map { "the property Replicas.\($0) is not emulated" }
        if replicas.count > 1 { problems.append("its replicas in other regions are not emulated") }
        return problems
    }

    /// The properties of an `AWS::DynamoDB::Table` in a region.
    static func asTable(_ properties: JSONValue, in region: String) -> JSONValue {
        var members = properties.objectValue ?? [:]
        members["Replicas"] = nil
        // Provisioned capacity is told as not emulated; its settings are not those of a table.
        members["BillingMode"] = "PAY_PER_REQUEST"
        let replicas = properties["Replicas"]?.arrayValue ?? []
        guard let replica = replicas.first(where: { $0["Region"]?.stringValue == region }) else {
            return .object(members)
        }
        for member in ["DeletionProtectionEnabled", "PointInTimeRecoverySpecification", "TableClass", "Tags"] {
            members[member] = replica[member]
        }
        // The key of each region stands with its replica.
        if var encryption = members["SSESpecification"]?.objectValue,
            let key = replica["SSESpecification"]?["KMSMasterKeyId"]
        {
            encryption["KMSMasterKeyId"] = key
            members["SSESpecification"] = .object(encryption)
        }
        return .object(members)
    }
}
