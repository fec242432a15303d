/// Why a text is not JSON.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, for people.
    package var message: String
    /// Zero-based offset into the bytes.
    package var offset: Int

    package var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
    /// Deepest nesting that is read; deeper texts are refused, so that a hostile one cannot exhaust the stack.
    package static let maximumDepth = 256

    /// Reads one JSON text (RFC 8259), numbers kept literally; of duplicate keys the last one counts.
    ///
    /// - Throws: `JSONError` with the offset of the first mistake.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        self = try bytes.withUnsafeBufferPointerTyped { buffer throws(JSONError) in
            var parser = JSONParser(bytes: buffer)
            return try parser.document()
        }
    }

    /// Reads one JSON text.
    package init(parsing text: String) throws(JSONError) {
        try self.init(parsing: Array(text.utf8))
    }
}

extension [UInt8] {
    fileprivate func withUnsafeBufferPointerTyped<R>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(JSONError) -> R
    ) throws(JSONError) -> R {
        let result: Result<R, JSONError> = withUnsafeBufferPointer { buffer in
            do throws(JSONError) { return .success(try body(buffer)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}

/// A recursive-descent reader over borrowed bytes; every access is checked against the end.
private struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    var depth = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func document() throws(JSONError) -> JSONValue {
        skipWhitespace()
        let value = try self.value()
        skipWhitespace()
        guard position == bytes.count else { throw fail("unexpected text after the value") }
        return value
    }

    private func fail(_ message: String) -> JSONError { JSONError(message: message, offset: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhitespace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        guard let first = next else { throw fail("unexpected end of text") }
        switch first {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw fail("unexpected character")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONError) -> JSONValue
    ) throws(JSONError) -> JSONValue {
        depth += 1
        guard depth <= JSONValue.maximumDepth else { throw fail("nested deeper than \(JSONValue.maximumDepth) levels") }
        defer { depth -= 1 }
        return try body(&self)
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw fail("unexpected end of text") }
        for index in 0..<count where bytes[position + index] != text.utf8Start[index] {
            throw fail("unexpected character")
        }
        position += count
        return value
    }

    private mutating func object() throws(JSONError) -> JSONValue {
        position += 1
        var members: [String: JSONValue] = [:]
        skipWhitespace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipWhitespace()
            guard next == UInt8(ascii: "\"") else { throw fail("expected a member name in quotes") }
            let key = try string()
            skipWhitespace()
            guard next == UInt8(ascii: ":") else { throw fail("expected ':' after the member name") }
            position += 1
            skipWhitespace()
            members[key] = try value()
            skipWhitespace()
            if next == UInt8(ascii: ",") {
                position += 1
            } else if next == UInt8(ascii: "}") {
                position += 1
                return .object(members)
            } else {
                throw fail("expected ',' or '}' in an object")
            }
        }
    }

    private mutating func array() throws(JSONError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipWhitespace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            skipWhitespace()
            elements.append(try value())
            skipWhitespace()
            if next == UInt8(ascii: ",") {
                position += 1
            } else if next == UInt8(ascii: "]") {
                position += 1
                return .array(elements)
            } else {
                throw fail("expected ',' or ']' in an array")
            }
        }
    }

    private mutating func digits() throws(JSONError) {
        guard let first = next, first >= 0x30, first <= 0x39 else { throw fail("expected a digit") }
        while let byte = next, byte >= 0x30, byte <= 0x39 { position += 1 }
    }

    private mutating func number() throws(JSONError) -> String {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        if next == UInt8(ascii: "0") {
            position += 1
            if let byte = next, byte >= 0x30, byte <= 0x39 { throw fail("a number may not start with 0") }
        } else {
            try digits()
        }
        if next == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        // The common case, no escape: one pass, one copy.
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            guard byte >= 0x20 else { throw fail("unescaped control character in a string") }
            position += 1
        }
        guard let stop = next else { throw fail("unterminated string") }
        let plain = UnsafeBufferPointer(rebasing: bytes[start..<position])
        if stop == UInt8(ascii: "\"") {
            position += 1
            guard let text = String(validating: plain, as: UTF8.self) else { throw fail("invalid UTF-8 in a string") }
            return text
        }
        var buffer = Array(plain)
        while true {
            guard let byte = next else { throw fail("unterminated string") }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: buffer, as: UTF8.self) else {
                    throw fail("invalid UTF-8 in a string")
                }
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &buffer)
            case 0..<0x20: throw fail("unescaped control character in a string")
            default:
                buffer.append(byte)
                position += 1
            }
        }
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw fail("unterminated string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            if unit >= 0xD800, unit < 0xDC00, next == UInt8(ascii: "\\"), position + 1 < bytes.count,
                bytes[position + 1] == UInt8(ascii: "u")
            {
                let mark = position
                position += 2
                let low = try hexUnit()
                if low >= 0xDC00, low < 0xE000 {
                    append(0x10000 + ((UInt32(unit) - 0xD800) << 10) + (UInt32(low) - 0xDC00), to: &buffer)
                } else {
                    position = mark
                    append(0xFFFD, to: &buffer)
                }
            } else {
                // A lone surrogate names no character: the replacement character stands in.
                append(unit >= 0xD800 && unit < 0xE000 ? 0xFFFD : UInt32(unit), to: &buffer)
            }
        default: throw fail("unknown escape in a string")
        }
    }

    private func append(_ scalar: UInt32, to buffer: inout [UInt8]) {
        let character = Unicode.Scalar(scalar) ?? "\u{FFFD}"
        buffer.append(contentsOf: UTF8.encode(character) ?? UTF8.encodedReplacementCharacter)
    }

    private mutating func hexUnit() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count else { throw fail("unterminated \\u escape") }
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch bytes[position] {
            case let byte where byte >= 0x30 && byte <= 0x39: digit = byte - 0x30
            case let byte where byte >= 0x41 && byte <= 0x46: digit = byte - 0x41 + 10
            case let byte where byte >= 0x61 && byte <= 0x66: digit = byte - 0x61 + 10
            default: throw fail("expected four hexadecimal digits after \\u")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
