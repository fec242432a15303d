import Synchronization

/// How many items tables and indexes have and how large they are, kept up to date by writes once it was asked for.
///
/// Counting goes through all rows, which a large table cannot afford for each DescribeTable. Everything here is done inside
/// write transactions, one after the other, so that no change is missed or counted twice.
final class TableSizes: Sendable {
    struct Size: Sendable, Equatable {
        var count = 0
        /// Bytes as DynamoDB counts them.
        var bytes = 0

        static func + (left: Size, right: Size) -> Size {
            Size(count: left.count + right.count, bytes: left.bytes + right.bytes)
        }
    }

    /// By the number of the table or index; what is missing has not been counted.
    private let known = Mutex<[Int64: Size]>([:])

    func size(of number: Int64) -> Size? { known.withLock { $0[number] } }

    func set(_ size: Size, of number: Int64) { known.withLock { $0[number] = size } }

    func add(_ changes: [(number: Int64, size: Size)]) {
        known.withLock { known in
            for change in changes { if let size = known[change.number] { known[change.number] = size + change.size } }
        }
    }

    /// Forgets everything: what was added may have been rolled back.
    func forget() { known.withLock { $0 = [:] } }
}
