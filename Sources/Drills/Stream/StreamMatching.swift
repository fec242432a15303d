import LoadMetrics
import Timekeeping

/// Compares what was written with what the stream's handler says it processed.
struct StreamMatching {
    /// One write that must come out of the stream.
    struct Written: Equatable {
        /// Carried by the item, so that its record can be told from all others.
        var nonce: String
        /// INSERT, MODIFY or REMOVE.
        var event: String
        /// Records of one item must keep their order.
        var key: Int
        /// Wall-clock time of the send.
        var sentAt: Timestamp
    }

    /// One record that the handler logged.
    struct Seen: Equatable {
        var nonce: String
        var event: String
        /// The handler's own clock.
        var processedAt: Timestamp
    }

    private struct Identity: Hashable {
        var nonce: String
        var event: String
    }

    var written: [Written] = []

    /// Whether every write has been seen.
    func isComplete(_ seen: [Seen]) -> Bool {
        let identities = Set(seen.map { Identity(nonce: $0.nonce, event: $0.event) })
        return written.allSatisfy { identities.contains(Identity(nonce: $0.nonce, event: $0.event)) }
    }

    /// - Parameter seen: in the order of processing.
    func observation(_ seen: [Seen]) -> StreamObservation {
        let expected = Dictionary(
            written.enumerated().map { (Identity(nonce: $1.nonce, event: $1.event), $0) },
            uniquingKeysWith: { first, _ in first })
        var firstSeen: [Int: Timestamp] = [:]
        var duplicated = 0
        var outOfOrder = 0
        var latestOfKey: [Int: Int] = [:]
        for record in seen {
            guard let index = expected[Identity(nonce: record.nonce, event: record.event)] else { continue }
            guard firstSeen[index] == nil else {
                duplicated += 1
                continue
            }
            firstSeen[index] = record.processedAt
            let key = written[index].key
            // Writes of one key are numbered in the order they were sent.
            if let latest = latestOfKey[key], latest > index { outOfOrder += 1 }
            latestOfKey[key] = max(latestOfKey[key] ?? index, index)
        }
        let start = written.first?.sentAt ?? Timestamp(nanosecondsSinceEpoch: 0)
        let samples = written.enumerated().map { index, write in
            StreamObservation.Sample(
                sentSeconds: (write.sentAt - start).inSeconds,
                lagMilliseconds: firstSeen[index].map { ($0 - write.sentAt).inMilliseconds }, event: write.event)
        }
        var lags = LatencyHistogram()
        for lag in samples.compactMap(\.lagMilliseconds) { lags.record(UInt64(max(0, lag * 1e6))) }
        return StreamObservation(
            written: written.count, delivered: firstSeen.count, lost: written.count - firstSeen.count,
            duplicated: duplicated, outOfOrder: outOfOrder, lag: lags.summary(), samples: samples)
    }
}
