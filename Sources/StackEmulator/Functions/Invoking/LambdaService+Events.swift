import EmulatedMonitoring
import EmulatorCore
import ExactJSON
import Timekeeping

extension LambdaService {
    /// Takes in an asynchronous invocation; it is carried out on the emulator's clock.
    ///
    /// - Throws: `ResourceNotFoundException`.
    func enqueue(_ function: FunctionIdentifier, _ request: InvocationRequest) throws(AWSServiceError) {
        _ = try record(function).target(function.qualifier)
        let now = surroundings.clock.now
        record("AsyncEventsReceived", of: function, value: 1, unit: "Count")
        let event = QueuedEvent(function: function, request: request, receivedAt: now)
        keep(event)
        schedule(event, at: now)
    }

    /// Goes on with the events that an earlier process had not done with.
    func resume(_ events: [QueuedEvent]) {
        for event in events { schedule(event, at: surroundings.clock.now) }
    }

    private func schedule(_ event: QueuedEvent, at moment: Timestamp) {
        surroundings.clock.schedule(at: moment) { [weak self] in await self?.process(event) }
    }

    private func process(_ event: QueuedEvent) async {
        guard let record = try? record(event.function) else { return forget(event) }
        let config = try? record.read { $0.eventInvokeConfigs[event.function.qualifier ?? LambdaFunction.latest] }
        let now = surroundings.clock.now
        if event.isExpired(config, now: now) { return giveUp(event, record, .eventAgeExceeded, nil, config) }
        if concurrency.reserved(of: record.name) == 0 {
            return giveUp(event, record, .zeroReservedConcurrency, nil, config)
        }
        self.record(
            "AsyncEventAge", of: event.function, value: (now - event.receivedAt).inMilliseconds, unit: "Milliseconds")
        var event = event
        do throws(AWSServiceError) {
            let result = try await invoke(event.function, event.request)
            guard result.functionError != nil else {
                event.succeeded()
                forget(event)
                if let arn = config?.onSuccess { tell(arn, event, record, .success, result) }
                return
            }
            switch event.failed(config) {
            case .retry(let delay): put(event, off: delay)
            case .giveUp(let condition): giveUp(event, record, condition, result, config)
            }
        } catch {
            // A function that was deleted meanwhile has nobody left to be told.
            guard error.status == 429 || error.status >= 500 else { return forget(event) }
            if case .retry(let delay) = event.refused() { put(event, off: delay) }
        }
    }

    private func put(_ event: QueuedEvent, off delay: Duration) {
        keep(event)
        schedule(event, at: surroundings.clock.now + delay)
    }

    private func giveUp(
        _ event: QueuedEvent, _ record: FunctionRecord, _ condition: EventRecord.Condition,
        _ result: InvocationResult?, _ config: EventInvokeConfig?
    ) {
        forget(event)
        self.record("AsyncEventsDropped", of: event.function, value: 1, unit: "Count")
        if let arn = config?.onFailure { tell(arn, event, record, condition, result) }
        guard let target = try? record.target(event.function.qualifier),
            let queue = target.configuration.deadLetterTarget
        else { return }
        let body = String(decoding: event.request.payload, as: UTF8.self)
        let failure = surroundings.destinations.send(body, to: queue, functionARN: record.arn)
        if failure != nil { self.record("DeadLetterErrors", of: event.function, value: 1, unit: "Count") }
    }

    private func tell(
        _ arn: String, _ event: QueuedEvent, _ record: FunctionRecord, _ condition: EventRecord.Condition,
        _ result: InvocationResult?
    ) {
        let qualifier = event.function.qualifier ?? LambdaFunction.latest
        let text = EventRecord(
            requestID: event.request.requestID, functionARN: "\(record.arn):\(qualifier)", condition: condition,
            invocations: event.invocations, payload: event.request.payload, result: result
        ).json(at: surroundings.clock.now)
        let failed: Bool
        if DestinationARN.service(of: arn) == "lambda" {
            let function = try? FunctionIdentifier(arn, account: surroundings.account)
            failed = function.map { (try? enqueue($0, InvocationRequest(payload: text.serialized()))) == nil } ?? true
        } else {
            failed = surroundings.destinations.send(text.text, to: arn, functionARN: record.arn) != nil
        }
        if failed { self.record("DestinationDeliveryFailures", of: event.function, value: 1, unit: "Count") }
    }

    private func record(_ metric: String, of function: FunctionIdentifier, value: Double, unit: String) {
        surroundings.metrics.record(
            ServiceSample(
                MetricIdentity(
                    namespace: "AWS/Lambda", name: metric, dimensions: [MetricDimension("FunctionName", function.name)]),
                value: value, unit: unit, timestamp: surroundings.clock.now))
    }
}
