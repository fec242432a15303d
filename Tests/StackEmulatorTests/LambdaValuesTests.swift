import EmulatorCore
import ExactJSON
import Foundation
import Testing
import Timekeeping

@testable import StackEmulator

@Suite struct EventPatternTests {
    private static let event: JSONValue = [
        "eventName": "INSERT",
        "dynamodb": [
            "Keys": ["id": ["S": "order-17"]],
            "NewImage": ["price": ["N": "12.50"], "tags": ["L": ["a", "b"]], "gone": .null],
        ],
    ]

    /// The rules of Lambda's page on event filtering, one by one.
    @Test(
        "a pattern matches what AWS's rules say",
        arguments: [
            (#"{"eventName": ["INSERT"]}"#, true), (#"{"eventName": ["REMOVE", "INSERT"]}"#, true),
            (#"{"eventName": ["REMOVE"]}"#, false), (#"{"missing": ["x"]}"#, false),
            (#"{"eventName": ["INSERT"], "missing": ["x"]}"#, false),
            (#"{"dynamodb": {"Keys": {"id": {"S": [{"prefix": "order-"}]}}}}"#, true),
            (#"{"dynamodb": {"Keys": {"id": {"S": [{"prefix": "item-"}]}}}}"#, false),
            (#"{"dynamodb": {"Keys": {"id": {"S": [{"suffix": "-17"}]}}}}"#, true),
            (#"{"dynamodb": {"Keys": {"id": {"S": [{"equals-ignore-case": "ORDER-17"}]}}}}"#, true),
            (#"{"eventName": [{"anything-but": ["REMOVE", "MODIFY"]}]}"#, true),
            (#"{"eventName": [{"anything-but": "INSERT"}]}"#, false),
            (#"{"eventName": [{"anything-but": {"prefix": "IN"}}]}"#, false),
            (#"{"missing": [{"exists": false}]}"#, true), (#"{"eventName": [{"exists": false}]}"#, false),
            (#"{"eventName": [{"exists": true}]}"#, true),
            (#"{"dynamodb": {"NewImage": {"gone": [null]}}}"#, true),
            (#"{"dynamodb": {"NewImage": {"tags": {"L": ["b"]}}}}"#, true),
            (#"{"$or": [{"eventName": ["REMOVE"]}, {"dynamodb": {"Keys": {"id": {"S": [{"exists": true}]}}}}]}"#, true),
            (#"{"$or": [{"eventName": ["REMOVE"]}, {"eventName": ["MODIFY"]}]}"#, false),
        ])
    func rules(_ pattern: String, _ matches: Bool) throws {
        #expect(try EventPattern(pattern).matches(Self.event) == matches)
    }

    @Test(
        "numbers are compared as numbers",
        arguments: [
            (#"{"n": [{"numeric": [">", 10]}]}"#, true), (#"{"n": [{"numeric": [">", 10, "<=", 12]}]}"#, false),
            (#"{"n": [{"numeric": [">=", 12.5, "<", 13]}]}"#, true), (#"{"n": [{"numeric": ["=", 12.50]}]}"#, true),
            (#"{"n": [12.5]}"#, true), (#"{"n": ["12.5"]}"#, false),
        ])
    func numbers(_ pattern: String, _ matches: Bool) throws {
        #expect(try EventPattern(pattern).matches(["n": 12.5]) == matches)
    }

    @Test(
        "what is no pattern is refused",
        arguments: [
            "", "[]", "{", #"{"a": "b"}"#, #"{"a": []}"#, #"{"a": {}}"#, #"{"a": [{"like": "b"}]}"#,
            #"{"a": [{"numeric": ["~", 1]}]}"#, #"{"a": [{"numeric": [">"]}]}"#, #"{"a": [{"exists": 1}]}"#,
            #"{"$or": []}"#, #"{"a": [["b"]]}"#,
        ])
    func refused(_ pattern: String) {
        #expect(throws: AWSServiceError.self) { try EventPattern(pattern) }
    }
}

@Suite struct FunctionIdentifierTests {
    private static let arn = "arn:aws:lambda:us-west-2:123456789012:function:f"

    @Test(
        "a function is named in all the ways that AWS allows",
        arguments: [
            ("f", nil), ("f:live", "live"), (arn, nil), (arn + ":7", "7"),
            ("123456789012:function:f:$LATEST", "$LATEST"),
            ("function:f", nil),
        ] as [(String, String?)])
    func names(_ text: String, _ qualifier: String?) throws {
        let identifier = try FunctionIdentifier(text, account: EmulatedAccount())
        #expect(identifier.name == "f")
        #expect(identifier.qualifier == qualifier)
    }

    @Test(
        "what names no function, or one elsewhere, is refused",
        arguments: [
            ("", "ValidationException"), ("a b", "ValidationException"), ("f:", "ValidationException"),
            ("f:a:b", "ValidationException"), ("arn:aws:s3:::b", "ValidationException"),
            (String(repeating: "f", count: 65), "ValidationException"),
            ("arn:aws:lambda:eu-west-1:123456789012:function:f", "ResourceNotFoundException"),
            ("arn:aws:lambda:us-west-2:000000000000:function:f", "AccessDeniedException"),
        ])
    func refused(_ text: String, _ code: String) {
        let error = #expect(throws: AWSServiceError.self) {
            try FunctionIdentifier(text, account: EmulatedAccount())
        }
        #expect(error?.code == code)
    }

    @Test("two qualifiers must agree") func contradiction() throws {
        #expect(throws: AWSServiceError.self) {
            try FunctionIdentifier("f:a", qualifier: "b", account: EmulatedAccount())
        }
        #expect(try FunctionIdentifier("f:a", qualifier: "a", account: EmulatedAccount()).qualifier == "a")
    }
}

@Suite struct ConcurrencyLedgerTests {
    @Test("reserved concurrency is a function's own, the rest is shared") func limits() {
        let ledger = ConcurrencyLedger(limit: 103, perFunction: 1000)
        #expect(ledger.reserve(4, for: "a") == false)
        #expect(ledger.reserve(2, for: "a"))
        #expect(ledger.unreserved == 101)
        #expect(ledger.begin("a") == .granted(running: 1))
        #expect(ledger.begin("a") == .granted(running: 2))
        #expect(ledger.begin("a") == .reservedLimit)
        for count in 1...101 { #expect(ledger.begin("b") == .granted(running: count)) }
        #expect(ledger.begin("c") == .accountLimit)
        ledger.end("b")
        #expect(ledger.begin("c") == .granted(running: 1))
        // What runs counts on when the reservation goes.
        #expect(ledger.reserve(nil, for: "a"))
        #expect(ledger.begin("c") == .accountLimit)
    }

    @Test("a function with nothing reserved at all never runs") func zero() {
        let ledger = ConcurrencyLedger(limit: 1000, perFunction: 10)
        #expect(ledger.reserve(0, for: "a"))
        #expect(ledger.begin("a") == .reservedLimit)
    }
}

@Suite struct QueuedEventTests {
    private static func event() throws -> QueuedEvent {
        QueuedEvent(
            function: try FunctionIdentifier("f", account: EmulatedAccount()), request: InvocationRequest(payload: []),
            receivedAt: Timestamp(secondsSinceEpoch: 1000))
    }

    @Test("a failed event is tried again after one and two minutes, then given up") func failures() throws {
        var event = try Self.event()
        #expect(event.failed(nil) == .retry(after: .seconds(60)))
        #expect(event.failed(nil) == .retry(after: .seconds(120)))
        #expect(event.failed(nil) == .giveUp(.retriesExhausted))
        #expect(event.invocations == 3)
    }

    @Test("an event that Lambda could not run waits longer each time, up to five minutes") func refusals() throws {
        var event = try Self.event()
        let delays = (0..<12).map { _ in event.refused() }
        #expect(
            delays.prefix(3) == [.retry(after: .seconds(1)), .retry(after: .seconds(2)), .retry(after: .seconds(4))])
        #expect(delays.last == .retry(after: .seconds(300)))
        #expect(event.invocations == 0)
    }

    @Test("an event expires after six hours, or what is set") func age() throws {
        let event = try Self.event()
        #expect(!event.isExpired(nil, now: Timestamp(secondsSinceEpoch: 1000 + 21_600)))
        #expect(event.isExpired(nil, now: Timestamp(secondsSinceEpoch: 1001 + 21_600)))
        var config = EventInvokeConfig(lastModified: event.receivedAt)
        try config.apply(["MaximumEventAgeInSeconds": 60, "MaximumRetryAttempts": 0], account: EmulatedAccount())
        #expect(event.isExpired(config, now: Timestamp(secondsSinceEpoch: 1061)))
        var copy = event
        #expect(copy.failed(config) == .giveUp(.retriesExhausted))
    }
}

@Suite struct LineSplitterTests {
    private static func lines(_ pieces: [String], maximum: Int = 10) -> [String] {
        var splitter = LineSplitter(maximumLineBytes: maximum)
        var lines: [String] = []
        for piece in pieces {
            Array(piece.utf8).withUnsafeBytes { bytes in
                splitter.split(bytes) { lines.append(String(decoding: $0, as: UTF8.self)) }
            }
        }
        splitter.finish { lines.append(String(decoding: $0, as: UTF8.self)) }
        return lines
    }

    @Test(
        "output becomes lines however it is cut",
        arguments: [
            (["a\nb\n"], ["a", "b"]), (["a", "b\nc"], ["ab", "c"]), (["a\r\n", "\n\n"], ["a"]),
            (["0123456789abc\n"], ["0123456789", "abc"]), (["01234", "56789", "\nx"], ["0123456789", "x"]),
            ([], []), (["\n"], []),
        ] as [([String], [String])])
    func cuts(_ pieces: [String], _ lines: [String]) { #expect(Self.lines(pieces) == lines) }

    @Test("the cutting of the pieces makes no difference", arguments: 0..<20) func pieces(seed: Int) {
        var generator = SplitMix(state: UInt64(seed) &+ 5)
        let text = String((0..<200).map { _ in "abc\n\r".randomElement(using: &generator) ?? "a" })
        var pieces: [String] = []
        var current = ""
        for character in text.unicodeScalars {
            current.unicodeScalars.append(character)
            if Bool.random(using: &generator) {
                pieces.append(current)
                current = ""
            }
        }
        pieces.append(current)
        #expect(Self.lines(pieces, maximum: 1000) == Self.lines([text], maximum: 1000), "seed \(seed)")
    }
}

@Suite struct CheckpointStoreTests {
    @Test("a mapping's place is there again after a restart, and gone when the mapping is") func keeps() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("firedrill-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = CheckpointStore.Checkpoint(sequence: "17", begin: Timestamp(secondsSinceEpoch: 5))
        do {
            let store = try CheckpointStore(directory: folder.path)
            #expect(store.checkpoint("m", "s") == nil)
            store.keep(.init(sequence: nil, begin: place.begin), "m", "s")
            store.keep(place, "m", "s")
            store.keep(place, "other", "s")
        }
        let again = try CheckpointStore(directory: folder.path)
        #expect(again.checkpoint("m", "s") == place)
        again.forget("m", "s")
        #expect(try CheckpointStore(directory: folder.path).checkpoint("m", "s") == nil)
        #expect(try CheckpointStore(directory: folder.path).checkpoint("other", "s") == place)
    }
}

@Suite struct PermissionCacheTests {
    @Test("an answer is found once, and again after a change") func forgets() {
        let cache = PermissionCache()
        let question = PermissionCache.Question(function: "f", service: "s", sourceARN: "a")
        var asked = 0
        func ask(_ answer: Bool) -> Bool {
            cache.answer(question) { _ in
                asked += 1
                return answer
            }
        }
        #expect(ask(true))
        #expect(ask(false))
        #expect(asked == 1)
        cache.forget()
        #expect(!ask(false))
        #expect(asked == 2)
    }

    @Test("an answer that a change overtook is not kept") func overtaken() {
        let cache = PermissionCache()
        let question = PermissionCache.Question(function: "f", service: "s", sourceARN: "a")
        _ = cache.answer(question) { _ in
            cache.forget()
            return true
        }
        #expect(cache.answer(question) { _ in false } == false)
    }
}
