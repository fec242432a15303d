/// A place in a shard, as text that a client hands back.
struct ShardIterator: Equatable {
    var streamARN: String
    /// The lowest sequence number that is still to be read; zero means the oldest record there is.
    var position: Int64
    /// Milliseconds since 1970.
    var issued: Int64

    init(streamARN: String, position: Int64, issued: Int64) {
        self.streamARN = streamARN
        self.position = position
        self.issued = issued
    }

    var text: String { "\(streamARN)|1|\(position).\(issued)" }

    /// Nil for a text that no iterator gave.
    init?(text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1] == "1" else { return nil }
        let numbers = parts[2].split(separator: ".", omittingEmptySubsequences: false)
        guard numbers.count == 2, let position = Int64(numbers[0]), let issued = Int64(numbers[1]), position >= 0,
            issued >= 0
        else { return nil }
        self.init(streamARN: String(parts[0]), position: position, issued: issued)
    }
}

/// Sequence numbers on the wire: 21 digits, so that their order as text is that of the numbers.
enum SequenceNumber {
    private static let width = 20

    static func text(_ sequence: Int64) -> String {
        let digits = String(sequence)
        return "1" + String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    static func parse(_ text: String) -> Int64? {
        guard text.utf8.count == width + 1, text.hasPrefix("1"), let sequence = Int64(text.dropFirst()), sequence >= 0,
            sequence < .max
        else { return nil }
        return sequence
    }

    /// 32 hexadecimal digits, the same for each reading of a record.
    static func eventID(_ sequence: Int64, stream: Int64) -> String {
        let digits = String(UInt64(bitPattern: sequence) &* 0x9E37_79B9_7F4A_7C15, radix: 16)
        let second = String(UInt64(bitPattern: stream) &* 0xC2B2_AE3D_27D4_EB4F, radix: 16)
        func padded(_ text: String) -> String { String(repeating: "0", count: max(0, 16 - text.count)) + text }
        return padded(digits) + padded(second)
    }
}
