import EmulatorCore
import ExactJSON
import GRDB
import Timekeeping

/// Time to live: items are removed some time after the moment that an attribute of theirs names.
///
/// AWS promises "within a few days"; here it is a second later on the emulator's clock, so that a stack's reaction can be
/// watched. Rules: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
extension TableService {
    /// A moment longer ago than this is taken for a mistake, and the item stays.
    private static let oldestSeconds = 5 * 365 * 86_400
    private static let removedAtOnce = 256

    func describeTimeToLive(_ input: TableInput) throws(AWSServiceError) -> JSONValue {
        guard let expiry = try table(input).expiry else {
            return ["TimeToLiveDescription": ["TimeToLiveStatus": "DISABLED"]]
        }
        return [
            "TimeToLiveDescription": [
                "TimeToLiveStatus": "ENABLED", "AttributeName": .string(expiry.schema.hash.name),
            ]
        ]
    }

    func updateTimeToLive(_ input: TableInput) async throws(AWSServiceError) -> JSONValue {
        let table = try table(input)
        guard let members = try input.object("TimeToLiveSpecification") else {
            throw TableInput.missing("TimeToLiveSpecification")
        }
        let specification = TableInput(.object(members))
        let attribute = try specification.requiredString("AttributeName")
        guard (1...255).contains(attribute.utf8.count) else {
            throw .validation(
                "1 validation error detected: Value '\(attribute)' at 'timeToLiveSpecification.attributeName' failed to "
                    + "satisfy constraint: Member must have length "
                    + (attribute.isEmpty ? "greater than or equal to 1" : "less than or equal to 255"))
        }
        guard let isEnabled = try specification.bool("Enabled") else { throw TableInput.missing("Enabled") }
        let index = SecondaryIndex(
            number: catalog.takeNumber(), name: "", kind: .expiry,
            schema: TableSchema(hash: KeyAttribute(name: attribute, type: .number)), projection: .keysOnly)
        defer { expectExpiry(at: 0) }
        _ = try await changeTable(table.name) { table, db in
            guard isEnabled != (table.expiry != nil) else {
                throw AWSServiceError.validation("TimeToLive is already \(isEnabled ? "enabled" : "disabled")")
            }
            if let expiry = table.expiry {
                guard expiry.schema.hash.name == attribute else {
                    throw AWSServiceError.validation(
                        "TimeToLive is active on a different AttributeName: current AttributeName is "
                            + expiry.schema.hash.name)
                }
                try IndexStore(expiry).drop(db)
                table.expiry = nil
            } else {
                try IndexStore(index).create(db)
                try IndexStore(index).fill(from: table, db)
                table.expiry = index
            }
        }
        return ["TimeToLiveSpecification": ["AttributeName": .string(attribute), "Enabled": .bool(isEnabled)]]
    }

    /// When expired items are looked for next.
    struct ExpiryTimer {
        /// Seconds since 1970.
        var due = Int.max
        var timer: VirtualClock.TimerID?
    }

    /// Sets the timer for items that expire at a moment, in seconds since 1970.
    func expectExpiry(at seconds: Int) {
        let now = Int(clock.now.millisecondsSinceEpoch / 1000)
        expiryTimer.withLock { state in
            let due = max(seconds, now)
            guard due < state.due, due < Self.latestSeconds else { return }
            if let timer = state.timer { clock.cancel(timer) }
            state.due = due
            state.timer = clock.schedule(at: Timestamp(millisecondsSinceEpoch: Int64(due + 1) * 1000)) { [weak self] in
                await self?.removeExpired()
            }
        }
    }

    /// Far beyond any run, and within what a clock can tell.
    private static let latestSeconds = 1 << 32

    /// Removes what has expired in all tables, and sets the timer for what expires next.
    private func removeExpired() async {
        expiryTimer.withLock { $0 = ExpiryTimer() }
        let seconds = Int(clock.now.millisecondsSinceEpoch / 1000)
        var next = Int.max
        for name in catalog.tableNames {
            guard let table = catalog.table(name), let expiry = table.expiry else { continue }
            while true {
                let due = (try? database.read { db in try Self.due(expiry, by: seconds, db) }) ?? []
                var isRemoved = false
                for (key, members) in due {
                    isRemoved = await remove(members, key, of: table, expiry) || isRemoved
                }
                // A full list may have more behind it; without progress there is nothing to be gained.
                guard due.count == Self.removedAtOnce, isRemoved else { break }
            }
            let following = (try? database.read { db in try Self.first(expiry, after: seconds, db) }) ?? nil
            next = min(next, following ?? .max)
        }
        if next < .max { expectExpiry(at: next) }
    }

    /// When the first item expires that has not yet, in seconds since 1970.
    private static func first(_ expiry: SecondaryIndex, after seconds: Int, _ db: Database) throws -> Int? {
        var moment: Int?
        let start = ItemKey(hash: DynamoNumber(seconds).sortKey + [0xFF], range: [])
        let range = KeyRange(start: .init(key: start, primary: ItemKey(hash: [], range: [])))
        try IndexStore(expiry).scan(range, db) { entry in
            if case .number(let number) = entry.item[expiry.schema.hash.name] { moment = number.wholeSeconds }
            return false
        }
        return moment
    }

    private func remove(_ members: Item, _ key: ItemKey, of table: TableRecord, _ expiry: SecondaryIndex) async -> Bool
    {
        let attribute = expiry.schema.hash.name
        guard let value = members[attribute] else { return false }
        let write = ItemWrite(
            table: table, key: key, keyMembers: table.schema.keyMembers(of: members), change: .delete,
            // A write may have put it off meanwhile.
            condition: .compare(.path(DocumentPath(attribute: attribute)), .equal, .value(value)),
            now: clock.now.millisecondsSinceEpoch, isExpiry: true)
        return (try? await run([write], now: write.now)) != nil
    }

    private static func due(
        _ expiry: SecondaryIndex, by seconds: Int, _ db: Database
    ) throws -> [(key: ItemKey, members: Item)] {
        var due: [(key: ItemKey, members: Item)] = []
        let oldest = DynamoNumber(seconds - oldestSeconds)
        let start = ItemKey(hash: oldest.sortKey, range: [])
        let range = KeyRange(start: .init(key: start, primary: ItemKey(hash: [], range: [])))
        let now = DynamoNumber(seconds)
        try IndexStore(expiry).scan(range, db) { entry in
            guard case .number(let moment) = entry.item[expiry.schema.hash.name], moment <= now else { return false }
            due.append((entry.primary, entry.item))
            return due.count < removedAtOnce
        }
        return due
    }
}
