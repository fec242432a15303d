import Foundation
import Testing

@testable import ScenarioModel

@Suite("Scenario problems")
struct ScenarioProblemTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var title: String
        var from: String
        var to: String
        /// Line, then what the message must say.
        var line: Int
        var says: [String]
        var code: ScenarioError.Code
        var testDescription: String { title }
    }

    static let right = """
        version: 1
        name: right
        target: { emulator: {} }
        flows:
          f:
            - post: { url: /items, name: create, json: { a: 1 }, capture: { id: $.id } }
            - get: { url: "/items/{{ id }}", name: read }
        warmup: { flow: f, rate: 1/s, duration: 1s }
        scenarios:
          s: { flow: f, executor: constant-arrival-rate, rate: 10/s, duration: 1s }
        thresholds:
          http_req_duration: ["p(95)<250"]
        """

    static let cases: [Case] = [
        Case(
            title: "unknown key", from: "duration: 1s }\nscenarios", to: "duraton: 1s }\nscenarios", line: 8,
            says: ["duraton", "did you mean `duration`?"], code: .unknownKey),
        Case(
            title: "unknown top-level key", from: "thresholds:", to: "treshold:", line: 11,
            says: ["treshold", "did you mean `thresholds`?"], code: .unknownKey),
        Case(
            title: "wrong type", from: "{ emulator: {} }", to: "[1]", line: 3, says: ["expected a mapping", "a list"],
            code: .wrongType),
        Case(
            title: "negative rate", from: "rate: 10/s", to: "rate: -10/s", line: 10,
            says: ["rate above 0", "-10/s", "100/s"], code: .outOfRange),
        Case(
            title: "zero rate", from: "rate: 10/s", to: "rate: 0/s", line: 10, says: ["rate above 0"], code: .outOfRange
        ),
        Case(
            title: "rate without unit", from: "rate: 10/s", to: "rate: 10", line: 10, says: ["100/s"], code: .outOfRange
        ),
        Case(
            title: "unknown flow", from: "{ flow: f, executor", to: "{ flow: g, executor", line: 10,
            says: ["unknown flow `g`", "did you mean `f`?"], code: .unknownName),
        Case(
            title: "bad duration", from: "duration: 1s }\nthresholds", to: "duration: 1 second }\nthresholds", line: 10,
            says: ["1 second", "10s"], code: .wrongType),
        Case(
            title: "zero duration", from: "duration: 1s }\nthresholds", to: "duration: 0s }\nthresholds", line: 10,
            says: ["longer than 0"], code: .outOfRange),
        Case(
            title: "endless duration", from: "duration: 1s }\nthresholds", to: "duration: 9999999h }\nthresholds",
            line: 10, says: ["30 days"], code: .wrongType),
        Case(
            title: "URL without slash", from: "url: /items,", to: "url: items,", line: 6, says: ["starts with /"],
            code: .badTemplate),
        Case(
            title: "URL with a space", from: "url: /items,", to: "url: /it ems,", line: 6, says: ["percent-encoded"],
            code: .badTemplate),
        Case(
            title: "unclosed template", from: "\"/items/{{ id }}\"", to: "\"/items/{{ id\"", line: 7,
            says: ["without `}}`"], code: .badTemplate),
        Case(
            title: "bad threshold", from: "p(95)<250", to: "p(95)=250", line: 12, says: ["p(95)=250", "p(95)<250"],
            code: .badExpression),
        Case(
            title: "percentile above 100", from: "p(95)<250", to: "p(101)<250", line: 12, says: ["up to 100"],
            code: .badExpression),
        Case(
            title: "wrong aggregation", from: "p(95)<250", to: "rate<250", line: 12, says: ["`rate`", "p(N)"],
            code: .badExpression),
        Case(
            title: "limit is no number", from: "p(95)<250", to: "p(95)<fast", line: 12, says: ["fast"],
            code: .badExpression),
        Case(
            title: "unknown metric", from: "http_req_duration:", to: "http_req_durration:", line: 12,
            says: ["did you mean `http_req_duration`?"], code: .unknownName),
        Case(
            title: "threshold on an unknown request", from: "http_req_duration:", to: "http_req_duration{name:reed}:",
            line: 12, says: ["did you mean `read`?"], code: .unknownName),
        Case(
            title: "unknown function", from: "{{ id }}", to: "{{ randm.int(1, 2) }}", line: 7,
            says: ["randm.int", "did you mean random.int?"], code: .badTemplate),
        Case(
            title: "bounds the wrong way round", from: "{{ id }}", to: "{{ random.int(9, 1) }}", line: 7,
            says: ["the smaller first"], code: .badTemplate),
        Case(
            title: "variable before capture", from: "url: /items,", to: "url: \"/items/{{ id }}\",", line: 6,
            says: ["before anything captures `id`"], code: .undefinedVariable),
        Case(
            title: "misspelt variable", from: "\"/items/{{ id }}\"", to: "\"/items/{{ idd }}\"", line: 7,
            says: ["did you mean `id`?"], code: .undefinedVariable),
        Case(
            title: "unset environment variable", from: "name: right",
            to:
                "name: right\noutputs: [html]\nseed: 1\ngenerator: {}\nalarms: [{ name: \"${env.NO}\", fault: { get: /a } }]",
            line: 6, says: ["NO is not set"], code: .badTemplate),
        Case(
            title: "not supported yet", from: "rate: 10/s,", to: "rate: 10/s, stages: [],", line: 10,
            says: ["`stages`", "not supported yet"], code: .notSupportedYet),
        Case(
            title: "later executor", from: "constant-arrival-rate", to: "ramping-arrival-rate", line: 10,
            says: ["ramping-arrival-rate", "not supported yet"], code: .notSupportedYet),
        Case(
            title: "data files", from: "name: right", to: "name: right\ndata: {}", line: 3,
            says: ["`data`", "not supported yet"], code: .notSupportedYet),
        Case(
            title: "auth", from: "{ emulator: {} }", to: "{ emulator: {}, auth: {} }", line: 3,
            says: ["`auth`", "not supported yet"], code: .notSupportedYet),
        Case(
            title: "abortOnFail", from: "[\"p(95)<250\"]", to: "[{ expr: \"p(95)<250\", abortOnFail: true }]", line: 12,
            says: ["`abortOnFail`", "not supported yet"], code: .notSupportedYet),
        Case(
            title: "two methods in a step", from: "name: read }", to: "name: read }\n      put: /b", line: 7,
            says: ["exactly one request"], code: .missing),
        Case(title: "no version", from: "version: 1\n", to: "", line: 1, says: ["needs `version`"], code: .missing),
        Case(
            title: "version from the future", from: "version: 1", to: "version: 2", line: 1, says: ["must be 1, got 2"],
            code: .outOfRange),
        Case(
            title: "status out of range", from: "name: read }", to: "name: read, expect: { status: 99 } }", line: 7,
            says: ["100 to 599"], code: .outOfRange),
        Case(
            title: "line break in a header", from: "name: read }", to: "name: read, headers: { a: \"b\\r\\nc: d\" } }",
            line: 7, says: ["control characters"], code: .outOfRange),
        Case(title: "bad JSON path", from: "$.id", to: "$..id", line: 6, says: ["no JSON path"], code: .badExpression),
        Case(
            title: "cached without a marker", from: "name: read }", to: "name: read, cached: true }", line: 7,
            says: ["originMarker"], code: .missing),
        Case(
            title: "one name for two methods", from: "name: read }", to: "name: create }", line: 7,
            says: ["figures would be mixed"], code: .unknownName),
        Case(
            title: "key given twice", from: "name: right", to: "name: right\nname: left", line: 2,
            says: ["given twice"], code: .syntax),
        Case(title: "malformed YAML", from: "  f:\n", to: "  f: [\n", line: 0, says: ["malformed YAML"], code: .syntax),
        Case(
            title: "base URL without scheme", from: "{ emulator: {} }", to: "{ baseURL: localhost }", line: 3,
            says: ["http://"], code: .outOfRange),
        Case(
            title: "base URL with a port out of range", from: "{ emulator: {} }", to: "{ baseURL: \"http://a:70000\" }",
            line: 3, says: ["1 to 65535"], code: .outOfRange),
        Case(
            title: "think at the beginning", from: "    - post:", to: "    - think: 1s\n    - post:", line: 6,
            says: ["cannot begin with"], code: .outOfRange),
    ]

    @Test("names the mistake, where it is and what to write instead", arguments: cases)
    func names(_ test: Case) throws {
        let yaml = Self.right.replacingOccurrences(of: test.from, with: test.to)
        try #require(yaml != Self.right)
        let error = try #require(throws: ScenarioError.self) {
            try Scenario(yaml: yaml, file: "f.yaml", environment: [:])
        }
        let problem = try #require(error.problems.first)
        #expect(error.problems.count == 1, "\(error)")
        #expect(problem.code == test.code)
        if test.line > 0 { #expect(problem.line == test.line) }
        for part in test.says { #expect(error.description.contains(part), "\(error)") }
        #expect(error.description.hasPrefix("f.yaml:\(problem.line):\(problem.column): "))
    }

    @Test("the unbroken file has no problem")
    func rightFileIsRight() throws {
        _ = try Scenario(yaml: Self.right, file: "f.yaml", environment: [:])
    }

    @Test("reports every problem at once, in the order of the file")
    func allAtOnce() throws {
        var yaml = Self.right
        for change in [("/items,", "items,"), ("rate: 10/s", "rate: -1/s"), ("p(95)<250", "p95<250")] {
            yaml = yaml.replacingOccurrences(of: change.0, with: change.1)
        }
        let error = try #require(throws: ScenarioError.self) {
            try Scenario(yaml: yaml, file: "f.yaml", environment: [:])
        }
        #expect(error.problems.map(\.line) == [6, 10, 12])
        #expect(error.description.split(separator: "\n").count == 3)
    }

    @Test(
        "refuses what is no mapping, empty, or nested without end",
        arguments: [
            "", "# only a comment", "just text", "[1, 2]", "a: b: c", "\t- x", "\u{0}",
            "a: *b", "%YAML 9.9\n--- a", "--- 1\n--- 2", "a: !!binary x",
        ])
    func refuses(yaml: String) {
        #expect(throws: ScenarioError.self) { try Scenario(yaml: yaml, file: "f.yaml", environment: [:]) }
    }

    @Test("refuses what is nested thousands of times", arguments: ["[", "- ", "? ", "{a: "])
    func nesting(level: String) {
        refuses(yaml: String(repeating: level, count: 5000))
    }

    @Test("no text makes the reader trap", arguments: [1, 2, 3, 4] as [UInt64])
    func randomTexts(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let right = Array(Self.right.utf8)
        let pieces = [
            "{{", "}}", "${", "}", "[", "]", "{", "\"", "'", ": ", "\n  - ", "&a", "*a", "|", ">",
            "-9223372036854775808", "1e999", "p(", "~",
        ]
        for _ in 0..<2000 {
            var bytes = right
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                case 2:
                    bytes.insert(
                        contentsOf: Array(pieces[Int.random(in: 0..<pieces.count, using: &generator)].utf8), at: index)
                default:
                    bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...40, using: &generator)))
                }
                if bytes.isEmpty { bytes = [0x20] }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(ScenarioError) {
                _ = try Scenario(yaml: text, file: "f.yaml", environment: [:])
            } catch {
                #expect(!error.problems.isEmpty)
            }
        }
        for _ in 0..<2000 {
            let count = Int.random(in: 0...200, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(throws: ScenarioError.self) {
                try Scenario(yaml: String(decoding: bytes, as: UTF8.self), file: "f.yaml", environment: [:])
            }
        }
    }
}

/// SplitMix64: the same seed gives the same numbers on every machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
