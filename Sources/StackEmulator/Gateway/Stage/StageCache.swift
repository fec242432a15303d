import Synchronization
import Timekeeping

/// The answers that a stage keeps; the oldest make room when it is full.
final class StageCache: Sendable {
    /// An entry's limit (API Gateway's quotas).
    static let maximumEntryBytes = 1_048_576

    private struct Entry {
        var response: ServerResponse
        var expires: Timestamp
        var generation: UInt64
    }

    private struct State {
        var entries: [CacheKey: Entry] = [:]
        /// In the order of their coming; an entry that was replaced has a newer generation.
        var order: [(key: CacheKey, generation: UInt64)] = []
        var oldest = 0
        var bytes = 0
        var generation: UInt64 = 0
    }

    private let capacity: Int
    private let state = Mutex(State())

    /// - Parameter capacity: bytes of bodies.
    init(capacity: Int) { self.capacity = capacity }

    /// The answer of a key, unless it is too old.
    func response(_ key: CacheKey, at now: Timestamp) -> ServerResponse? {
        state.withLock { state in
            guard let entry = state.entries[key], entry.expires > now else { return nil }
            return entry.response
        }
    }

    /// Keeps an answer for a time; one that is too large is not kept.
    func store(_ response: ServerResponse, key: CacheKey, at now: Timestamp, ttlSeconds: Int) {
        let size = response.body.count
        guard size <= Self.maximumEntryBytes, ttlSeconds > 0 else { return }
        state.withLock { state in
            state.generation += 1
            let entry = Entry(response: response, expires: now + .seconds(ttlSeconds), generation: state.generation)
            let replaced = state.entries.updateValue(entry, forKey: key)
            state.bytes += size - (replaced?.response.body.count ?? 0)
            state.order.append((key, state.generation))
            while state.bytes > capacity, state.oldest < state.order.count { Self.dropOldest(&state) }
            Self.compact(&state)
        }
    }

    /// Forgets everything.
    func flush() { state.withLock { $0 = State() } }

    var count: Int { state.withLock { $0.entries.count } }

    private static func dropOldest(_ state: inout State) {
        let (key, generation) = state.order[state.oldest]
        state.oldest += 1
        guard let entry = state.entries[key], entry.generation == generation else { return }
        state.bytes -= entry.response.body.count
        state.entries[key] = nil
    }

    /// Keeps the order no longer than a few times the entries.
    private static func compact(_ state: inout State) {
        guard state.order.count > 64, state.order.count > 2 * state.entries.count else { return }
        let entries = state.entries
        state.order = state.order[state.oldest...].filter { entries[$0.key]?.generation == $0.generation }
        state.oldest = 0
    }
}
