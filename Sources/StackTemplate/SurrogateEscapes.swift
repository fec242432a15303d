/// JSON writes a character beyond U+FFFF as two escapes, which YAML does not know: `\ud83d\ude00`.
enum SurrogateEscapes {
    /// The text of a JSON template with each such pair put as the character itself; any other text as it is.
    static func joined(_ text: String) -> String {
        guard text.first(where: { !$0.isWhitespace && $0 != "\u{FEFF}" }) == "{", text.contains("\\u") else {
            return text
        }
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            guard bytes[index] == backslash, index + 1 < bytes.count else {
                output.append(bytes[index])
                index += 1
                continue
            }
            if let high = escape(bytes, at: index), (0xD800...0xDBFF).contains(high),
                let low = escape(bytes, at: index + 6), (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
            {
                output += Array(String(Character(scalar)).utf8)
                index += 12
            } else {
                // Both bytes at once: the second one of `\\` begins no escape.
                output += bytes[index...index + 1]
                index += 2
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static let backslash = UInt8(ascii: "\\")

    /// The number of an escape `\uXXXX` that begins at an index.
    private static func escape(_ bytes: [UInt8], at index: Int) -> UInt32? {
        guard index + 6 <= bytes.count, bytes[index] == backslash, bytes[index + 1] == UInt8(ascii: "u") else {
            return nil
        }
        let digits = String(decoding: bytes[index + 2..<index + 6], as: UTF8.self)
        return digits.allSatisfy(\.isHexDigit) ? UInt32(digits, radix: 16) : nil
    }
}
