import DurableDocuments
package import EmulatorCore
import ExactJSON
import Timekeeping

/// Making, changing and removing queues.
extension QueueService {
    /// Makes a queue; one that exists with the same attributes stays as it is.
    ///
    /// - Throws: `QueueNameExists` when it exists with others, and for names and attributes that SQS refuses.
    @discardableResult
    package func create(
        name: String, attributes: [String: String], tags: [String: String] = [:]
    ) async throws(AWSServiceError) -> String {
        let isFIFO = attributes["FifoQueue"]?.lowercased() == "true"
        try Self.check(name, isFIFO: isFIFO)
        var settings = QueueSettings(isFIFO: isFIFO)
        try settings.set(attributes.filter { $0.key != "FifoQueue" })
        let now = clock.now
        let result: Result<DocumentStore.Commit, AWSServiceError> = state.withLock { state in
            if let existing = state.queues[name] {
                let differing = attributes.keys.sorted().first { attribute in
                    existing.settings.values[attribute] != settings.values[attribute]
                }
                guard let differing else { return .success(documents.record([])) }
                return .failure(
                    AWSServiceError(
                        "QueueNameExists",
                        "A queue already exists with the same name and a different value for attribute \(differing)"))
            }
            var queue = Queue(name: name, arn: arn(ofQueue: name), settings: settings, now: now)
            queue.tags = ResourceTags(map: tags)
            state.queues[name] = queue
            return .success(documents.record([Self.record(queue)]))
        }
        try await result.get().wait()
        return url(ofQueue: name)
    }

    package func hasQueue(_ name: String) -> Bool { state.withLock { $0.queues[name] != nil } }

    static func check(_ name: String, isFIFO: Bool) throws(AWSServiceError) {
        let stem = name.hasSuffix(".fifo") ? String(name.dropLast(".fifo".count)) : name
        let isAllowed = stem.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
        }
        guard isAllowed, !stem.isEmpty, name.utf8.count <= 80, isFIFO || !name.hasSuffix(".fifo") else {
            throw AWSServiceError(
                "InvalidParameterValue",
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
        }
        guard !isFIFO || name.hasSuffix(".fifo") else {
            throw AWSServiceError(
                "InvalidParameterValue",
                "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with "
                    + ".fifo suffix and be 1 to 80 in length.")
        }
    }

    func createQueue(_ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let name = try required(input, "QueueName")
        let tags = input.textMap("tags").merging(input.textMap("Tags")) { _, new in new }
        return ["QueueUrl": .string(try await create(name: name, attributes: input.textMap("Attributes"), tags: tags))]
    }

    func listQueues(_ input: JSONValue) -> JSONValue {
        let prefix = input.text("QueueNamePrefix") ?? ""
        let names = state.withLock { $0.queues.keys.filter { $0.hasPrefix(prefix) }.sorted() }
        let page = ListPage(names, token: input.text("NextToken"), size: input.whole("MaxResults") ?? 1000)
        if page.elements.isEmpty { return [:] }
        return .compact([
            "QueueUrls": .array(page.elements.map { .string(url(ofQueue: $0)) }),
            // A token comes only to those who ask for pages.
            "NextToken": input.whole("MaxResults") == nil ? .null : .text(page.nextToken),
        ])
    }

    /// Removes a queue with its messages; one that is gone already is no error.
    package func delete(name: String) async throws(AWSServiceError) {
        let (commit, waiting) = state.withLock { state in
            guard var queue = state.queues.removeValue(forKey: name) else {
                return (documents.record([]), [WakeSignal]())
            }
            let changes =
                [DocumentStore.Change(Self.queueCollection, name, nil)]
                + queue.removeAll().map { Self.removal(of: $0, from: name) }
            return (documents.record(changes), Array((state.waiting[name] ?? [:]).values))
        }
        for signal in waiting { signal.raise() }
        try await commit.wait()
    }

    // MARK: Attributes

    /// Sets attributes.
    ///
    /// - Throws: `QueueDoesNotExist`, `InvalidAttributeName`, `InvalidAttributeValue`.
    package func set(_ attributes: [String: String], ofQueue name: String) async throws(AWSServiceError) {
        let now = clock.now
        try await change(name) { queue, _ throws(AWSServiceError) in
            if attributes["FifoQueue"].map({ $0.lowercased() != String(queue.isFIFO) }) ?? false {
                throw AWSServiceError(
                    "InvalidAttributeValue",
                    "Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.")
            }
            try queue.settings.set(attributes.filter { $0.key != "FifoQueue" })
            queue.modified = now
            return ((), [Self.record(queue)])
        }
    }

    /// Sets the tags of a queue; those that it had are gone.
    package func replaceTags(_ tags: [String: String], ofQueue name: String) async throws(AWSServiceError) {
        try await change(name) { queue, _ throws(AWSServiceError) in
            queue.tags = ResourceTags(map: tags)
            return ((), [Self.record(queue)])
        }
    }

    func attributes(_ name: String, _ input: JSONValue) throws(AWSServiceError) -> JSONValue {
        let queue = try queue(name)
        let now = clock.now
        let counts = queue.counts(now)
        var known = queue.settings.values
        known["QueueArn"] = queue.arn
        known["ApproximateNumberOfMessages"] = String(counts.visible)
        known["ApproximateNumberOfMessagesNotVisible"] = String(counts.inFlight)
        known["ApproximateNumberOfMessagesDelayed"] = String(counts.delayed)
        known["CreatedTimestamp"] = String(queue.created.wholeSecondsSinceEpoch)
        known["LastModifiedTimestamp"] = String(queue.modified.wholeSecondsSinceEpoch)
        let wanted = input.texts("AttributeNames")
        for name in wanted where name != "All" && known[name] == nil && !Self.optionalAttributes.contains(name) {
            throw AWSServiceError("InvalidAttributeName", "Unknown Attribute \(name).")
        }
        let shown = wanted.contains("All") ? known : known.filter { wanted.contains($0.key) }
        return shown.isEmpty ? [:] : ["Attributes": .object(shown.mapValues(JSONValue.string))]
    }

    /// Attributes that a queue may be asked for and need not have.
    private static let optionalAttributes: Set<String> = [
        "Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "FifoQueue",
        "ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit",
    ]

    func deadLetterSources(_ name: String) -> JSONValue {
        let target = arn(ofQueue: name)
        let sources = state.withLock { $0.queues.values.filter { $0.settings.redrive?.target == target }.map(\.name) }
        return ["queueUrls": .array(sources.sorted().map { .string(url(ofQueue: $0)) })]
    }

    func changeTags(_ name: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let added = ResourceTags(map: input.textMap("Tags"))
        let removed = input.texts("TagKeys")
        try await change(name) { queue, _ throws(AWSServiceError) in
            queue.tags.add(added)
            queue.tags.remove(removed)
            guard queue.tags.values.count <= 50 else {
                throw AWSServiceError("InvalidParameterValue", "Too many tags added for queue \(name).")
            }
            return ((), [Self.record(queue)])
        }
        return [:]
    }

    func purge(_ name: String) async throws(AWSServiceError) -> JSONValue {
        let now = clock.now
        try await change(name) { queue, _ throws(AWSServiceError) in
            if let purged = queue.purgedAt, now - purged < .seconds(60) {
                throw AWSServiceError(
                    "PurgeQueueInProgress", "Only one PurgeQueue operation on \(name) is allowed every 60 seconds.",
                    status: 403)
            }
            queue.purgedAt = now
            return ((), queue.removeAll().map { Self.removal(of: $0, from: name) })
        }
        return [:]
    }
}
