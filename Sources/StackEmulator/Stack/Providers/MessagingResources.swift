import EmulatedServices
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// SQS queues, SNS topics, their subscriptions and policies.
struct MessagingResources: ResourceProvider {
    var queues: QueueService
    var topics: TopicService

    let types = [
        "AWS::SQS::Queue": ResourceType(
            properties: [
                "MessageRetentionPeriod", "QueueName", "SqsManagedSseEnabled", "Tags", "VisibilityTimeout",
                "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds",
            ], replacing: ["QueueName", "FifoQueue"]),
        "AWS::SNS::Topic": ResourceType(
            properties: ["DisplayName", "Subscription", "Tags", "TopicName"], replacing: ["TopicName", "FifoTopic"]),
        "AWS::SNS::TopicPolicy": ResourceType(properties: ["PolicyDocument", "Topics"]),
        "AWS::SNS::Subscription": ResourceType(
            properties: ["Endpoint", "Protocol", "RawMessageDelivery", "TopicArn"],
            replacing: ["Endpoint", "Protocol", "TopicArn"]
        ) { properties in
            let transport = properties["Protocol"]?.stringValue ?? ""
            return transport == "sqs" ? [] : ["the protocol \(transport) is not emulated; sqs is"]
        },
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        switch resource.type {
        case "AWS::SQS::Queue":
            let name = properties["QueueName"]?.stringValue ?? names.generated
            var attributes: [String: String] = [:]
            for name in ["MessageRetentionPeriod", "VisibilityTimeout"] {
                if let value = properties.integer(name) { attributes[name] = String(value) }
            }
            if let flag = properties.flag("SqsManagedSseEnabled") { attributes["SqsManagedSseEnabled"] = String(flag) }
            queues.create(name: name, attributes: attributes)
            let url = queues.url(ofQueue: name)
            return ResourceIdentity(
                ref: url, attributes: ["Arn": queues.arn(ofQueue: name), "QueueName": name, "QueueUrl": url])
        case "AWS::SNS::Topic":
            let name = properties["TopicName"]?.stringValue ?? names.generated
            topics.create(name: name, displayName: properties["DisplayName"]?.stringValue ?? "")
            let arn = topics.arn(ofTopic: name)
            for subscription in properties["Subscription"]?.arrayValue ?? [] { subscribe(subscription, arn) }
            return ResourceIdentity(ref: arn, attributes: ["TopicArn": arn, "TopicName": name])
        case "AWS::SNS::Subscription":
            let topic = properties["TopicArn"]?.stringValue ?? ""
            subscribe(properties, topic)
            return ResourceIdentity(ref: "\(topic):\(names.uuid)")
        default:
            setPolicy(properties)
            return ResourceIdentity(ref: names.generated, attributes: ["Id": names.generated])
        }
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        if resource.type == "AWS::SNS::TopicPolicy" { setPolicy(resource.properties) }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {}

    private func setPolicy(_ properties: JSONValue) {
        for topic in properties["Topics"]?.arrayValue ?? [] {
            topics.setPolicy(properties["PolicyDocument"] ?? [:], ofTopic: topic.stringValue ?? "")
        }
    }

    private func subscribe(_ properties: JSONValue, _ topic: String) {
        topics.subscribe(
            topic: topic, protocol: properties["Protocol"]?.stringValue ?? "",
            endpoint: properties["Endpoint"]?.stringValue ?? "")
    }
}
