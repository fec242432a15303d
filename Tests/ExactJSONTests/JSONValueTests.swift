import ExactJSON
import Testing

@Suite("Exact JSON")
struct JSONValueTests {
    @Test(
        "numbers keep the text they were written with",
        arguments: [
            "0", "-0", "1.0", "1.50", "12345678901234567890123456789012345678", "1E-130", "9.99e+125", "-1.0E5",
            "0.1000",
        ])
    func keepsNumbers(literal: String) throws {
        #expect(try JSONValue(parsing: literal) == .number(literal))
        #expect(try JSONValue(parsing: "[\(literal)]").text == "[\(literal)]")
    }

    /// What RFC 8259 allows, beside the value that it means.
    @Test(
        "valid texts are read",
        arguments: [
            ("null", .null), (" true ", true), ("\"\"", ""), ("\"\\u00e9\\n\\/\"", "é\n/"), ("\"\\ud83d\\ude00\"", "😀"),
            ("\"\\ud83d\"", "\u{FFFD}"), ("\"\\ud83dx\"", "\u{FFFD}x"), ("[]", []), ("[1, [2]]", [1, [2]]),
            ("{\"a\":{\"b\":null}}", ["a": ["b": nil]]), ("{\"a\":1,\"a\":2}", ["a": 2]), ("\t\r\n[ ]", []),
        ] as [(String, JSONValue)])
    func readsValid(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
    }

    @Test(
        "what is no JSON is refused with the place",
        arguments: [
            ("", 0), ("nul", 0), ("01", 1), ("1.", 2), ("1e", 2), ("-", 1), ("+1", 0), (".5", 0), ("\"a", 2),
            ("\"\u{1}\"", 1), ("\"\\x\"", 3), ("\"\\u12\"", 3), ("[1,]", 3), ("[1 2]", 3), ("{a:1}", 1),
            ("{\"a\" 1}", 5),
            ("{\"a\":1,}", 7), ("[]]", 2), ("NaN", 0), ("'a'", 0), ("tru", 0),
        ])
    func refusesInvalid(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.offset == offset, "\(text): \(String(describing: error))")
    }

    @Test(
        "invalid UTF-8 in a string is refused",
        arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22]] as [[UInt8]])
    func refusesBadUTF8(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
    }

    @Test("nesting is limited, so that no text exhausts the stack") func limitsDepth() throws {
        let fits = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
        #expect(throws: Never.self) { try JSONValue(parsing: fits) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "[", count: 100_000)) }
    }

    @Test("writing and reading gives the same value", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func roundTrips(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        for _ in 0..<500 {
            let value = Self.random(&generator, depth: 4)
            #expect(try JSONValue(parsing: value.serialized()) == value, "seed \(seed)")
        }
    }

    @Test("random bytes never trap", arguments: [11, 12, 13] as [UInt64])
    func survivesNoise(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let alphabet = Array("{}[]\",:\\u0123e+-.tfnul \u{1}é".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                alphabet.randomElement(using: &generator) ?? 0
            }
            if let value = try? JSONValue(parsing: bytes) {
                #expect((try? JSONValue(parsing: value.serialized())) == value, "seed \(seed)")
            }
        }
    }

    @Test("doubles are written so that JSON readers understand them") func writesDoubles() {
        #expect(JSONValue.double(2).text == "2" && JSONValue.double(0.5).text == "0.5")
        #expect(JSONValue.double(.nan) == .null && JSONValue.double(1e300).doubleValue == 1e300)
        #expect(JSONValue.number("12.0").intValue == 12 && JSONValue.number("1e400").intValue == nil)
    }

    private static func random(_ generator: inout SplitMix, depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2:
            return .number(
                "\(Int.random(in: -9999...9999, using: &generator)).\(Int.random(in: 0...99, using: &generator))")
        case 3:
            let scalars = (0..<8).compactMap { _ in Unicode.Scalar(UInt32.random(in: 0...0x2FF, using: &generator)) }
            return .string(String(String.UnicodeScalarView(scalars)))
        case 4: return .array((0..<3).map { _ in random(&generator, depth: depth - 1) })
        default:
            return .object(
                Dictionary((0..<3).map { ("k\($0)\"\\", random(&generator, depth: depth - 1)) }) { first, _ in first })
        }
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
