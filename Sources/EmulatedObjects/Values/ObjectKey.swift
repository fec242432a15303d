/// A key, compared and ordered by its UTF-8 bytes as S3 does; Swift's own comparison takes composed letters for the same.
struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// AWS's limit in bytes.
    static let maximumBytes = 1024

    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }
    init(bytes: [UInt8]) { self.bytes = bytes }

    var description: String { String(decoding: bytes, as: UTF8.self) }

    static func < (left: ObjectKey, right: ObjectKey) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }

    func hasPrefix(_ prefix: ObjectKey) -> Bool { bytes.starts(with: prefix.bytes) }

    /// The least key that is greater than every key with this prefix; nil when there is none.
    var afterAllWithPrefix: ObjectKey? {
        var bytes = bytes
        while let last = bytes.popLast() {
            if last < .max { return ObjectKey(bytes: bytes + [last + 1]) }
        }
        return nil
    }
}
