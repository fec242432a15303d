import EmulatorCore
import GRDB

/// A write of one item: what is done inside its transaction.
struct ItemWrite: Sendable {
    enum Change: Sendable {
        case put(Item)
        case update(UpdateExpression)
        case delete
        /// Only looks whether the condition holds.
        case check
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

    /// The time to live has passed; the stream tells it from a user's deletion.
    var isExpiry = false

    /// What a write did.
    struct Outcome: Sendable {
        var old: Item?
        var new: Item?
        /// Records were added to the table's stream.
        var isRecorded: Bool
        /// Write units that the table's indexes took, by the index's name.
        var indexUnits: [String: Double] = [:]
        /// What the table and its indexes grew by, by their numbers.
        var growth: [(number: Int64, size: TableSizes.Size)] = []
        /// When the written item expires, in seconds since 1970.
        var expires: Int?
    }

    /// A write that has been judged, with nothing of it written yet.
    struct Prepared: Sendable {
        var old: Item?
        var new: Item?
        var indexes: [(IndexStore, IndexStore.Change)] = []
    }

    /// Judges and writes; it throws AWS errors only before it has written anything.
    func run(_ db: Database) throws -> Outcome { try commit(try prepare(db), db) }

    /// Judges the write against what is stored.
    func prepare(_ db: Database) throws -> Prepared {
        let old = try ItemStore(table: table.number).item(key, db)
        if let condition, !condition.holds(for: old ?? [:]) {
            var error = AWSServiceError("ConditionalCheckFailedException", "The conditional request failed")
            if returnsOldOnFailure, let old { error.members["Item"] = old.json }
            throw error
        }
        var prepared = Prepared(old: old, new: try changed(old))
        guard prepared.new != old else { return prepared }
        for index in table.writtenIndexes {
            let store = IndexStore(index)
            do {
                if let change = try store.change(from: old, to: prepared.new, primary: table.schema) {
                    prepared.indexes.append((store, change))
                }
            } catch let error as AWSServiceError {
                throw indexError(error, prepared.new)
            }
        }
        return prepared
    }

    /// What is told of an item that does not fit an index; an update that made it so is told in words of its own.
    private func indexError(_ error: AWSServiceError, _ item: Item?) -> AWSServiceError {
        guard let mismatch = item.flatMap(table.indexMismatch) else { return error }
        guard case .update = change else { return mismatch }
        if mismatch.message.contains("Type mismatch") {
            return .validation(
                "The update expression attempted to update the secondary index key to unsupported type")
        }
        return .validation(
            "One or more parameter values are not valid. The update expression attempted to update a secondary index key "
                + "to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty "
                + "\(mismatch.message.contains("empty binary") ? "binary" : "string") value.")
    }

    /// Writes what was judged, in the same transaction.
    func commit(_ prepared: Prepared, _ db: Database) throws -> Outcome {
        let (old, new) = (prepared.old, prepared.new)
        // A write that changes nothing makes no stream record, and need not be stored.
        guard new != old else { return Outcome(old: old, new: new, isRecorded: false) }
        let store = ItemStore(table: table.number)
        let size = new?.storedSize ?? 0
        if let new { try store.put(new, size: size, at: key, db) } else { try store.delete(key, db) }
        var outcome = Outcome(old: old, new: new, isRecorded: false)
        let count = (new == nil ? 0 : 1) - (old == nil ? 0 : 1)
        outcome.growth.append((table.number, .init(count: count, bytes: size - (old?.storedSize ?? 0))))
        for (store, change) in prepared.indexes {
            try store.apply(change, primary: key, db)
            outcome.growth.append((store.index.number, change.growth))
            if store.index.kind != .expiry {
                outcome.indexUnits[store.index.name] = change.units
            } else if case .number(let moment) = new?[store.index.schema.hash.name] {
                outcome.expires = moment.wholeSeconds
            }
        }
        outcome.isRecorded = try record(old, new, table.activeStream, db)
        return outcome
    }

    private func changed(_ old: Item?) throws -> Item? {
        switch change {
        case .delete: return nil
        case .check: return old
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
                created: now, event: event, isExpiry: isExpiry, keys: keyMembers,
                newImage: stream.view.hasNew ? new : nil,
                oldImage: stream.view.hasOld ? old : nil),
            stream: stream.number, db)
        return true
    }
}
