import Timekeeping

/// One shard read by several consumers at a time, each item's records by the same one, and how far all of them have come.
struct ShardLanes: Sendable {
    private(set) var lanes: [ShardConsumer]
    /// Sequence numbers of records that were read, in order, of which the first is not done.
    private var open: [String] = []
    /// Those among them that are done.
    private var done: Set<String> = []
    /// The last record before which everything is done; nil before the first.
    private(set) var checkpoint: String?

    init(
        settings: EventSourceSettings, checkpoint: String?, firstRetryDelay: Duration, longestRetryDelay: Duration
    ) {
        let consumer = ShardConsumer(
            settings: settings, firstRetryDelay: firstRetryDelay, longestRetryDelay: longestRetryDelay)
        lanes = Array(repeating: consumer, count: max(1, settings.parallelization))
        self.checkpoint = checkpoint
    }

    /// How many records were read and are not done.
    var openCount: Int { open.count }

    /// Takes in records in the order of the stream; those that no filter lets through are done at once.
    mutating func add(_ records: [StreamEntry], now: Timestamp, isWanted: (StreamEntry) -> Bool) {
        guard !records.isEmpty else { return }
        open += records.map(\.sequenceNumber)
        var chosen = Array(repeating: [StreamEntry](), count: lanes.count)
        for record in records {
            if isWanted(record) {
                chosen[lane(of: record.key)].append(record)
            } else {
                done.insert(record.sequenceNumber)
            }
        }
        for index in lanes.indices { lanes[index].add(chosen[index], now: now) }
        advance()
    }

    /// Lets one consumer change, and notes which records are done then.
    mutating func change<R>(_ lane: Int, _ body: (inout ShardConsumer) -> R) -> R {
        defer {
            done.formUnion(lanes[lane].takeCompleted())
            advance()
        }
        return body(&lanes[lane])
    }

    private mutating func advance() {
        let finished = open.prefix { done.contains($0) }
        guard let last = finished.last else { return }
        checkpoint = last
        done.subtract(finished)
        open.removeFirst(finished.count)
    }

    /// FNV-1a: the same item always goes to the same lane.
    private func lane(of key: String) -> Int {
        guard lanes.count > 1 else { return 0 }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(hash % UInt64(lanes.count))
    }
}
