import EmulatorCore

/// The characters of a filter pattern, and what its three languages have in common.
struct PatternReader {
    let bytes: [UInt8]
    var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func fail(_ what: String) -> AWSServiceError {
        .invalidLogs("Invalid filter pattern: \(what) at character \(position).")
    }

    var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpaces() {
        while let byte = current, Self.isSpace(byte) { position += 1 }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    static func isWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte)
    }

    mutating func name(_ isPart: (UInt8) -> Bool) -> String {
        let start = position
        while let byte = current, isPart(byte) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    mutating func take(_ text: String) -> Bool {
        skipSpaces()
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    /// Takes a word in any case that no name goes on with.
    mutating func takeWord(_ word: String) -> Bool {
        skipSpaces()
        let end = position + word.utf8.count
        guard end <= bytes.count, String(decoding: bytes[position..<end], as: UTF8.self).uppercased() == word else {
            return false
        }
        if end < bytes.count, Self.isWord(bytes[end]) || bytes[end] == UInt8(ascii: "-") { return false }
        position = end
        return true
    }

    mutating func expect(_ text: String) throws(AWSServiceError) {
        guard take(text) else { throw fail("expected '\(text)'") }
    }

    /// A text in quotes, which are taken off.
    mutating func quoted() throws(AWSServiceError) -> String {
        position += 1
        var content: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "\"") {
            position += 1
            if byte == UInt8(ascii: "\\"), let escaped = current {
                content.append(escaped)
                position += 1
            } else {
                content.append(byte)
            }
        }
        guard current != nil else { throw fail("a quote is not closed") }
        position += 1
        return String(decoding: content, as: UTF8.self)
    }

    /// A regular expression between percent signs.
    mutating func expression() throws(AWSServiceError) -> BytePattern {
        position += 1
        var content: [UInt8] = []
        while let byte = current, byte != UInt8(ascii: "%") {
            position += 1
            content.append(byte)
            if byte == UInt8(ascii: "\\"), let escaped = current {
                content.append(escaped)
                position += 1
            }
        }
        guard current != nil else { throw fail("a regular expression without its second '%'") }
        position += 1
        return try BytePatternParser.parse(content)
    }

    mutating func comparison() throws(AWSServiceError) -> PatternComparison {
        for comparison in PatternComparison.longestFirst where take(comparison.rawValue) { return comparison }
        throw fail("expected a comparison")
    }

    /// What stands at the right of a comparison.
    mutating func operand(_ comparison: PatternComparison, endingAt ends: String) throws(AWSServiceError)
        -> PatternOperand
    {
        skipSpaces()
        if current == UInt8(ascii: "%") {
            guard !comparison.isOrdering else { throw fail("expected a number") }
            return .expression(try expression())
        }
        if current == UInt8(ascii: "\"") {
            let text = try quoted()
            guard !comparison.isOrdering else { throw fail("expected a number") }
            return .text(Self.parts(text))
        }
        let stops = Array(ends.utf8)
        let text = name { !Self.isSpace($0) && !stops.contains($0) }
        guard !text.isEmpty else { throw fail("expected a value") }
        if let number = Double(text), number.isFinite { return .number(number) }
        guard !comparison.isOrdering else { throw fail("expected a number") }
        return .text(Self.parts(text))
    }

    private static func parts(_ text: String) -> [String] {
        text.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
    }
}
