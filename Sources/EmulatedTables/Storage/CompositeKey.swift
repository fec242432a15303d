/// The bytes of a key of several attributes, in the order of the attributes compared one after another.
///
/// Each attribute ends with two zero bytes, and a zero byte inside of one is followed by 0xFF: what is the beginning of
/// another comes before it, whatever follows.
enum CompositeKey {
    /// - Parameters:
    ///   - parts: the bytes of the attributes, in the order of the key.
    ///   - isSeveral: whether the key has more than one attribute; the bytes of a single one stay as they are.
    static func bytes(_ parts: [[UInt8]], isSeveral: Bool) -> [UInt8] {
        guard isSeveral else { return parts.first ?? [] }
        return parts.flatMap { beginning(of: $0) + [0, 0] }
    }

    /// The bytes that every attribute starts with whose own bytes start with these.
    static func beginning(of part: [UInt8]) -> [UInt8] {
        part.contains(0) ? part.flatMap { $0 == 0 ? [0, 0xFF] : [$0] } : part
    }
}
