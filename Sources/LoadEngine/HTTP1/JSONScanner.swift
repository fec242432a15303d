/// Finds a scalar in a JSON text by a path, in place: no tree, no allocation, no recursion.
///
/// It does not judge the rest of the text; where the text is no JSON it finds nothing, and never reads outside it.
struct JSONScanner {
    enum Kind: UInt8, Sendable {
        /// The range lies between the quotes, escapes still in it.
        case string
        /// A number, `true`, `false` or `null` as written.
        case literal
    }

    struct Token: Equatable {
        var kind: Kind
        var range: Range<Int>
    }

    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// The scalar at a path; nil when there is none, or an object or array is there.
    static func find(_ path: CompiledJSONPath, in bytes: UnsafeRawBufferPointer) -> Token? {
        var scanner = JSONScanner(bytes)
        for segment in path.segments {
            scanner.skipSpace()
            let found: Bool
            switch segment {
            case .member(let name): found = scanner.enterMember(name)
            case .index(let index): found = scanner.enterElement(index)
            }
            guard found else { return nil }
        }
        scanner.skipSpace()
        return scanner.scalar()
    }

    private mutating func skipSpace() {
        while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// Moves behind the colon of the member of this name.
    private mutating func enterMember(_ name: [UInt8]) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        while true {
            skipSpace()
            guard take(UInt8(ascii: "\"")), let key = stringRest() else { return false }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { return false }
            if JSONText.equals(bytes, key, name) { return true }
            guard skipValue() else { return false }
            skipSpace()
            guard take(UInt8(ascii: ",")) else { return false }
        }
    }

    private mutating func enterElement(_ index: Int) -> Bool {
        guard take(UInt8(ascii: "[")) else { return false }
        skipSpace()
        // An empty array has no element to enter.
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") { return false }
        for _ in 0..<index {
            guard skipValue() else { return false }
            skipSpace()
            guard take(UInt8(ascii: ",")) else { return false }
        }
        return true
    }

    private mutating func scalar() -> Token? {
        if take(UInt8(ascii: "\"")) { return stringRest().map { Token(kind: .string, range: $0) } }
        let start = position
        while position < bytes.count, Self.isLiteral(bytes[position]) { position += 1 }
        return position > start ? Token(kind: .literal, range: start..<position) : nil
    }

    private static func isLiteral(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "E"): true
        default: false
        }
    }

    /// From behind the opening quote to behind the closing one; the range between them.
    private mutating func stringRest() -> Range<Int>? {
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return start..<position - 1
            }
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        return nil
    }

    /// Moves behind one value of any kind.
    private mutating func skipValue() -> Bool {
        skipSpace()
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                guard stringRest() != nil else { return false }
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of what holds this value: there was none.
                if depth == 0 { return false }
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                if depth == 0 { return false }
                position += 1
                continue
            case let byte where byte <= 0x20:
                position += 1
                continue
            default:
                guard scalar() != nil else { return false }
            }
            if depth == 0 { return true }
        }
        return false
    }
}

/// A path with its names as bytes.
struct CompiledJSONPath: Sendable, Equatable {
    enum Segment: Sendable, Equatable {
        case member([UInt8])
        case index(Int)
    }

    var segments: [Segment]
}

/// The characters of a JSON string as written, escapes and all.
enum JSONText {
    /// Whether the string's text is these bytes.
    static func equals(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { equals(bytes, range, $0) }
    }

    static func equals(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ text: UnsafeRawBufferPointer) -> Bool {
        var matched = 0
        let isWhole = unescape(bytes, range) { byte in
            guard matched < text.count, text[matched] == byte else { return false }
            matched += 1
            return true
        }
        return isWhole && matched == text.count
    }

    /// Hands out the string's UTF-8 byte by byte until `take` says false; false then, or when an escape is wrong.
    static func unescape(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ take: (UInt8) -> Bool) -> Bool {
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\\") else {
                guard take(byte) else { return false }
                continue
            }
            guard position < range.upperBound else { return false }
            let escape = bytes[position]
            position += 1
            let plain: UInt8
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain = escape
            case UInt8(ascii: "b"): plain = 0x08
            case UInt8(ascii: "f"): plain = 0x0C
            case UInt8(ascii: "n"): plain = 0x0A
            case UInt8(ascii: "r"): plain = 0x0D
            case UInt8(ascii: "t"): plain = 0x09
            case UInt8(ascii: "u"):
                guard let scalar = scalar(bytes, &position, range.upperBound), utf8(scalar, take) else { return false }
                continue
            default: return false
            }
            guard take(plain) else { return false }
        }
        return true
    }

    /// The character of `\uXXXX`, with its second half where it has one; a lone half stands for U+FFFD.
    private static func scalar(_ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int) -> UInt32? {
        guard let unit = unit(bytes, &position, end) else { return nil }
        guard unit >= 0xD800, unit < 0xE000 else { return unit }
        guard unit < 0xDC00, position + 6 <= end, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return 0xFFFD }
        var after = position + 2
        guard let low = self.unit(bytes, &after, end), low >= 0xDC00, low < 0xE000 else { return 0xFFFD }
        position = after
        return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
    }

    private static func unit(_ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ end: Int) -> UInt32? {
        guard position + 4 <= end else { return nil }
        var unit: UInt32 = 0
        for index in position..<position + 4 {
            let digit: UInt8
            switch bytes[index] {
            case 0x30...0x39: digit = bytes[index] - 0x30
            case 0x41...0x46: digit = bytes[index] - 0x41 + 10
            case 0x61...0x66: digit = bytes[index] - 0x61 + 10
            default: return nil
            }
            unit = unit << 4 | UInt32(digit)
        }
        position += 4
        return unit
    }

    private static func utf8(_ scalar: UInt32, _ take: (UInt8) -> Bool) -> Bool {
        func tail(_ shift: UInt32) -> UInt8 { UInt8(scalar >> shift & 0x3F | 0x80) }
        if scalar < 0x80 { return take(UInt8(scalar)) }
        if scalar < 0x800 { return take(UInt8(scalar >> 6 | 0xC0)) && take(tail(0)) }
        if scalar < 0x10000 { return take(UInt8(scalar >> 12 | 0xE0)) && take(tail(6)) && take(tail(0)) }
        return take(UInt8(scalar >> 18 | 0xF0)) && take(tail(12)) && take(tail(6)) && take(tail(0))
    }
}
