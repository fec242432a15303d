import DurableDocuments
import EmulatorCore
import ExactJSON
import Timekeeping

/// Receiving with long polling, deleting, and changing how long a message stays hidden.
extension QueueService {
    func receive(_ name: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        let most = input.whole("MaxNumberOfMessages") ?? 1
        guard (1...10).contains(most) else {
            throw AWSServiceError(
                "InvalidParameterValue",
                "Value \(most) for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
            )
        }
        let queue = try queue(name)
        let wait = input.whole("WaitTimeSeconds") ?? queue.settings.number("ReceiveMessageWaitTimeSeconds")
        guard (0...20).contains(wait) else {
            throw AWSServiceError(
                "InvalidParameterValue",
                "Value \(wait) for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.")
        }
        let hidden = try input.whole("VisibilityTimeout").map { seconds throws(AWSServiceError) in
            try Self.visibility(seconds)
        }
        let messages = try await take(most, from: name, hiddenFor: hidden, waiting: .seconds(wait))
        if messages.isEmpty {
            count(\.emptyReceives, at: name)
            return [:]
        }
        let system = input.texts("AttributeNames") + input.texts("MessageSystemAttributeNames")
        let wanted = input.texts("MessageAttributeNames")
        return [
            "Messages": .array(
                messages.map { $0.answer(system: system, attributes: wanted, isFIFO: queue.isFIFO) })
        ]
    }

    private static func visibility(_ seconds: Int) throws(AWSServiceError) -> Duration {
        guard (0...43_200).contains(seconds) else {
            throw AWSServiceError(
                "InvalidParameterValue",
                "Value \(seconds) for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer "
                    + "between 0 and 43200.")
        }
        return .seconds(seconds)
    }

    /// Takes messages, and when there are none waits for some.
    private func take(
        _ most: Int, from name: String, hiddenFor hidden: Duration?, waiting: Duration
    ) async throws(AWSServiceError) -> [QueueMessage] {
        let deadline = clock.now + waiting
        let signal = WakeSignal()
        while true {
            // Before looking: a message that comes after the look must not be missed.
            if waiting > .zero { state.withLock { $0.waiting[name, default: [:]][ObjectIdentifier(signal)] = signal } }
            defer { forget(signal, name) }
            let messages = try await takeNow(most, from: name, hiddenFor: hidden)
            let now = clock.now
            if !messages.isEmpty || now >= deadline || Task.isCancelled { return messages }
            let next = state.withLock { $0.queues[name]?.nextVisible(after: now) }
            let timer = clock.schedule(at: min(deadline, next ?? deadline)) { signal.raise() }
            await signal.wait()
            clock.cancel(timer)
        }
    }

    private func forget(_ signal: WakeSignal, _ name: String) {
        state.withLock { state in
            state.waiting[name]?[ObjectIdentifier(signal)] = nil
            if state.waiting[name]?.isEmpty == true { state.waiting[name] = nil }
        }
    }

    private func takeNow(
        _ most: Int, from name: String, hiddenFor hidden: Duration?
    ) async throws(AWSServiceError) -> [QueueMessage] {
        let now = clock.now
        let (taken, target) = try await change(name) { queue, _ throws(AWSServiceError) in
            let taken = queue.receive(most, hiddenFor: hidden ?? queue.settings.visibility, now: now)
            queue.traffic.received += taken.messages.count
            let gone = taken.dead + taken.expired
            return ((taken, queue.settings.redrive?.target), gone.map { Self.removal(of: $0, from: name) })
        }
        if let target, !taken.dead.isEmpty { bury(taken.dead, from: name, in: target) }
        return taken.messages
    }

    /// Puts messages into a dead-letter queue, as they are but visible; without such a queue they stay where they were.
    private func bury(_ messages: [QueueMessage], from name: String, in target: String) {
        let source = arn(ofQueue: name)
        let targetName = String(target.split(separator: ":").last ?? "")
        let now = clock.now
        state.withLock { state in
            let found = state.queues[targetName].map { $0.arn == target } ?? false
            let place = found ? targetName : name
            for message in messages {
                var message = message
                if found {
                    state.sequence += 1
                    message.number = state.sequence
                    message.deadLetterSource = source
                    message.receives = 0
                }
                message.receipt = nil
                message.visibleAt = now
                state.queues[place]?.add(message, now: now)
                documents.record([Self.record(message, in: place)])
            }
        }
        wake(targetName)
    }

    // MARK: Deleting and hiding

    func delete(_ receipt: String, from name: String) async throws(AWSServiceError) {
        let receipt = try Receipt(receipt)
        try await change(name) { queue, _ throws(AWSServiceError) in
            let removed = queue.delete(receipt)
            queue.traffic.deleted += 1
            return ((), removed.map { [Self.removal(of: $0, from: name)] } ?? [])
        }
        // The next one of its group may be waited for.
        wake(name)
    }

    func deleteBatch(_ name: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        try await QueueBatch.run(try QueueBatch.entries(input, of: "Delete")) { entry throws(AWSServiceError) in
            try await self.delete(try self.required(entry, "ReceiptHandle"), from: name)
            return [:]
        }
    }

    func changeVisibility(_ name: String, _ input: JSONValue) throws(AWSServiceError) {
        let receipt = try Receipt(try required(input, "ReceiptHandle"))
        guard let seconds = input.whole("VisibilityTimeout") else {
            throw AWSServiceError("MissingParameter", "The request must contain the parameter VisibilityTimeout.")
        }
        let duration = try Self.visibility(seconds)
        let now = clock.now
        _ = try changeNow(name) { queue, _ throws(AWSServiceError) in
            try queue.hide(receipt, for: duration, now: now)
            return ((), [])
        }
        wake(name)
    }

    func changeVisibilityBatch(_ name: String, _ input: JSONValue) async throws(AWSServiceError) -> JSONValue {
        try await QueueBatch.run(try QueueBatch.entries(input, of: "ChangeVisibility")) {
            entry throws(AWSServiceError) in
            try self.changeVisibility(name, entry)
            return [:]
        }
    }
}
