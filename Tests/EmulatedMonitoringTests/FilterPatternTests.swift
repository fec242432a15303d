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
            ("{ $.x EXISTS }", "{\"x\":null}", true),
            ("{ $.a.*.c = 3 }", "{\"a\":{\"b\":{\"c\":3}}}", true),
            ("{ $.a = %^ERR[OU]R$% }", "{\"a\":\"ERROR\"}", true),
            ("{ $.a != %RR% }", "{\"a\":\"ERROR\"}", false),
            ("{ $.ip = 10.0.* }", "{\"ip\":\"10.0.3.4\"}", true),
            ("{ $.n = -1.5 || $.n >= 2e1 }", "{\"n\":20}", true),
            ("%colou?r%", "the color", true), ("%colou?r%", "the colur", false), ("%^The% -\"end\"", "The start", true),
            ("%^The%", "at The start", false), ("%end$%", "the end", true), ("%end$%", "the end.", false),
            ("%gray|grey%", "a grey day", true), ("%10\\.10\\.0\\.1%", "from 10.10.0.1 on", true),
            ("%10\\.10\\.0\\.1%", "from 10x10.0.1 on", false), ("%[4-5][0-9]{2}%", "status 503", true),
            ("%[4-5][0-9]{2}%", "status 303", false), ("%\\d{3,4}$%", "id 12345", true),
            ("%^\\d{3,4}$%", "12345", false),
            ("%a{2,}b%", "caaab", true), ("%a{2,}b%", "cab", false), ("%[^a-z]%", "abc", false),
            ("%[^a-z]%", "aBc", true),
            ("%\\w+@\\w+%", "mail me@home", true), ("%a.c%", "abc", true), ("%a.c%", "ac", false),
            ("%[]x]%", "]", true),
            ("%\\x41B%", "AB", true), ("%^$%", "", true), ("%^$%", "x", false), ("%x*%", "", true),
            ("[a, b, c]", "one two three", true), ("[a, b]", "one two three", false), ("[]", "", true),
            ("[..., last]", "one two three", true), ("[first, ...]", "one", true),
            ("[a, ..., z = three]", "one two three", true),
            (
                "[ip, user, time, request, status = 4*, bytes > 1000]",
                "127.0.0.1 frank [10/Oct/2000:13:25:15 -0700] \"GET /a.gif HTTP/1.0\" 404 1534", true
            ),
            (
                "[ip, user, time, request, status = 4*, bytes > 1000]",
                "127.0.0.1 frank [10/Oct/2000:13:25:15 -0700] \"GET /a.gif HTTP/1.0\" 200 1534", false
            ),
            ("[..., request = *.gif*, status, bytes]", "127.0.0.1 - \"GET /a.gif HTTP/1.0\" 200 15", true),
            ("[level = ERROR || level = WARN, ...]", "WARN it is", true),
            ("[(level = ERROR || level = WARN), ...]", "INFO it is", false),
            ("[level != INFO && level != DEBUG, ...]", "ERROR it is", true),
            ("[ip = %127\\.0\\.[0-9]+%, ...]", "127.0.12.1 x", true),
            ("[w1 = \"two words\", w2]", "\"two words\" x", true),
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
            "\"open", "a.b", "?", "{ $.a < \"x\" }", "{ $.a = 1 } more", "{ $.l[x] = 1 }", "[a, b", "[a,]",
            "[..., ...]",
            "[a = 1 || b = 2]", "[a < x]", "[a] b", "%x", "%(a)%", "%a!%", "%[a%", "%a{3,2}%", "%a{2%", "%[z-a]%",
            "%*a%", "%a\\q%",
            "%%", "%a|%", "%a$b%", "%\\x4%", "%é%", "%a{999999}%", "{ $.a > %x% }",
        ])
    func refused(pattern: String) {
        let error = #expect(throws: AWSServiceError.self) { try FilterPattern(pattern) }
        #expect(error?.code == "InvalidParameterException")
    }

    @Test("what a pattern finds is told by its own names") func extracts() throws {
        let fields = try FilterPattern("[ip, ..., status = 4*]").extract("1.2.3.4 - \"GET /\" 404")
        #expect(fields == ["$ip": "1.2.3.4", "$status": "404"])
        let json = try FilterPattern("{ $.a.b = 1 && $.c = x* }").extract("{\"a\":{\"b\":1},\"c\":\"xyz\"}")
        #expect(json == ["$.a.b": "1", "$.c": "xyz"])
        #expect(try FilterPattern("ERROR").extract("an ERROR") == [:])
        #expect(try FilterPattern("ERROR").extract("fine") == nil)
    }

    @Test("an expression that is hard for others takes no time") func linear() throws {
        let pattern = try FilterPattern("%a*a*a*a*a*a*a*a*a*a*a*a*b%")
        #expect(!pattern.matches(String(repeating: "a", count: 20_000)))
    }

    @Test("random patterns never crash", arguments: [UInt64(1), 2, 3])
    func randomFuzz(seed: UInt64) {
        var generator = SplitMix(state: seed)
        let pieces = [
            "{", "}", "(", ")", "$", ".", "a", "[", "]", "*", "1", "=", "!=", "<", ">=", "&&", "||", "\"", "'", " ",
            "IS",
            "NOT", "EXISTS", "NULL", "?", "-", "\\", "é", "\u{0}", "%", "...", ",", "^", "+", "{2}", "|",
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
