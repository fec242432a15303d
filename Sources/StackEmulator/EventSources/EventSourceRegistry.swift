import Synchronization

/// The event source mappings that there are.
final class EventSourceRegistry: Sendable {
    private let mappings = Mutex<[String: EventSourceMapping]>([:])

    var all: [EventSourceMapping] {
        mappings.withLock { $0.values.sorted { $0.settings.id < $1.settings.id } }
    }

    func mapping(_ id: String) -> EventSourceMapping? { mappings.withLock { $0[id] } }

    func add(_ mapping: EventSourceMapping) { mappings.withLock { $0[mapping.settings.id] = mapping } }

    func remove(_ id: String) { mappings.withLock { $0[id] = nil } }
}
