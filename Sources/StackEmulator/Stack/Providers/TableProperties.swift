import ExactJSON

/// The properties of an `AWS::DynamoDB::Table` as the inputs of the calls that bring them about.
///
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
struct TableProperties: Sendable {
    private let properties: JSONValue
    /// Of the table and of its stack; the table's own win.
    let tags: [String: String]

    init(_ properties: JSONValue, stackTags: [String: String]) {
        self.properties = properties
        var tags = stackTags
        for tag in properties["Tags"]?.arrayValue ?? [] {
            if let key = tag["Key"]?.stringValue { tags[key] = tag["Value"]?.stringValue ?? "" }
        }
        self.tags = tags
    }

    /// CloudFormation's list of tags.
    static func list(_ tags: [String: String]) -> JSONValue {
        .array(tags.sorted { $0.key < $1.key }.map { ["Key": .string($0.key), "Value": .string($0.value)] })
    }

    /// The input of CreateTable.
    func creation(named name: String) -> [String: JSONValue] {
        var input: [String: JSONValue] = ["TableName": .string(name), "BillingMode": billingMode]
        for member in ["AttributeDefinitions", "KeySchema", "TableClass"] { input[member] = properties[member] }
        input["LocalSecondaryIndexes"] = properties["LocalSecondaryIndexes"]?.arrayValue.map {
            .array($0.map(index))
        }
        input["GlobalSecondaryIndexes"] = globalIndexes.isEmpty ? nil : .array(globalIndexes)
        input["ProvisionedThroughput"] = properties["ProvisionedThroughput"].map(units)
        input["DeletionProtectionEnabled"] = properties.flag("DeletionProtectionEnabled").map(JSONValue.bool)
        input["StreamSpecification"] = stream
        input["SSESpecification"] = encryption
        if !tags.isEmpty { input["Tags"] = Self.list(tags) }
        return input
    }

    /// The inputs of UpdateTable, one after the other, that make a described table what the properties say.
    func updates(of table: JSONValue) -> [[String: JSONValue]] {
        var updates: [[String: JSONValue]] = []
        var settings: [String: JSONValue] = [:]
        let mode = table["BillingModeSummary"]?["BillingMode"] ?? "PROVISIONED"
        let throughput = properties["ProvisionedThroughput"].map(units)
        let hasOtherThroughput = ["ReadCapacityUnits", "WriteCapacityUnits"].contains {
            throughput?[$0] != nil && throughput?[$0] != table["ProvisionedThroughput"]?[$0]
        }
        if mode != billingMode || hasOtherThroughput {
            settings["BillingMode"] = billingMode
            settings["ProvisionedThroughput"] = throughput
        }
        let isProtected = properties.flag("DeletionProtectionEnabled") ?? false
        if table["DeletionProtectionEnabled"] != .bool(isProtected) {
            settings["DeletionProtectionEnabled"] = .bool(isProtected)
        }
        let tableClass = properties["TableClass"] ?? "STANDARD"
        if (table["TableClassSummary"]?["TableClass"] ?? "STANDARD") != tableClass {
            settings["TableClass"] = tableClass
        }
        if (table["SSEDescription"] != nil) != (encryption?["Enabled"] == true) {
            settings["SSESpecification"] = encryption ?? ["Enabled": false]
        }
        if !settings.isEmpty { updates.append(settings) }
        if table["StreamSpecification"]?["StreamViewType"] != stream?["StreamViewType"] {
            // Another view is another stream: the old one has to end first.
            if table["StreamSpecification"] != nil { updates.append(["StreamSpecification": ["StreamEnabled": false]]) }
            if let stream { updates.append(["StreamSpecification": stream]) }
        }
        return updates + indexUpdates(of: table)
    }

    private func indexUpdates(of table: JSONValue) -> [[String: JSONValue]] {
        func change(_ kind: String, _ index: JSONValue) -> [String: JSONValue] {
            var input: [String: JSONValue] = ["GlobalSecondaryIndexUpdates": [.object([kind: index])]]
            if kind == "Create" { input["AttributeDefinitions"] = properties["AttributeDefinitions"] }
            return input
        }
        var removed: [[String: JSONValue]] = []
        var made: [[String: JSONValue]] = []
        let old = table["GlobalSecondaryIndexes"]?.arrayValue ?? []
        for index in old where !globalIndexes.contains(where: { $0["IndexName"] == index["IndexName"] }) {
            removed.append(change("Delete", ["IndexName": index["IndexName"] ?? .null]))
        }
        for index in globalIndexes {
            guard let known = old.first(where: { $0["IndexName"] == index["IndexName"] }) else {
                made.append(change("Create", index))
                continue
            }
            if known["KeySchema"] != index["KeySchema"] || known["Projection"] != index["Projection"] {
                removed.append(change("Delete", ["IndexName": index["IndexName"] ?? .null]))
                made.append(change("Create", index))
            } else if let throughput = index["ProvisionedThroughput"] {
                let isOther = ["ReadCapacityUnits", "WriteCapacityUnits"].contains {
                    known["ProvisionedThroughput"]?[$0] != throughput[$0]
                }
                guard isOther else { continue }
                made.append(
                    change(
                        "Update", ["IndexName": index["IndexName"] ?? .null, "ProvisionedThroughput": throughput]))
            }
        }
        return removed + made
    }

    /// PointInTimeRecoverySpecification; nil when it is not to be on.
    var recovery: JSONValue? {
        guard let specification = properties["PointInTimeRecoverySpecification"],
            specification.flag("PointInTimeRecoveryEnabled") == true
        else { return nil }
        var members: [String: JSONValue] = ["PointInTimeRecoveryEnabled": true]
        members["RecoveryPeriodInDays"] = specification.integer("RecoveryPeriodInDays").map { .integer($0) }
        return .object(members)
    }

    /// The attribute that says when an item expires; nil when nothing does.
    var expiryAttribute: JSONValue? {
        guard let specification = properties["TimeToLiveSpecification"], specification.flag("Enabled") == true else {
            return nil
        }
        return specification["AttributeName"]
    }

    private var billingMode: JSONValue { properties["BillingMode"] ?? "PROVISIONED" }

    private var stream: JSONValue? {
        properties["StreamSpecification"]?["StreamViewType"].map { ["StreamEnabled": true, "StreamViewType": $0] }
    }

    private var encryption: JSONValue? {
        guard let specification = properties["SSESpecification"] else { return nil }
        var members: [String: JSONValue] = ["Enabled": .bool(specification.flag("SSEEnabled") ?? true)]
        members["KMSMasterKeyId"] = specification["KMSMasterKeyId"]
        return .object(members)
    }

    private var globalIndexes: [JSONValue] { (properties["GlobalSecondaryIndexes"]?.arrayValue ?? []).map(index) }

    /// An index with the members that CreateTable knows.
    private func index(_ json: JSONValue) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for member in ["IndexName", "KeySchema", "Projection"] { members[member] = json[member] }
        members["ProvisionedThroughput"] = json["ProvisionedThroughput"].map(units)
        return .object(members)
    }

    /// Capacity units, which a template may write as text.
    private func units(_ json: JSONValue) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for member in ["ReadCapacityUnits", "WriteCapacityUnits"] {
            members[member] = json.integer(member).map { .integer($0) } ?? json[member]
        }
        return .object(members)
    }
}
