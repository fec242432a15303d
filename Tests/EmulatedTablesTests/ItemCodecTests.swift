import ExactJSON
import Testing

@testable import EmulatedTables

@Suite struct ItemCodecTests {
    static func random(_ generator: inout SplitMix, depth: Int) -> AttributeValue {
        func text() -> String {
            String(
                (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
                    "aé\u{0}z🙂".randomElement(using: &generator) ?? "a"
                })
        }
        func number() -> DynamoNumber {
            let digits = (0..<Int.random(in: 1..<39, using: &generator)).map { _ in
                String(Int.random(in: 0..<10, using: &generator))
            }
            let literal =
                "\(Bool.random(using: &generator) ? "-" : "")\(digits.joined())E\(Int.random(in: -90..<80, using: &generator))"
            return (try? DynamoNumber(literal)) ?? .zero
        }
        switch Int.random(in: 0..<(depth > 0 ? 10 : 8), using: &generator) {
        case 0: return .string(text())
        case 1: return .number(number())
        case 2: return .binary((0..<Int.random(in: 0..<200, using: &generator)).map { UInt8(truncatingIfNeeded: $0) })
        case 3: return .bool(Bool.random(using: &generator))
        case 4: return .null
        case 5: return .stringSet(Set((0..<3).map { _ in text() }).sorted(by: textIsLess))
        case 6: return .numberSet(Set((0..<3).map { _ in number() }).sorted())
        case 7: return .binarySet([[1], [1, 2]])
        case 8: return .list((0..<3).map { _ in random(&generator, depth: depth - 1) })
        default:
            return .map(
                Dictionary((0..<3).map { _ in (text(), random(&generator, depth: depth - 1)) }) { first, _ in first })
        }
    }

    @Test("items come back from their bytes, and from their JSON, as they were", arguments: [UInt64(11), 12])
    func roundTrip(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        for _ in 0..<500 {
            let item: Item = ["id": .string("x"), "v": Self.random(&generator, depth: 3)]
            let bytes = ItemCodec.encode(item)
            #expect(try bytes.withUnsafeBytes { try ItemCodec.decode($0) } == item, "seed \(seed)")
            #expect(try Item(json: JSONValue(parsing: item.json.serialized()), member: "Item") == item, "seed \(seed)")
        }
    }

    @Test("damaged bytes are refused and never crash", arguments: [UInt64(21)])
    func damaged(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        var refused = 0
        for _ in 0..<3000 {
            var bytes = ItemCodec.encode(["id": .string("x"), "v": Self.random(&generator, depth: 3)])
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            if Bool.random(using: &generator) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator)) }
            if (try? bytes.withUnsafeBytes { try ItemCodec.decode($0) }) == nil { refused += 1 }
        }
        #expect(refused > 100, "seed \(seed)")
    }

    @Test("equal items have equal bytes, in whatever order sets and members came")
    func canonical() throws {
        let one = try Item(
            json: ["a": ["SS": ["x", "y"]], "b": ["N": "1.0"], "c": ["NS": ["2", "10"]]], member: "Item")
        let two = try Item(
            json: ["c": ["NS": ["10.0", "2"]], "b": ["N": "1"], "a": ["SS": ["y", "x"]]], member: "Item")
        #expect(ItemCodec.encode(one) == ItemCodec.encode(two))
    }
}
