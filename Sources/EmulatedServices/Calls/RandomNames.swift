/// Makes the random parts of ids and tokens.
enum RandomNames {
    private static let hexDigits = Array("0123456789abcdef".utf8)

    static func hex(_ digits: Int) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(decoding: (0..<digits).map { _ in hexDigits[Int(generator.next() & 15)] }, as: UTF8.self)
    }

    /// Letters and digits of an alphabet, such as IAM's ids have.
    static func text(_ length: Int, alphabet: String = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") -> String {
        let letters = Array(alphabet.utf8)
        return String(decoding: (0..<length).map { _ in letters.randomElement() ?? 0x41 }, as: UTF8.self)
    }

    static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    }
}
