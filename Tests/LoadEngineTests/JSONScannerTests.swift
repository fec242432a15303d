import ExactJSON
import ScenarioModel
import Testing

@testable import LoadEngine

@Suite("JSONScanner")
struct JSONScannerTests {
    static let text = #"""
        { "a" : 1.50, "item": {"id":"x\"\u00e9\ud83d\ude00\n", "n": null, "t": true, "empty": {}, "none": [] },
          "list": [ [1, 2], {"id": "first"}, "plain", -2e3 ], "k\u0065y": "escaped name", "": "no name" }
        """#

    static let paths = [
        "$.a", "$.item.id", "$.item.n", "$.item.t", "$.list[0][1]", "$.list[1].id", "$.list[2]", "$.list[3]", "$.key",
        "$['']", "$.item", "$.list", "$.missing", "$.a.b", "$.list[4]", "$.list[9].id", "$.item.none[0]",
        "$.item.empty.x",
        "$.list.id", "$[0]",
    ]

    private func compiled(_ text: String) throws -> CompiledJSONPath {
        let path = try #require(JSONPath(text))
        return CompiledJSONPath(
            segments: path.segments.map { segment in
                switch segment {
                case .member(let name): .member(Array(name.utf8))
                case .index(let index): .index(index)
                }
            })
    }

    /// What a path gives by way of a parsed tree: the oracle.
    private func oracle(_ path: CompiledJSONPath, _ root: JSONValue) -> JSONValue? {
        path.segments.reduce(Optional(root)) { value, segment in
            switch segment {
            case .member(let name): value?[String(decoding: name, as: UTF8.self)]
            case .index(let index): value?[index]
            }
        }
    }

    private func value(_ token: JSONScanner.Token?, _ bytes: UnsafeRawBufferPointer) throws -> JSONValue? {
        guard let token else { return nil }
        let raw = Array(bytes[token.range])
        return try JSONValue(parsing: token.kind == .string ? [0x22] + raw + [0x22] : raw)
    }

    @Test("finds the scalar that a parsed tree has at the path", arguments: paths)
    func agreesWithTheTree(path: String) throws {
        let path = try compiled(path)
        let root = try JSONValue(parsing: Self.text)
        var expected = oracle(path, root)
        if expected?.arrayValue != nil || expected?.objectValue != nil { expected = nil }
        try Array(Self.text.utf8).withUnsafeBytes { bytes in
            let found = try value(JSONScanner.find(path, in: bytes), bytes)
            #expect(found == expected)
        }
    }

    @Test("gives a string's text without its escapes")
    func unescapes() throws {
        let path = try compiled("$.item.id")
        try Array(Self.text.utf8).withUnsafeBytes { bytes in
            let token = try #require(JSONScanner.find(path, in: bytes))
            var text: [UInt8] = []
            let isText = JSONText.unescape(bytes, token.range) { byte in
                text.append(byte)
                return true
            }
            #expect(isText)
            #expect(String(decoding: text, as: UTF8.self) == "x\"é😀\n")
            #expect(JSONText.equals(bytes, token.range, text))
            #expect(!JSONText.equals(bytes, token.range, text + [0x20]))
            #expect(!JSONText.equals(bytes, token.range, Array(text.dropLast())))
        }
    }

    @Test("no text makes it trap or read outside", arguments: [1, 2] as [UInt64])
    func randomTexts(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SplitMix64(seed: seed)
        let original = Array(Self.text.utf8)
        let paths = try Self.paths.map { try compiled($0) }
        for _ in 0..<2000 {
            var bytes = Array(original.prefix(Int(random.below(UInt64(original.count)))))
            for _ in 0..<random.below(6) where !bytes.isEmpty {
                bytes[Int(random.below(UInt64(bytes.count)))] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes.withUnsafeBytes { bytes in
                for path in paths {
                    guard let token = JSONScanner.find(path, in: bytes) else { continue }
                    #expect(token.range.lowerBound >= 0 && token.range.upperBound <= bytes.count)
                    _ = JSONText.unescape(bytes, token.range) { _ in true }
                }
            }
        }
    }
}
