import DurableDocuments
package import EmulatorCore
import ExactJSON

/// Making, describing and removing topics.
extension TopicService {
    func createTopic(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let name = input.text("Name") ?? ""
        let arn = try await create(
            name: name, attributes: input.textMap("Attributes"), tags: ResourceTags(input.list("Tags")).values)
        return ["TopicArn": .string(arn)]
    }

    /// Makes a topic; one that exists with the same attributes and tags stays as it is.
    ///
    /// - Returns: Its ARN.
    /// - Throws: `InvalidParameter` for a name or an attribute that SNS refuses, or when it exists with others.
    @discardableResult
    package func create(
        name: String, attributes: [String: String] = [:], tags: [String: String] = [:]
    ) async throws(AWSServiceError) -> String {
        let isFIFO = attributes["FifoTopic"]?.lowercased() == "true"
        try Self.check(name, isFIFO: isFIFO)
        var topic = Topic(arn: arn(ofTopic: name))
        for (name, value) in attributes where name != "FifoTopic" { try topic.set(name, value) }
        if isFIFO { topic.attributes["FifoTopic"] = "true" }
        topic.tags = ResourceTags(map: tags)
        let made = topic
        let result: Result<DocumentStore.Commit, AWSServiceError> = state.withLock { state in
            if let existing = state.topics[made.arn] {
                guard attributes.allSatisfy({ existing.attributes[$0.key] ?? "" == $0.value }) else {
                    return .failure(
                        Self.invalid("Attributes Reason: Topic already exists with different attributes"))
                }
                guard tags.isEmpty || tags == existing.tags.values else {
                    return .failure(Self.invalid("Tags Reason: Topic already exists with different tags"))
                }
                return .success(documents.record([]))
            }
            state.topics[made.arn] = made
            return .success(documents.record([.init(Self.topicCollection, made.arn, made.json)]))
        }
        try await result.get().wait()
        return topic.arn
    }

    package func hasTopic(_ arn: String) -> Bool { state.withLock { $0.topics[arn] != nil } }

    private static func check(_ name: String, isFIFO: Bool) throws(AWSServiceError) {
        let stem = isFIFO && name.hasSuffix(".fifo") ? String(name.dropLast(".fifo".count)) : name
        let isAllowed = stem.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard isAllowed, !stem.isEmpty, name.utf8.count <= 256 else { throw invalid("Topic Name") }
        guard !isFIFO || name.hasSuffix(".fifo") else {
            throw invalid(
                "Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long."
            )
        }
    }

    /// Removes a topic with its subscriptions; one that is gone already is no error.
    package func delete(topic arn: String) async throws(AWSServiceError) {
        let commit = state.withLock { state in
            guard state.topics.removeValue(forKey: arn) != nil else { return documents.record([]) }
            let gone = state.subscriptions.values.filter { $0.topicARN == arn }.map(\.arn)
            for subscription in gone { state.subscriptions[subscription] = nil }
            state.order.removeAll(where: Set(gone).contains)
            return documents.record(
                [.init(Self.topicCollection, arn, nil)] + gone.map { .init(Self.subscriptionCollection, $0, nil) })
        }
        try await commit.wait()
    }

    /// Sets an attribute of a topic; an empty value takes it away.
    package func set(_ name: String, _ value: String, ofTopic arn: String) async throws(AWSServiceError) {
        try await changeTopic(arn) { topic throws(AWSServiceError) in try topic.set(name, value) }
    }

    /// Sets the tags of a topic; those that it had are gone.
    package func replaceTags(_ tags: [String: String], ofTopic arn: String) async throws(AWSServiceError) {
        try await changeTopic(arn) { topic throws(AWSServiceError) in topic.tags = ResourceTags(map: tags) }
    }

    func topicAttributes(_ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let topic = try topic(try required(input, "TopicArn"))
        let subscriptions = state.withLock { $0.subscriptions.values.filter { $0.topicARN == topic.arn } }
        let pending = subscriptions.count { $0.pendingToken != nil }
        var attributes = topic.attributes
        attributes["TopicArn"] = topic.arn
        attributes["Owner"] = account.id
        attributes["DisplayName"] = topic.attributes["DisplayName"] ?? ""
        attributes["Policy"] = topic.attributes["Policy"] ?? Topic.defaultPolicy(topic.arn, account)
        attributes["SubscriptionsConfirmed"] = String(subscriptions.count - pending)
        attributes["SubscriptionsPending"] = String(pending)
        attributes["SubscriptionsDeleted"] = "0"
        attributes["EffectiveDeliveryPolicy"] =
            topic.attributes["DeliveryPolicy"]
            ?? "{\"http\":{\"defaultHealthyRetryPolicy\":{\"minDelayTarget\":20,\"maxDelayTarget\":20,\"numRetries\":3,"
            + "\"numMaxDelayRetries\":0,\"numNoDelayRetries\":0,\"numMinDelayRetries\":0,\"backoffFunction\":\"linear\"},"
            + "\"disableSubscriptionOverrides\":false,\"defaultRequestPolicy\":{\"headerContentType\":\"text/plain; charset=UTF-8\"}}}"
        if topic.isFIFO, attributes["ContentBasedDeduplication"] == nil {
            attributes["ContentBasedDeduplication"] = "false"
        }
        return ["Attributes": Self.map(attributes)]
    }
}
