/// A log group with its streams, its oldest events dropped when they outgrow its capacity.
struct LogGroup: Sendable {
    struct Stream: Sendable {
        var created: Int64
        var lastIngestion: Int64?
        var bytes = 0
        /// Ordered by place.
        fileprivate(set) var events: [StoredLogEvent] = []

        /// The number of events before a place.
        func count(before place: StoredLogEvent.Place) -> Int {
            var low = 0
            var high = events.count
            while low < high {
                let middle = (low + high) / 2
                if events[middle].place < place { low = middle + 1 } else { high = middle }
            }
            return low
        }

        fileprivate mutating func insert(_ event: StoredLogEvent) {
            bytes += event.size
            if let last = events.last, event.place < last.place {
                events.insert(event, at: count(before: event.place))
            } else {
                events.append(event)
            }
        }

        fileprivate mutating func removeOldest(_ count: Int) {
            for event in events.prefix(count) { bytes -= event.size }
            events.removeFirst(min(count, events.count))
        }
    }

    var created: Int64
    /// Days; nil keeps events for ever.
    var retentionDays: Int?
    var kmsKey: String?
    var tags: [String: String] = [:]
    var streams: [String: Stream] = [:]
    /// By name.
    var metricFilters: [String: MetricFilter] = [:]
    private(set) var bytes = 0

    init(created: Int64) { self.created = created }

    /// Adds events to a stream, which is made when there is none.
    mutating func append(
        _ events: [LogEvent], to stream: String, sequence: inout UInt64, now: Int64, capacity: Int
    ) {
        var size = 0
        var target = streams.removeValue(forKey: stream) ?? Stream(created: now)
        for event in events {
            sequence += 1
            let stored = StoredLogEvent(
                place: .init(timestamp: event.timestamp, sequence: sequence), ingestionTime: now, message: event.message
            )
            size += stored.size
            target.insert(stored)
        }
        target.lastIngestion = now
        streams[stream] = target
        bytes += size
        while bytes > capacity, shrink() {}
    }

    /// Adds events, and names the metric filters that are to see them.
    mutating func take(
        _ events: [LogEvent], to stream: String, sequence: inout UInt64, now: Int64, capacity: Int
    ) -> [MetricFilter] {
        append(events, to: stream, sequence: &sequence, now: now, capacity: capacity)
        return metricFilters.isEmpty ? [] : Array(metricFilters.values)
    }

    /// Drops events that are past the retention.
    mutating func expire(now: Int64) {
        guard let retentionDays else { return }
        let oldest = now - Int64(retentionDays) * 86_400_000
        for name in streams.keys {
            let count = streams[name]?.count(before: .init(timestamp: oldest, sequence: 0)) ?? 0
            if count > 0 { removeOldest(count, from: name) }
        }
    }

    mutating func removeStream(_ name: String) -> Bool {
        guard let stream = streams.removeValue(forKey: name) else { return false }
        bytes -= stream.bytes
        return true
    }

    /// Drops the older half of the largest stream.
    private mutating func shrink() -> Bool {
        guard let largest = streams.max(by: { $0.value.bytes < $1.value.bytes }), !largest.value.events.isEmpty else {
            return false
        }
        removeOldest((largest.value.events.count + 1) / 2, from: largest.key)
        return true
    }

    private mutating func removeOldest(_ count: Int, from stream: String) {
        let before = streams[stream]?.bytes ?? 0
        streams[stream]?.removeOldest(count)
        bytes -= before - (streams[stream]?.bytes ?? 0)
    }
}
