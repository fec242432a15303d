import EmulatedServices
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// SNS topics, their subscriptions and policies.
struct TopicResources: ResourceProvider {
    var topics: TopicService

    private static let delivered: Set<String> = ["sqs", "lambda", "http", "https"]
    private static let topicAttributes = [
        "ContentBasedDeduplication", "DisplayName", "FifoThroughputScope", "FifoTopic", "KmsMasterKeyId",
        "SignatureVersion", "TracingConfig",
    ]
    private static let subscriptionAttributes = [
        "DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy",
        "SubscriptionRoleArn",
    ]

    let types = [
        "AWS::SNS::Topic": ResourceType(
            properties: Set(topicAttributes).union([
                "DataProtectionPolicy", "DeliveryStatusLogging", "Subscription", "Tags", "TopicName",
            ]), replacing: ["TopicName", "FifoTopic"],
            problems: { properties in
                (properties["Subscription"]?.arrayValue ?? []).flatMap(Self.problems)
                    + ["DataProtectionPolicy", "DeliveryStatusLogging"].filter { properties[$0] != nil }
                    .map { "\($0) has no effect" }
            }),
        "AWS::SNS::TopicPolicy": ResourceType(properties: ["PolicyDocument", "Topics"]),
        "AWS::SNS::Subscription": ResourceType(
            properties: Set(subscriptionAttributes).union(["Endpoint", "Protocol", "TopicArn", "Region"]),
            replacing: ["Endpoint", "Protocol", "TopicArn"], problems: Self.problems),
    ]

    @Sendable private static func problems(_ subscription: JSONValue) -> [String] {
        let transport = subscription["Protocol"]?.stringValue ?? ""
        return delivered.contains(transport) ? [] : ["deliveries by the protocol \(transport) are not emulated"]
    }

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::SNS::Topic": return try await createTopic(resource, names)
        case "AWS::SNS::Subscription":
            let subscription = try await topics.subscribe(
                topic: properties["TopicArn"]?.stringValue ?? "", protocol: properties["Protocol"]?.stringValue ?? "",
                endpoint: properties["Endpoint"]?.stringValue ?? "", id: names.uuid)
            try await topics.set(Self.attributes(properties), ofSubscription: subscription.arn)
            return ResourceIdentity(ref: subscription.arn, attributes: ["Arn": subscription.arn])
        default:
            try await setPolicy(properties["PolicyDocument"]?.documentText, properties)
            return ResourceIdentity(ref: names.generated, attributes: ["Id": names.generated])
        }
    }

    private func createTopic(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        let isFIFO = properties.flag("FifoTopic") ?? false
        let name =
            properties["TopicName"]?.stringValue
            ?? (isFIFO ? names.generated(atMost: 251) + ".fifo" : names.generated(atMost: 256))
        let arn = topics.arn(ofTopic: name)
        let identity = ResourceIdentity(ref: arn, attributes: ["TopicArn": arn, "TopicName": name])
        if names.adoptsExisting, topics.hasTopic(arn) {
            if names.kept(as: resource) != nil { return identity }
            try await configure(arn, properties, names)
        } else {
            guard !topics.hasTopic(arn) else {
                throw AWSServiceError("AlreadyExists", "\(arn) already exists", status: 409)
            }
            let attributes = Self.topicAttributes.compactMap { attribute in
                properties[attribute]?.scalarText.map { (attribute, $0) }
            }
            try await topics.create(
                name: name, attributes: Dictionary(attributes) { _, last in last }, tags: names.tags(properties["Tags"])
            )
        }
        try await subscribe(properties, arn)
        return identity
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::SNS::Topic":
            try await configure(old.ref, properties, names)
            let wanted = Set((properties["Subscription"]?.arrayValue ?? []).map(\.text))
            for gone in old.properties["Subscription"]?.arrayValue ?? [] where !wanted.contains(gone.text) {
                try await topics.unsubscribe(
                    topic: old.ref, protocol: gone["Protocol"]?.stringValue ?? "",
                    endpoint: gone["Endpoint"]?.stringValue ?? "")
            }
            try await subscribe(properties, old.ref)
        case "AWS::SNS::Subscription": try await topics.set(Self.attributes(properties), ofSubscription: old.ref)
        default:
            let kept = Set((properties["Topics"]?.arrayValue ?? []).compactMap(\.stringValue))
            try await setPolicy(nil, old.properties, except: kept)
            try await setPolicy(properties["PolicyDocument"]?.documentText, properties)
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        switch resource.type {
        case "AWS::SNS::Topic": try await topics.delete(topic: resource.ref)
        case "AWS::SNS::Subscription": try await topics.unsubscribe(resource.ref)
        default: try await setPolicy(nil, resource.properties)
        }
    }

    // MARK: Pieces

    private func configure(
        _ arn: String, _ properties: JSONValue, _ names: ResourceNames
    ) async throws(AWSServiceError) {
        for attribute in Self.topicAttributes where attribute != "FifoTopic" {
            try await topics.set(attribute, properties[attribute]?.scalarText ?? "", ofTopic: arn)
        }
        try await topics.replaceTags(names.tags(properties["Tags"]), ofTopic: arn)
    }

    private func subscribe(_ properties: JSONValue, _ topic: String) async throws(AWSServiceError) {
        for subscription in properties["Subscription"]?.arrayValue ?? [] {
            try await topics.subscribe(
                topic: topic, protocol: subscription["Protocol"]?.stringValue ?? "",
                endpoint: subscription["Endpoint"]?.stringValue ?? "")
        }
    }

    /// All attributes, those that the properties do not mention empty.
    private static func attributes(_ properties: JSONValue) -> [String: String] {
        Dictionary(
            subscriptionAttributes.map { name in
                (name, properties[name].map { $0.scalarText ?? $0.text } ?? "")
            }
        ) { _, last in last }
    }

    private func setPolicy(
        _ document: String?, _ properties: JSONValue, except kept: Set<String> = []
    ) async throws(AWSServiceError) {
        for topic in (properties["Topics"]?.arrayValue ?? []).compactMap(\.stringValue) where !kept.contains(topic) {
            // With the topic its policy is gone.
            guard topics.hasTopic(topic) || document != nil else { continue }
            try await topics.set("Policy", document ?? "", ofTopic: topic)
        }
    }
}
