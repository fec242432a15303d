#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Looks things up in the header lines of an answer, in place.
enum HeaderLines {
    /// Index of the next line feed, or nil.
    static func endOfLine(_ bytes: UnsafeRawBufferPointer, from position: Int) -> Int? {
        guard position < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + position, 0x0A, bytes.count - position)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    static func withoutCarriageReturn(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) -> Range<Int> {
        guard !line.isEmpty, bytes[line.upperBound - 1] == 0x0D else { return line }
        return line.lowerBound..<line.upperBound - 1
    }

    /// Whether the header line has this name; `lowercase` is compared without case.
    static func isNamed(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>, _ lowercase: UnsafeBufferPointer<UInt8>)
        -> Bool
    {
        guard line.count > lowercase.count, bytes[line.lowerBound + lowercase.count] == UInt8(ascii: ":") else {
            return false
        }
        for index in 0..<lowercase.count
        where Self.lowercased(bytes[line.lowerBound + index]) != lowercase[index] { return false }
        return true
    }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    /// The value behind a name of `nameCount` bytes and its colon, without the white space around it.
    static func value(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>, nameCount: Int) -> Range<Int> {
        var low = min(line.lowerBound + nameCount + 1, line.upperBound)
        var high = line.upperBound
        while low < high, bytes[low] == 0x20 || bytes[low] == 0x09 { low += 1 }
        while high > low, bytes[high - 1] == 0x20 || bytes[high - 1] == 0x09 { high -= 1 }
        return low..<high
    }

    /// The value of the first header of a name in a head's lines, or nil.
    static func find(_ lowercase: [UInt8], _ bytes: UnsafeRawBufferPointer, in lines: Range<Int>) -> Range<Int>? {
        lowercase.withUnsafeBufferPointer { name in
            var position = lines.lowerBound
            while position < lines.upperBound, let end = endOfLine(bytes, from: position), end < lines.upperBound {
                let line = withoutCarriageReturn(bytes, position..<end)
                if isNamed(bytes, line, name) { return value(bytes, line, nameCount: name.count) }
                position = end + 1
            }
            return nil
        }
    }

    /// Whether a comma-separated list holds a word, whatever its case.
    static func list(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, holds word: StaticString) -> Bool {
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start
            while end < range.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
            if equals(bytes, value(bytes, start - 1..<end, nameCount: 0), word) { return true }
            start = end + 1
        }
        return false
    }

    static func equals(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where lowercased(bytes[range.lowerBound + index]) != word.utf8Start[index] {
            return false
        }
        return true
    }
}

/// What the header lines say about the body's end and the connection's.
struct Framing {
    var length: UInt64?
    var isChunked = false
    /// A transfer coding that is not chunked came last: the body ends with the connection.
    var hasOtherCoding = false
    var keepsAlive: Bool

    init(keepsAlive: Bool) { self.keepsAlive = keepsAlive }

    private static let contentLength: StaticString = "content-length"
    private static let transferEncoding: StaticString = "transfer-encoding"
    private static let connection: StaticString = "connection"

    /// Takes one header line; false when it makes the answer unreadable.
    mutating func read(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) -> Bool {
        let first = bytes[line.lowerBound]
        // A line that goes on with the one before is obsolete and has been used to smuggle lengths past readers.
        if first == 0x20 || first == 0x09 { return false }
        switch first | 0x20 {
        case UInt8(ascii: "c"):
            if isNamed(bytes, line, Self.contentLength) {
                return readLength(bytes, value(bytes, line, Self.contentLength))
            }
            if isNamed(bytes, line, Self.connection) {
                let value = value(bytes, line, Self.connection)
                if HeaderLines.list(bytes, value, holds: "close") {
                    keepsAlive = false
                } else if HeaderLines.list(bytes, value, holds: "keep-alive") {
                    keepsAlive = true
                }
                return true
            }
        case UInt8(ascii: "t"):
            if isNamed(bytes, line, Self.transferEncoding) {
                let value = value(bytes, line, Self.transferEncoding)
                isChunked = Self.lastCodingIsChunked(bytes, value)
                hasOtherCoding = !isChunked
                return true
            }
        default: break
        }
        for index in line where bytes[index] == UInt8(ascii: ":") { return index > line.lowerBound }
        return false
    }

    private func isNamed(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>, _ name: StaticString) -> Bool {
        HeaderLines.isNamed(
            bytes, line, UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    private func value(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>, _ name: StaticString) -> Range<Int> {
        HeaderLines.value(bytes, line, nameCount: name.utf8CodeUnitCount)
    }

    /// Digits only; a second length must be the same.
    private mutating func readLength(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        guard !range.isEmpty, range.count <= 18 else { return false }
        var value: UInt64 = 0
        for index in range {
            let digit = bytes[index] &- 0x30
            guard digit <= 9 else { return false }
            value = value * 10 + UInt64(digit)
        }
        guard length == nil || length == value else { return false }
        length = value
        return true
    }

    private static func lastCodingIsChunked(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
        var start = range.upperBound
        while start > range.lowerBound, bytes[start - 1] != UInt8(ascii: ",") { start -= 1 }
        let last = HeaderLines.value(bytes, start - 1..<range.upperBound, nameCount: 0)
        return HeaderLines.equals(bytes, last, "chunked")
    }
}
