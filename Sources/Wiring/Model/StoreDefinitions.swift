import ExactJSON
import StackTemplate

/// A table with its stream.
package struct TableDefinition: Sendable, Equatable {
    package var logicalID: String
    package var name: String
    package var arn: String
    /// `KEYS_ONLY`, `NEW_IMAGE`, `OLD_IMAGE` or `NEW_AND_OLD_IMAGES`; nil without a stream.
    package var viewType: String?

    init(_ resource: WiringResource) {
        logicalID = resource.logicalID
        name = resource.properties.text("TableName") ?? resource.ref
        arn = resource.arn
        viewType = resource.properties["StreamSpecification"]?.text("StreamViewType")
    }

    /// Whether an ARN is that of this table's stream.
    func hasStream(_ arn: String) -> Bool { arn.hasPrefix("\(self.arn)/stream/") }
}

/// A queue with its policy.
package struct QueueDefinition: Sendable, Equatable {
    package var logicalID: String
    package var name: String
    package var arn: String
    package var retentionSeconds: Int
    package var visibilitySeconds: Int
    package var isFIFO: Bool
    package var statements: [PolicyStatement]

    init(_ resource: WiringResource, policies: [WiringResource]) {
        logicalID = resource.logicalID
        name = resource.attributes["QueueName"] ?? resource.properties.text("QueueName") ?? resource.ref
        arn = resource.arn
        retentionSeconds = resource.properties.integer("MessageRetentionPeriod") ?? 345_600
        visibilitySeconds = resource.properties.integer("VisibilityTimeout") ?? 30
        isFIFO = resource.properties.flag("FifoQueue") ?? false
        statements = policies.filter { $0.properties.texts("Queues").contains(resource.ref) }.flatMap {
            PolicyStatement.all(in: $0.properties["PolicyDocument"], of: WiringPlace($0.logicalID, "PolicyDocument"))
        }
    }
}

/// A topic with who listens and who may publish.
package struct TopicDefinition: Sendable, Equatable {
    package struct Subscription: Sendable, Equatable {
        package var place: WiringPlace
        /// `sqs`, `email`, `lambda`, ...
        package var transport: String
        package var endpoint: String
    }

    package var logicalID: String
    package var arn: String
    package var name: String
    package var keyID: String?
    package var subscriptions: [Subscription]
    /// Whether it has a policy of its own; the one that SNS gives by itself lets the account publish, CloudWatch in its
    /// name.
    package var hasPolicy: Bool
    package var statements: [PolicyStatement]

    init(_ resource: WiringResource, policies: [WiringResource], subscriptions: [WiringResource]) {
        logicalID = resource.logicalID
        arn = resource.ref
        name = resource.attributes["TopicName"] ?? resource.properties.text("TopicName") ?? resource.ref
        keyID = resource.properties.text("KmsMasterKeyId")
        let inside = (resource.properties["Subscription"]?.arrayValue ?? []).enumerated().map { index, subscription in
            Subscription(
                place: WiringPlace(resource.logicalID, "Subscription", String(index)),
                transport: subscription.text("Protocol") ?? "", endpoint: subscription.text("Endpoint") ?? "")
        }
        let beside = subscriptions.filter { $0.properties.text("TopicArn") == resource.ref }.map {
            Subscription(
                place: WiringPlace($0.logicalID), transport: $0.properties.text("Protocol") ?? "",
                endpoint: $0.properties.text("Endpoint") ?? "")
        }
        self.subscriptions = inside + beside
        let own = policies.filter { $0.properties.texts("Topics").contains(resource.ref) }
        hasPolicy = !own.isEmpty
        statements = own.flatMap {
            PolicyStatement.all(in: $0.properties["PolicyDocument"], of: WiringPlace($0.logicalID, "PolicyDocument"))
        }
    }
}

/// A log group.
package struct LogGroupDefinition: Sendable, Equatable {
    package var logicalID: String
    package var name: String
    /// Without the `:*` that CloudFormation's attribute ends in.
    package var arn: String
    /// Nil: for ever.
    package var retentionDays: Int?

    init(_ resource: WiringResource) {
        logicalID = resource.logicalID
        name = resource.properties.text("LogGroupName") ?? resource.ref
        arn = resource.arn.hasSuffix(":*") ? String(resource.arn.dropLast(2)) : resource.arn
        retentionDays = resource.properties.integer("RetentionInDays")
    }
}

/// A key with its policy.
package struct KeyDefinition: Sendable, Equatable {
    package var logicalID: String
    package var id: String
    package var arn: String
    package var isEnabled: Bool
    /// Whether it has a policy of its own; the default one lets the account decide.
    package var hasPolicy: Bool
    package var statements: [PolicyStatement]

    init(_ resource: WiringResource) {
        logicalID = resource.logicalID
        id = resource.ref
        arn = resource.arn
        isEnabled = resource.properties.flag("Enabled") ?? true
        hasPolicy = resource.properties["KeyPolicy"] != nil
        statements = PolicyStatement.all(
            in: resource.properties["KeyPolicy"], of: WiringPlace(resource.logicalID, "KeyPolicy"))
    }
}
