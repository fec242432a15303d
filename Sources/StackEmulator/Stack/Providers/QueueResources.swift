import EmulatedServices
import EmulatedStacks
import EmulatorCore
import ExactJSON
import StackTemplate

/// SQS queues and their policies.
struct QueueResources: ResourceProvider {
    var queues: QueueService

    /// Properties that are attributes of the same name.
    private static let attributes = [
        "ContentBasedDeduplication", "DeduplicationScope", "DelaySeconds", "FifoQueue", "FifoThroughputLimit",
        "KmsDataKeyReusePeriodSeconds", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod",
        "ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled",
        "VisibilityTimeout",
    ]

    let types = [
        "AWS::SQS::Queue": ResourceType(
            properties: Set(attributes).union(["QueueName", "Tags"]), replacing: ["QueueName", "FifoQueue"]),
        "AWS::SQS::QueuePolicy": ResourceType(properties: ["PolicyDocument", "Queues"]),
    ]

    func create(
        _ resource: ResourceDeclaration, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        let properties = resource.properties
        guard resource.type == "AWS::SQS::Queue" else {
            try await setPolicy(properties["PolicyDocument"]?.documentText, properties)
            return ResourceIdentity(ref: names.generated, attributes: ["Id": names.generated])
        }
        let isFIFO = properties.flag("FifoQueue") ?? false
        let name =
            properties["QueueName"]?.stringValue
            ?? (isFIFO ? names.generated(atMost: 75) + ".fifo" : names.generated(atMost: 80))
        if queues.hasQueue(name) {
            guard names.adoptsExisting else {
                throw AWSServiceError("AlreadyExists", "\(name) already exists", status: 409)
            }
            if names.kept(as: resource) == nil { try await configure(name, properties, names) }
        } else {
            try await queues.create(
                name: name, attributes: Self.values(properties).filter { !$0.value.isEmpty },
                tags: names.tags(properties["Tags"]))
        }
        let url = queues.url(ofQueue: name)
        return ResourceIdentity(
            ref: url, attributes: ["Arn": queues.arn(ofQueue: name), "QueueName": name, "QueueUrl": url])
    }

    func update(
        _ resource: ResourceDeclaration, from old: ResolvedResource, _ names: ResourceNames
    ) async throws(AWSServiceError) -> ResourceIdentity {
        if resource.type == "AWS::SQS::Queue" {
            try await configure(Self.name(old.ref), resource.properties, names)
        } else {
            let kept = Set((resource.properties["Queues"]?.arrayValue ?? []).compactMap(\.stringValue))
            try await setPolicy(nil, old.properties, except: kept)
            try await setPolicy(resource.properties["PolicyDocument"]?.documentText, resource.properties)
        }
        return ResourceIdentity(ref: old.ref, attributes: old.attributes)
    }

    func delete(_ resource: ResolvedResource) async throws(AWSServiceError) {
        if resource.type == "AWS::SQS::Queue" {
            try await queues.delete(name: Self.name(resource.ref))
        } else {
            try await setPolicy(nil, resource.properties)
        }
    }

    // MARK: Pieces

    private static func name(_ url: String) -> String { String(url.split(separator: "/").last ?? "") }

    /// All attributes, those that the properties do not mention empty.
    private static func values(_ properties: JSONValue) -> [String: String] {
        Dictionary(
            attributes.map { name in (name, properties[name].map { $0.scalarText ?? $0.text } ?? "") }
        ) { _, last in last }
    }

    private func configure(
        _ name: String, _ properties: JSONValue, _ names: ResourceNames
    ) async throws(AWSServiceError) {
        try await queues.set(Self.values(properties).filter { $0.key != "FifoQueue" }, ofQueue: name)
        try await queues.replaceTags(names.tags(properties["Tags"]), ofQueue: name)
    }

    private func setPolicy(
        _ document: String?, _ properties: JSONValue, except kept: Set<String> = []
    ) async throws(AWSServiceError) {
        for url in (properties["Queues"]?.arrayValue ?? []).compactMap(\.stringValue) where !kept.contains(url) {
            let name = Self.name(url)
            // With the queue its policy is gone.
            guard queues.hasQueue(name) || document != nil else { continue }
            try await queues.set(["Policy": document ?? ""], ofQueue: name)
        }
    }
}
