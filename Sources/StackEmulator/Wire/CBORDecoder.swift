import ExactJSON

/// Why bytes are not CBOR that a request may consist of.
struct CBORError: Error, Equatable {
    var message: String
    var offset: Int
}

/// Reads one CBOR data item (RFC 8949) as the JSON value that says the same.
///
/// Strict: keys are text, nothing follows the item, lengths stay inside of the input, nesting is bounded. A moment (tag 1)
/// becomes its number of seconds, bytes become base64, and what JSON cannot say, `NaN` and the infinities, becomes the
/// text that AWS's JSON protocols use for it.
struct CBORDecoder {
    private static let maximumDepth = 64

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    static func decode(_ bytes: [UInt8]) throws(CBORError) -> JSONValue {
        var decoder = CBORDecoder(bytes: bytes)
        let value = try decoder.item()
        guard decoder.position == bytes.count else { throw decoder.fail("bytes after the item") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func fail(_ message: String) -> CBORError { CBORError(message: message, offset: position) }

    private mutating func byte() throws(CBORError) -> UInt8 {
        guard position < bytes.count else { throw fail("the input ends early") }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func item() throws(CBORError) -> JSONValue {
        depth += 1
        guard depth <= Self.maximumDepth else { throw fail("nested deeper than \(Self.maximumDepth) levels") }
        defer { depth -= 1 }
        let first = try byte()
        let additional = first & 0x1F
        switch first >> 5 {
        case 0: return .integer(try argument(additional))
        case 1: return Self.negative(try argument(additional))
        case 2: return .string(Self.base64(try string(additional, major: 2)))
        case 3: return .string(try text(additional))
        case 4: return try array(additional)
        case 5: return try map(additional)
        case 6: return try tagged(try argument(additional))
        default: return try simple(additional)
        }
    }

    /// The number that follows the first byte of an item.
    private mutating func argument(_ additional: UInt8) throws(CBORError) -> UInt64 {
        let count: Int
        switch additional {
        case 0..<24: return UInt64(additional)
        case 24: count = 1
        case 25: count = 2
        case 26: count = 4
        case 27: count = 8
        default: throw fail("a length that is reserved or not allowed here")
        }
        var value: UInt64 = 0
        for _ in 0..<count { value = value << 8 | UInt64(try byte()) }
        return value
    }

    /// -1 - n, also where it does not fit into 64 bits.
    private static func negative(_ n: UInt64) -> JSONValue {
        if let small = Int64(exactly: n) { return .integer(-1 - small) }
        return n == .max ? .number("-18446744073709551616") : .number("-\(n + 1)")
    }

    private static let indefinite: UInt8 = 31
    private static let stop: UInt8 = 0xFF

    private mutating func takeStop() throws(CBORError) -> Bool {
        guard position < bytes.count else { throw fail("the input ends early") }
        guard bytes[position] == Self.stop else { return false }
        position += 1
        return true
    }

    /// A length that the rest of the input can hold, each element being a byte or more.
    private mutating func length(_ additional: UInt8) throws(CBORError) -> Int {
        let value = try argument(additional)
        guard value <= UInt64(bytes.count - position) else { throw fail("a length beyond the input's end") }
        return Int(value)
    }

    private mutating func string(_ additional: UInt8, major: UInt8) throws(CBORError) -> [UInt8] {
        guard additional == Self.indefinite else {
            let count = try length(additional)
            defer { position += count }
            return Array(bytes[position..<position + count])
        }
        var content: [UInt8] = []
        while !(try takeStop()) {
            let first = try byte()
            guard first >> 5 == major, first & 0x1F != Self.indefinite else { throw fail("a chunk of another type") }
            let count = try length(first & 0x1F)
            content += bytes[position..<position + count]
            position += count
        }
        return content
    }

    private mutating func text(_ additional: UInt8) throws(CBORError) -> String {
        let content = try string(additional, major: 3)
        guard let text = String(validating: content, as: UTF8.self) else { throw fail("a text that is not UTF-8") }
        return text
    }

    private mutating func array(_ additional: UInt8) throws(CBORError) -> JSONValue {
        var elements: [JSONValue] = []
        if additional == Self.indefinite {
            while !(try takeStop()) { elements.append(try item()) }
        } else {
            for _ in 0..<(try length(additional)) { elements.append(try item()) }
        }
        return .array(elements)
    }

    private mutating func map(_ additional: UInt8) throws(CBORError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        func key(_ decoder: inout CBORDecoder) throws(CBORError) -> String {
            let first = try decoder.byte()
            guard first >> 5 == 3 else { throw decoder.fail("a key that is no text") }
            return try decoder.text(first & 0x1F)
        }
        if additional == Self.indefinite {
            while !(try takeStop()) { members[try key(&self)] = try item() }
        } else {
            for _ in 0..<(try length(additional)) { members[try key(&self)] = try item() }
        }
        return .object(members)
    }

    /// Of the tags only 1, a moment, occurs in these services' models.
    private mutating func tagged(_ tag: UInt64) throws(CBORError) -> JSONValue {
        guard tag == 1 else { throw fail("the tag \(tag), which is not used here") }
        let value = try item()
        guard case .number = value else { throw fail("a moment that is no number") }
        return value
    }

    private mutating func simple(_ additional: UInt8) throws(CBORError) -> JSONValue {
        switch additional {
        case 20: return false
        case 21: return true
        // Null, and undefined, which clients send for absent members.
        case 22, 23: return .null
        case 25: return Self.number(Self.half(UInt16(truncatingIfNeeded: try argument(25))))
        case 26: return Self.number(Double(Float(bitPattern: UInt32(truncatingIfNeeded: try argument(26)))))
        case 27: return Self.number(Double(bitPattern: try argument(27)))
        default: throw fail("a simple value that is not used here")
        }
    }

    private static func number(_ value: Double) -> JSONValue {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return .string(value < 0 ? "-Infinity" : "Infinity") }
        return .double(value)
    }

    /// Half precision, which neither this machine nor Swift has on every platform.
    private static func half(_ bits: UInt16) -> Double {
        let exponent = Int(bits >> 10 & 0x1F)
        let fraction = Double(bits & 0x3FF)
        let magnitude: Double =
            switch exponent {
            case 0: fraction * 0x1p-24
            case 31: fraction == 0 ? .infinity : .nan
            default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
            }
        return bits >> 15 == 1 ? -magnitude : magnitude
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for place in 0..<4 {
                output.append(place <= group.count ? digits[value >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
