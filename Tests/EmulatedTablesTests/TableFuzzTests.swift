import EmulatorCore
import ExactJSON
import Foundation
import Testing
import Timekeeping

@testable import EmulatedTables

/// Calls from a seeded generator: whatever they ask, the answer is a result or an AWS error, and it comes soon.
///
/// `FIREDRILL_FUZZ_ITERATIONS` says how many of each kind, `FIREDRILL_FUZZ_SEED` where to start; a failure prints the seed
/// of its own iteration.
@Suite struct TableFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let iterations = environment["FIREDRILL_FUZZ_ITERATIONS"].flatMap { Int($0) } ?? 400
    private static let seed = environment["FIREDRILL_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

    private static func each(_ body: (inout SplitMix, _ seed: UInt64) async throws -> Void) async rethrows {
        for number in 0..<UInt64(max(0, iterations)) {
            var generator = SplitMix(state: seed &+ number)
            try await body(&generator, seed &+ number)
        }
    }

    @Test("expressions of any shape are read or refused")
    func expressions() async throws {
        let item: Item = [
            "a": .string("x"), "b": .number(DynamoNumber(3)), "c": .list([.null, .map(["d": .bool(true)])]),
            "e": .stringSet(["x", "y"]),
        ]
        await Self.each { generator, seed in
            let text = ExpressionNoise.text(&generator)
            let values: JSONValue = [
                ":s": ["S": "x"], ":n": ["N": "1"], ":l": ["L": []], ":e": ["SS": ["x"]],
                ":m": ["M": ["d": ["NULL": true]]],
            ]
            let names: JSONValue = ["#a": "a", "#c": "c"]
            guard var scope = try? ExpressionScope(names: names, values: values) else {
                Issue.record("the scope was refused, seed \(seed)")
                return
            }
            if let condition = try? ConditionExpression(text, kind: "ConditionExpression", scope: &scope) {
                _ = condition.holds(for: item)
                _ = condition.attributes
            }
            if let update = try? UpdateExpression(text, scope: &scope) { _ = try? update.apply(to: item) }
            if let projection = try? ProjectionExpression(text, scope: &scope) { _ = projection.apply(to: item) }
        }
    }

    private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    private static let largeExpressions: [String] = {
        var texts = [repeated("(", 4096), repeated("NOT ", 1024), repeated("size(", 800), repeated("a,", 2048)]
        texts.append(repeated("a = :n AND ", 370) + "a = :n")
        texts.append("a IN (" + repeated(":n,", 1300) + ":n)")
        texts.append("SET " + (0..<500).map { "x\($0)=:n" }.joined(separator: ","))
        texts.append("SET a" + repeated("[0]", 1300) + " = :n")
        texts.append("REMOVE " + repeated("a.", 2000))
        texts.append("SET a = " + repeated("if_not_exists(a,", 250))
        texts.append(repeated("\u{1F600}", 1000))
        texts.append("a[" + repeated("9", 4000) + "]")
        return texts
    }()

    @Test("expressions as large as a call allows are answered within seconds", arguments: largeExpressions)
    func largest(text: String) throws {
        let started = ContinuousClock.now
        var scope = try ExpressionScope(names: nil, values: [":n": ["N": "1"]])
        if let condition = try? ConditionExpression(text, kind: "FilterExpression", scope: &scope) {
            _ = condition.holds(for: ["a": .number(.zero)])
        }
        if let update = try? UpdateExpression(text, scope: &scope) { _ = try? update.apply(to: [:]) }
        _ = try? ProjectionExpression(text, scope: &scope)
        #expect(ContinuousClock.now - started < .seconds(5))
    }

    @Test("attribute values of any shape are read as they were or refused")
    func values() async throws {
        await Self.each { generator, seed in
            let json = ValueNoise.value(&generator, depth: 40)
            guard let value = try? AttributeValue(json: json) else { return }
            let back = try? AttributeValue(json: value.json)
            #expect(back == value, "seed \(seed)")
        }
    }

    @Test("calls of any shape answer with a result or an AWS error, and keys stay in their order")
    func calls() async throws {
        let service = try TableService(
            account: EmulatedAccount(),
            clock: VirtualClock(realTime: { Timestamp(millisecondsSinceEpoch: 1_770_000_000_000) }))
        _ = try await service.call("CreateTable", CallNoise.table)
        await Self.each { generator, seed in
            let (operation, input) = CallNoise.call(&generator)
            do throws(AWSServiceError) {
                _ = try await service.call(operation, input)
            } catch {
                #expect(error.status == 400, "\(operation) \(error) seed \(seed)")
                #expect(!error.message.isEmpty, "\(operation) seed \(seed)")
            }
        }
        // What was written is found by its key, in the table as in the index.
        let scanned = try await service.call("Scan", ["TableName": "noise"])["Items"]?.arrayValue ?? []
        for item in scanned {
            let key: JSONValue = ["p": item["p"] ?? .null, "r": item["r"] ?? .null]
            let found = try await service.call("GetItem", ["TableName": "noise", "Key": key])
            #expect(found["Item"] == item)
        }
        let indexed = try await service.call("Scan", ["TableName": "noise", "IndexName": "byText"])["Items"]?.arrayValue
        #expect(indexed?.count == scanned.count { $0["t"] != nil })
    }

    @Test("iterators of any text are refused or read")
    func iterators() async throws {
        await Self.each { generator, _ in
            let pieces = ["arn:aws:dynamodb", "|", "1", ".", "9223372036854775807", "-1", "\u{0}", "e9", ""]
            let text = (0..<Int.random(in: 0..<8, using: &generator))
                .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            _ = ShardIterator(text: text)
            _ = SequenceNumber.parse(text)
        }
    }
}
