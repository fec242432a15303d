import Foundation
import GRDB

/// What to go through: all items in the order of their keys, or those of one hash key.
struct KeyRange: Sendable {
    var hash: [UInt8]?
    var lower: Bound = .open
    var upper: Bound = .open
    /// Only items after (or, backwards, before) this key.
    var start: Position?
    var isBackward = false

    enum Bound: Sendable, Equatable {
        case open
        case inclusive([UInt8])
        case exclusive([UInt8])
    }

    /// A place in a table or, with the primary key as well, in an index.
    struct Position: Sendable {
        var key: ItemKey
        var primary: ItemKey?
    }

    /// The rows in the range, as the end of a SELECT, with what is to be put into its placeholders.
    func clauses(isIndex: Bool) -> (sql: String, arguments: StatementArguments) {
        var conditions: [String] = []
        var arguments: [Data] = []
        func add(_ condition: String, _ bytes: [UInt8]...) {
            conditions.append(condition)
            arguments.append(contentsOf: bytes.map { Data($0) })
        }
        if let hash { add("hash = ?", hash) }
        switch lower {
        case .open: break
        case .inclusive(let bytes): add("range >= ?", bytes)
        case .exclusive(let bytes): add("range > ?", bytes)
        }
        switch upper {
        case .open: break
        case .inclusive(let bytes): add("range <= ?", bytes)
        case .exclusive(let bytes): add("range < ?", bytes)
        }
        if let start {
            let comparison = isBackward ? "<" : ">"
            switch (hash, start.primary) {
            case (_?, nil): add("range \(comparison) ?", start.key.range)
            case (nil, nil): add("(hash, range) \(comparison) (?, ?)", start.key.hash, start.key.range)
            case (_?, let primary?):
                add(
                    "(range, primary_hash, primary_range) \(comparison) (?, ?, ?)", start.key.range, primary.hash,
                    primary.range)
            case (nil, let primary?):
                add(
                    "(hash, range, primary_hash, primary_range) \(comparison) (?, ?, ?, ?)", start.key.hash,
                    start.key.range, primary.hash, primary.range)
            }
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let columns = ["hash", "range"] + (isIndex ? ["primary_hash", "primary_range"] : [])
        let order = columns.map { isBackward ? $0 + " DESC" : $0 }.joined(separator: ", ")
        return (filter + " ORDER BY " + order, StatementArguments(arguments))
    }
}
