import EmulatorCore
import ExactJSON
import Timekeeping

/// A table's definition.
struct TableRecord: Sendable, Codable {
    var number: Int64
    var name: String
    var tableID: String
    /// Nanoseconds since 1970.
    var created: Int64
    var schema: TableSchema
    var isPayPerRequest: Bool
    var readCapacity: Int
    var writeCapacity: Int
    var isDeletionProtected: Bool
    /// Stored as it came, and described so.
    var encryption: String?
    var tags: [String: String]
    /// Finds the items that have expired, by the attribute that says when; nil while nothing expires.
    var expiry: SecondaryIndex?
    /// Nil while point-in-time recovery is off.
    var recovery: Recovery?
    /// The newest stream, which may be disabled.
    var stream: StreamRecord?
    /// The types of all key attributes, those of the indexes too.
    var attributeTypes: [String: KeyType]
    /// The user's, in the order they were made.
    var indexes: [SecondaryIndex] = []
    /// `STANDARD` or `STANDARD_INFREQUENT_ACCESS`.
    var tableClass: String?
    /// When it was last made on-demand, in nanoseconds since 1970; nil when it never was.
    var lastPayPerRequest: Int64?
    /// Most units that the table may use, and how many it is ready for; described, and not enforced.
    var onDemandLimits: TableCapacity?
    var warmth: TableCapacity?
    var policy: Policy?

    /// A resource-based policy as it was put; described, and not enforced.
    struct Policy: Sendable, Codable, Hashable {
        var text: String
        var revision: String
    }

    /// Point-in-time recovery as it is described; nothing is restored here.
    struct Recovery: Sendable, Codable {
        var days: Int
        /// Nanoseconds since 1970.
        var since: Int64
    }

    /// All that a write has to keep up to date.
    var writtenIndexes: [SecondaryIndex] { expiry.map { indexes + [$0] } ?? indexes }

    /// The indexes in the order in which AWS tells of them: global ones first, then by name.
    var indexesInOrder: [SecondaryIndex] {
        indexes.sorted { ($0.kind == .global ? 0 : 1, $0.name) < ($1.kind == .global ? 0 : 1, $1.name) }
    }

    /// What is wrong with an item that does not fit an index; nil when it fits all.
    func indexMismatch(of item: Item) -> AWSServiceError? {
        for index in indexesInOrder {
            do throws(AWSServiceError) { _ = try index.key(of: item) } catch { return error }
        }
        return nil
    }

    func index(named name: String) -> SecondaryIndex? { indexes.first { $0.name == name } }

    /// The stream that writes are recorded in.
    var activeStream: StreamRecord? { stream?.isEnabled == true ? stream : nil }

    func arn(in account: EmulatedAccount) -> String { account.arn("dynamodb", "table/\(name)") }
}

/// A stream's definition; it outlives its table by the time that its records are kept.
struct StreamRecord: Sendable, Codable, Hashable {
    enum View: String, Sendable, Codable {
        case keysOnly = "KEYS_ONLY"
        case newImage = "NEW_IMAGE"
        case oldImage = "OLD_IMAGE"
        case newAndOldImages = "NEW_AND_OLD_IMAGES"

        var hasNew: Bool { self == .newImage || self == .newAndOldImages }
        var hasOld: Bool { self == .oldImage || self == .newAndOldImages }
    }

    var number: Int64
    var arn: String
    var label: String
    var tableName: String
    var view: View
    var schema: TableSchema
    /// Nanoseconds since 1970.
    var created: Int64
    var isEnabled: Bool
    var firstSequence: Int64
    /// The last record's, once the stream is disabled.
    var lastSequence: Int64?
    /// When it was disabled, in nanoseconds since 1970.
    var disabled: Int64?

    /// Ends the recording.
    mutating func disable(at moment: Int64, lastSequence last: Int64) {
        isEnabled = false
        lastSequence = last
        disabled = moment
    }

    /// Streams have one shard each.
    var shardID: String {
        let digits = String(created / 1_000_000)
        return "shardId-" + String(repeating: "0", count: max(0, 20 - digits.count)) + digits + "-00000001"
    }
}
