import EmulatedServices
import EmulatorCore
import ExactJSON
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The query protocol's forms and answers; clients are pointed at them in the checks with boto3.
@Suite struct QueryFormTests {
    static let iterations = getenv("FIREDRILL_FUZZ_ITERATIONS").flatMap { Int(String(cString: $0)) } ?? 2000
    static let types = MemberTypes([
        "Period": .integer, "Threshold": .double, "On": .boolean, "Names": .list, "Counts": .double,
        "Tags": .map(.string),
        "Data.Value": .double, "At": .timestamp,
    ])

    @Test(
        "values have the types of their members",
        arguments: [
            ("Period=60&Threshold=1.5&On=true", "{\"On\":true,\"Period\":60,\"Threshold\":1.5}"),
            ("Names.member.2=b&Names.member.1=a&Names.member.10=c", "{\"Names\":[\"a\",\"b\",\"c\"]}"),
            ("Names=&Period=&Tags=", "{\"Names\":[],\"Period\":null,\"Tags\":{}}"),
            ("Counts.member.1=1&Counts.member.2=NaN", "{\"Counts\":[1,\"NaN\"]}"),
            ("Tags.entry.1.key=a&Tags.entry.1.value=1", "{\"Tags\":{\"a\":\"1\"}}"),
            (
                "Data.member.1.Value=2&Data.member.1.Name=n&Value=3",
                "{\"Data\":[{\"Name\":\"n\",\"Value\":2}],\"Value\":\"3\"}"
            ),
            ("A=%C3%A4+b%26", "{\"A\":\"ä b&\"}"),
        ])
    func typed(form: String, json: String) throws {
        let form = try #require(QueryForm(parsing: Array("Action=X&\(form)".utf8)))
        #expect(try Self.types.typed(form.input).text == json)
    }

    @Test(
        "a text that is no value of its type is refused",
        arguments: [
            "Period=1.5", "Period=99999999999999999999", "Threshold=x", "Threshold=1e999", "On=maybe",
            "Tags.entry.1.key=a",
        ])
    func refused(form: String) throws {
        let form = try #require(QueryForm(parsing: Array("Action=X&\(form)".utf8)))
        let error = #expect(throws: AWSServiceError.self) { try Self.types.typed(form.input) }
        #expect(error?.code == "MalformedInput")
    }

    @Test("moments, lists and maps are written as XML has them") func answer() {
        let result: JSONValue = ["At": 1_769_846_400, "Names": ["a", "<b>"], "Tags": ["k": "v"], "Empty": []]
        let xml = QueryXML.answer(
            operation: "Do", namespace: "urn:x", result: result, requestID: "r", types: Self.types)
        #expect(
            String(decoding: xml, as: UTF8.self)
                == "<DoResponse xmlns=\"urn:x\"><DoResult><At>2026-01-31T08:00:00.000Z</At><Empty></Empty>"
                + "<Names><member>a</member><member>&lt;b&gt;</member></Names>"
                + "<Tags><entry><key>k</key><value>v</value></entry></Tags></DoResult>"
                + "<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></DoResponse>")
    }

    @Test("random forms are read or refused", arguments: [UInt64(1), 2]) func randomFormsFuzz(seed: UInt64) {
        var generator = SeededGenerator(state: seed)
        let pieces = [
            "Action=X", "&", "=", ".", "member", "entry", "1", "2", "999999999999999999999", "key", "value", "%", "%4",
            "%41", "+",
            "Period", "Tags", "Names", "Data", "Value", "é", "\u{0}", "-1",
        ]
        for _ in 0..<Self.iterations {
            let text = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                pieces.randomElement(using: &generator) ?? ""
            }.joined()
            guard let form = QueryForm(parsing: Array("Action=X&\(text)".utf8)) else { continue }
            guard let input = try? Self.types.typed(form.input) else { continue }
            _ = QueryXML.answer(operation: "X", namespace: "", result: input, requestID: "", types: Self.types)
        }
    }
}

/// A small generator with a seed (SplitMix64, public domain).
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
