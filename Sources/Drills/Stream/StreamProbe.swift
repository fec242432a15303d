import AWSClients
import ExactJSON
import LoadMetrics
import ScenarioModel
import Timekeeping

/// Measures how long a write takes to reach the stream's handler, and whether any is lost, doubled or overtaken.
struct StreamProbe {
    var specification: StreamProbeSpecification
    var client: ProbeClient
    var logs: LogsClient
    /// The log group of the function behind the stream.
    var logGroup: String
    var runID: String
    /// Log events are stamped in the target's time.
    var clock: any TargetClock
    /// Pause between two looks into the log, and between two writes: real time, since lag is measured in it.
    var pause: @Sendable (Duration) async throws(DrillError) -> Void
    var say: @Sendable (DrillProgress) -> Void

    func run() async throws(DrillError) -> StreamObservation {
        // A minute of slack: the log's clock need not be ours.
        let since = clock.now() - .seconds(60)
        var matching = StreamMatching()
        for sample in 0..<specification.samples {
            try await write(sample, into: &matching)
            try await pause(.milliseconds(40))
        }
        let deadline = Timestamp.system() + specification.timeout
        var seen: [StreamMatching.Seen] = []
        while true {
            seen = try await look(since: since)
            if matching.isComplete(seen) || Timestamp.system() >= deadline { break }
            try await pause(.milliseconds(250))
        }
        // One look more, in case a record is delivered twice.
        try await pause(.milliseconds(300))
        seen = try await look(since: since)
        return matching.observation(seen)
    }

    /// Writes one item, and where the scenario says so changes and deletes it.
    private func write(_ sample: Int, into matching: inout StreamMatching) async throws(DrillError) {
        let nonce = "\(runID)-\(sample)"
        let written = try await send(specification.write, nonce: nonce, variables: [:])
        matching.written.append(.init(nonce: nonce, event: "INSERT", key: sample, sentAt: written.response.sentAt))
        var last = nonce
        // Every third item is changed, every sixth deleted too: enough to see the order kept, few enough for the lag.
        if let update = specification.update, sample % 3 == 0 {
            last = "\(nonce)-u"
            let updated = try await send(update, nonce: last, variables: written.captured)
            matching.written.append(.init(nonce: last, event: "MODIFY", key: sample, sentAt: updated.response.sentAt))
        }
        if let delete = specification.delete, sample % 6 == 0 {
            let deleted = try await send(delete, nonce: last, variables: written.captured)
            matching.written.append(.init(nonce: last, event: "REMOVE", key: sample, sentAt: deleted.response.sentAt))
        }
    }

    private func send(
        _ step: Step, nonce: String, variables: [String: String]
    ) async throws(DrillError) -> ProbeAnswer {
        var variables = variables
        variables["nonce"] = nonce
        let answer = try await client.send(step, variables: variables)
        guard (200..<300).contains(answer.response.status) else {
            throw DrillError(
                code: .unreachable,
                message:
                    "the stream probe's \(answer.request.method) \(answer.request.url) answered \(answer.response.status)"
            )
        }
        return answer
    }

    private func look(since: Timestamp) async throws(DrillError) -> [StreamMatching.Seen] {
        let pattern = "{ \(specification.observe) = \"\(runID)-*\" }"
        let events = try await aws { () async throws(AWSCallError) in
            try await logs.events(group: logGroup, since: since, pattern: pattern)
        }
        return events.compactMap { event -> StreamMatching.Seen? in
            guard let json = try? JSONValue(parsing: event.message),
                let nonce = json.text(at: specification.observe), let name = json["eventName"]?.stringValue
            else { return nil }
            let processed = json["processedAt"]?.doubleValue.map { Timestamp(secondsSinceEpoch: $0 / 1000) }
            return StreamMatching.Seen(nonce: nonce, event: name, processedAt: processed ?? event.at)
        }.sorted { $0.processedAt < $1.processedAt }
    }
}
