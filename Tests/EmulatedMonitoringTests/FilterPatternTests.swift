import EmulatedMonitoring
import EmulatorCore
import Testing

@Suite struct FilterPatternTests {
    @Test(
        "patterns match as CloudWatch Logs documents them",
        arguments: [
            ("", "anything", true),
            ("ERROR", "[ERROR 400] BAD REQUEST", true),
            ("ERROR", "error 400", false),
            ("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true),
            ("ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST", false),
            ("\"INTERNAL SERVER ERROR\"", "[ERROR 500] INTERNAL SERVER ERROR", true),
            ("\"INTERNAL SERVER ERROR\"", "INTERNAL ERROR OF SERVER", false),
            ("?ERROR ?ARGUMENTS", "MISSING ARGUMENTS", true),
            ("?ERROR ?WARN", "all is well", false),
            ("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", false),
            ("ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST", true),
            ("-\"task timed out\"", "Task ended", true),
            ("\"say \\\"hi\\\"\"", "they say \"hi\"", true),
            ("{ $.level = \"ERROR\" }", "{\"level\":\"ERROR\"}", true),
            ("{ $.level = ERROR }", "{\"level\":\"ERROR\"}", true),
            ("{ $.level = \"ERR*\" }", "{\"level\":\"ERROR\"}", true),
            ("{ $.level = \"*RO*\" }", "{\"level\":\"ERROR\"}", true),
            ("{ $.level != \"ERROR\" }", "{\"level\":\"INFO\"}", true),
            ("{ $.level != \"ERROR\" }", "{}", false),
            ("{ $.a.b = 3 }", "{\"a\":{\"b\":3.0}}", true),
            ("{ $.n > 3 && $.n <= 5 }", "{\"n\":5}", true),
            ("{ $.n > 3 && $.n < 5 }", "{\"n\":5}", false),
            ("{ $.n = 1e3 }", "{\"n\":1000}", true),
            ("{ ($.a = 1) || ($.b = 2) }", "{\"b\":2}", true),
            ("{ ($.a = 1 || $.b = 2) && $.c = 3 }", "{\"b\":2}", false),
            ("{ $.list[1] = \"x\" }", "{\"list\":[\"y\",\"x\"]}", true),
            ("{ $.list[*].k = 7 }", "{\"list\":[{\"k\":1},{\"k\":7}]}", true),
            ("{ $.x NOT EXISTS }", "{\"y\":1}", true),
            ("{ $.x IS NULL }", "{\"x\":null}", true),
            ("{ $.x IS TRUE }", "{\"x\":true}", true),
            ("{ $.x IS FALSE }", "{\"x\":true}", false),
            ("{ $.['odd name'] = 1 }", "{\"odd name\":1}", true),
            ("{ $.x = 1 }", "not json", false),
            ("{ $.x = 1 }", "START { \"x\": 1 }", false),
        ])
    func matches(pattern: String, message: String, expected: Bool) throws {
        #expect(try FilterPattern(pattern).matches(message) == expected)
    }

    @Test(
        "a pattern that is not well-formed is refused",
        arguments: [
            "{", "{ $.a }", "{ $.a = }", "{ a = 1 }", "{ $.a = 1 ", "{ ($.a = 1 }", "{ $.a IS 3 }", "{ $. = 1 }",
            "\"open", "a.b", "?", "{ $.a < \"x\" }", "{ $.a = 1 } more", "[a, b]", "%x%", "{ $.l[x] = 1 }",
        ])
    func refused(pattern: String) {
        let error = #expect(throws: AWSServiceError.self) { try FilterPattern(pattern) }
        #expect(error?.code == "InvalidParameterException")
    }

    @Test("random patterns never crash", arguments: [UInt64(1), 2, 3])
    func random(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let pieces = [
            "{", "}", "(", ")", "$", ".", "a", "[", "]", "*", "1", "=", "!=", "<", ">=", "&&", "||", "\"", "'", " ",
            "IS",
            "NOT", "EXISTS", "NULL", "?", "-", "\\", "é", "\u{0}",
        ]
        var wellFormed = 0
        for _ in 0..<5000 {
            let text = (0..<Int.random(in: 0..<14, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }
            .joined()
            if let pattern = try? FilterPattern(text) {
                wellFormed += 1
                _ = pattern.matches("{\"a\":[1,{\"a\":null}]}")
            }
        }
        #expect(wellFormed > 0, "seed \(seed)")
    }
}

/// A small generator with a seed (SplitMix64, public domain).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
