import EmulatorCore
import GRDB

/// A write of one item: what is done inside its transaction.
struct ItemWrite: Sendable {
    enum Change: Sendable {
        case put(Item)
        case update(UpdateExpression)
        case delete
    }

    var table: TableRecord
    var key: ItemKey
    /// The key's attributes, which an update of a new item starts from.
    var keyMembers: Item
    var change: Change
    var condition: ConditionExpression?
    /// A failed condition gives back the item.
    var returnsOldOnFailure = false
    var now: Int64

    /// What a write did.
    struct Outcome: Sendable {
        var old: Item?
        var new: Item?
        /// Records were added to the table's stream.
        var isRecorded: Bool
    }

    /// Judges and writes; it throws AWS errors only before it has written anything.
    func run(_ db: Database) throws -> Outcome {
        let store = ItemStore(table: table.number)
        let stream = table.activeStream
        // The old item costs a read, so it is read only by writes that depend on it or tell of it.
        let old = try store.item(key, db)
        if let condition, !condition.holds(for: old ?? [:]) {
            var error = AWSServiceError("ConditionalCheckFailedException", "The conditional request failed")
            if returnsOldOnFailure, let old { error.members["Item"] = old.json }
            throw error
        }
        guard let new = try changed(old) else {
            guard let old else { return Outcome(old: nil, new: nil, isRecorded: false) }
            try store.delete(key, db)
            return Outcome(old: old, new: nil, isRecorded: try record(old, nil, stream, db))
        }
        // A write that changes nothing makes no stream record, and need not be stored.
        guard new != old else { return Outcome(old: old, new: new, isRecorded: false) }
        try store.put(ItemCodec.encode(new), at: key, db)
        return Outcome(old: old, new: new, isRecorded: try record(old, new, stream, db))
    }

    private func changed(_ old: Item?) throws -> Item? {
        switch change {
        case .delete: return nil
        case .put(let item): return item
        case .update(let update):
            if old == nil, !update.createsItem { return nil }
            let new = try update.apply(to: old ?? keyMembers)
            guard new.storedSize <= Item.maximumSize else {
                throw AWSServiceError.validation("Item size to update has exceeded the maximum allowed size")
            }
            return new
        }
    }

    private func record(_ old: Item?, _ new: Item?, _ stream: StreamRecord?, _ db: Database) throws -> Bool {
        guard let stream else { return false }
        let event: StreamChange.Event = old == nil ? .insert : new == nil ? .remove : .modify
        try RecordStore.append(
            StreamChange(
                created: now, event: event, keys: keyMembers, newImage: stream.view.hasNew ? new : nil,
                oldImage: stream.view.hasOld ? old : nil),
            stream: stream.number, db)
        return true
    }
}
