import EmulatorCore
import ExactJSON
import Testing

@testable import StackEmulator

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// CBOR as RFC 8949 has it; the vectors are from its appendix A.
@Suite struct CBORTests {
    static let iterations = getenv("FIREDRILL_FUZZ_ITERATIONS").flatMap { Int(String(cString: $0)) } ?? 2000

    static func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test(
        "the standard's examples are read",
        arguments: [
            ("00", "0"), ("17", "23"), ("1818", "24"), ("1903e8", "1000"), ("1a000f4240", "1000000"),
            ("1bffffffffffffffff", "18446744073709551615"), ("20", "-1"), ("3903e7", "-1000"),
            ("3bffffffffffffffff", "-18446744073709551616"), ("f90000", "0"), ("f93c00", "1"),
            ("fb3ff199999999999a", "1.1"),
            ("f93e00", "1.5"), ("f97bff", "65504"), ("fa47c35000", "100000"), ("f90001", "5.960464477539063e-08"),
            ("f9c400", "-4"), ("f97c00", "\"Infinity\""), ("f97e00", "\"NaN\""), ("f9fc00", "\"-Infinity\""),
            ("f4", "false"), ("f5", "true"), ("f6", "null"), ("f7", "null"), ("c11a514b67b0", "1363896240"),
            ("c1fb41d452d9e20000000", ""), ("60", "\"\""), ("62c3bc", "\"ü\""), ("4401020304", "\"AQIDBA==\""),
            ("80", "[]"), ("83010203", "[1,2,3]"), ("a26161016162820203", "{\"a\":1,\"b\":[2,3]}"),
            ("9f018202039f0405ffff", "[1,[2,3],[4,5]]"), ("bf6161019f0203ffff", ""),
            ("7f657374726561646d696e67ff", "\"streaming\""),
            ("bf6346756ef563416d7421ff", "{\"Amt\":-2,\"Fun\":true}"),
        ])
    func reads(hex: String, json: String) {
        let value = try? CBORDecoder.decode(Self.bytes(hex))
        #expect(value?.text ?? "" == json)
    }

    @Test(
        "what is cut short, left over or not used here is refused",
        arguments: [
            "", "18", "1c", "62c3", "62ffff", "81", "a1", "a10102", "9f", "bf", "ff", "7f01ff", "c074", "d818", "f8ff",
            "0000", "9bffffffffffffffff", "5bffffffffffffffff",
        ])
    func refuses(hex: String) { #expect(throws: CBORError.self) { try CBORDecoder.decode(Self.bytes(hex)) } }

    @Test("nesting is bounded") func deep() {
        #expect(throws: CBORError.self) { try CBORDecoder.decode(Array(repeating: 0x81, count: 100_000)) }
        #expect(throws: CBORError.self) { try CBORDecoder.decode(Array(repeating: 0x9F, count: 100_000)) }
        #expect(throws: CBORError.self) { try CBORDecoder.decode(Array(repeating: 0xC1, count: 100_000)) }
    }

    @Test("what is written is read back", arguments: [UInt64(1), 2, 3]) func roundTrip(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        for _ in 0..<Self.iterations / 10 {
            let value = Self.value(depth: 4, &generator)
            let bytes = CBOREncoder.encode(value, types: MemberTypes())
            #expect(try CBORDecoder.decode(bytes) == value, "seed \(seed): \(value.text)")
        }
    }

    private static func value(depth: Int, _ generator: inout SplitMix) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return .bool(Bool.random(using: &generator))
        case 1:
            return .integer(
                Int64.random(in: .min ... .max, using: &generator) >> Int64.random(in: 0...63, using: &generator))
        case 2: return .double(Double.random(in: -1e6...1e6, using: &generator))
        case 3: return .string(String(repeating: "é", count: Int.random(in: 0...300, using: &generator)))
        case 4: return .null
        case 5:
            return .array(
                (0..<Int.random(in: 0...30, using: &generator)).map { _ in value(depth: depth - 1, &generator) })
        default:
            var members: [String: JSONValue] = [:]
            for index in 0..<Int.random(in: 0...30, using: &generator) {
                let member = value(depth: depth - 1, &generator)
                // A structure leaves out what is null.
                if !member.isNull { members["m\(index)"] = member }
            }
            return .object(members)
        }
    }

    @Test("members are written by their types") func typed() {
        let types = MemberTypes(["At": .timestamp, "Sum": .double, "Values": .double, "P": .map(.double)])
        let value: JSONValue = ["At": 1, "Sum": 2, "Values": [3], "P": ["p99": 4], "Count": 5]
        let bytes = CBOREncoder.encode(value, types: types)
        let double = { (byte: String) in "fb" + byte + "000000000000" }
        let expected =
            "a5" + "624174" + "c1" + double("3ff0") + "65436f756e74" + "05" + "6150" + "a1" + "63703939"
            + double("4010")
            + "6353756d" + double("4000") + "6656616c756573" + "81" + double("4008")
        #expect(bytes == Self.bytes(expected))
    }

    @Test("random bytes are read or refused", arguments: [UInt64(7), 8]) func randomBytesFuzz(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let heads: [UInt8] = [
            0x00, 0x18, 0x20, 0x41, 0x61, 0x7F, 0x81, 0x9F, 0xA1, 0xBF, 0xC1, 0xF9, 0xFB, 0xFF, 0x5F, 0xF6,
        ]
        for _ in 0..<Self.iterations {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                Bool.random(using: &generator)
                    ? heads.randomElement(using: &generator) ?? 0 : UInt8.random(in: 0...255, using: &generator)
            }
            if let value = try? CBORDecoder.decode(bytes) { _ = value.serialized() }
        }
    }
}
