import EmulatorCore
import Timekeeping

/// One bucket with all that is in it.
struct Bucket: Sendable {
    enum Versioning: String, Sendable { case enabled = "Enabled", suspended = "Suspended" }

    var name: String
    var region: String
    var created: Timestamp
    /// Nil until it is first switched on.
    var versioning: Versioning?
    /// Configurations by their subresource's name; an empty one was deleted.
    var documents: [String: [UInt8]] = [:]
    var uploads: [String: MultipartUpload] = [:]
    /// Versions by key, newest first; never an empty list.
    private(set) var objects: [ObjectKey: [ObjectVersion]] = [:]
    /// All keys in order.
    private(set) var keys: [ObjectKey] = []

    init(name: String, region: String, created: Timestamp) {
        self.name = name
        self.region = region
        self.created = created
    }

    /// What a change did: versions that are new and versions that are gone.
    struct Change: Sendable {
        var added: [ObjectVersion] = []
        var removed: [ObjectVersion] = []
    }

    /// The newest version, a delete marker too.
    func newest(_ key: ObjectKey) -> ObjectVersion? { objects[key]?.first }

    /// The newest version, unless it is a delete marker.
    func current(_ key: ObjectKey) -> ObjectVersion? { newest(key).flatMap { $0.isDeleteMarker ? nil : $0 } }

    func version(_ key: ObjectKey, _ id: String) -> ObjectVersion? { objects[key]?.first { $0.versionID == id } }

    /// Puts all versions in that a restart found, in any order.
    mutating func restore(_ versions: [ObjectVersion]) {
        objects = Dictionary(grouping: versions, by: \.key)
            .mapValues { $0.sorted { ($1.modified, $1.recordID) < ($0.modified, $0.recordID) } }
        keys = objects.keys.sorted()
    }

    /// Puts a version in front; its id is set here, by the bucket's versioning.
    mutating func add(_ version: ObjectVersion, newID: () -> String) -> Change {
        var version = version
        version.versionID = versioning == .enabled ? newID() : ObjectVersion.nullID
        var change = Change(added: [version])
        if version.versionID == ObjectVersion.nullID {
            change.removed = remove(version.key, ObjectVersion.nullID).map { [$0] } ?? []
        }
        if objects[version.key] == nil { insert(key: version.key) }
        objects[version.key, default: []].insert(version, at: 0)
        return change
    }

    /// Deletes an object as the bucket's versioning has it: for good, or behind a delete marker.
    mutating func delete(_ key: ObjectKey, marker: ObjectVersion, newID: () -> String) -> Change {
        if versioning != nil { return add(marker, newID: newID) }
        return Change(removed: remove(key, ObjectVersion.nullID).map { [$0] } ?? [])
    }

    /// Changes a version in its place; its record stays the same.
    mutating func replace(_ version: ObjectVersion) {
        guard let index = objects[version.key]?.firstIndex(where: { $0.recordID == version.recordID }) else { return }
        objects[version.key]?[index] = version
    }

    /// Deletes one version for good; nil when there is none.
    mutating func remove(_ key: ObjectKey, _ id: String) -> ObjectVersion? {
        guard let index = objects[key]?.firstIndex(where: { $0.versionID == id }) else { return nil }
        let removed = objects[key]?.remove(at: index)
        if objects[key]?.isEmpty == true {
            objects[key] = nil
            let place = keys.firstIndex(notBefore: key)
            if place < keys.count, keys[place] == key { keys.remove(at: place) }
        }
        return removed
    }

    private mutating func insert(key: ObjectKey) { keys.insert(key, at: keys.firstIndex(notBefore: key)) }
}

extension [ObjectKey] {
    /// The place of the first key that is not less, in a sorted list.
    func firstIndex(notBefore key: ObjectKey) -> Int {
        // Keys often come in order.
        if let last, last < key { return count }
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
