import ExactJSON
import Testing
import Timekeeping

@testable import StackEmulator

@Suite struct ShardConsumerTests {
    private static let start = Timestamp(secondsSinceEpoch: 1_000_000)

    private static func consumer(_ properties: JSONValue) throws -> ShardConsumer {
        ShardConsumer(
            settings: try EventSourceSettings(id: "m", functionARN: "f", properties: properties),
            firstRetryDelay: .seconds(1), longestRetryDelay: .seconds(8))
    }

    private static func records(_ numbers: ClosedRange<Int>, created: Timestamp = start) -> [StreamEntry] {
        numbers.map { StreamEntry(sequenceNumber: "\($0)", created: created, event: [:], bytes: 100) }
    }

    /// Runs a consumer against a function given as a closure, skipping all waits; returns what happened, in order.
    private func run(
        _ consumer: inout ShardConsumer, from now: Timestamp = start, limit: Int = 200,
        function: ([String]) -> ShardConsumer.Outcome
    ) -> [String] {
        var now = now
        var diary: [String] = []
        for _ in 0..<limit {
            switch consumer.next(now: now) {
            case .invoke(let batch):
                let numbers = batch.records.map(\.sequenceNumber)
                let outcome = function(numbers)
                diary.append("\(numbers.joined(separator: ",")) \(outcome == .success ? "ok" : "failed")")
                consumer.finished(outcome, now: now)
            case .giveUp(let batch, let condition):
                diary.append("\(batch.records.map(\.sequenceNumber).joined(separator: ",")) \(condition)")
                consumer.gaveUp(batch)
            case .wait(let moment):
                diary.append("wait \((moment - now).inSeconds)")
                now = moment
            case .idle: return diary
            }
        }
        return diary + ["no end"]
    }

    @Test("a full batch goes at once, the rest when its window has passed") func window() throws {
        var consumer = try Self.consumer(["BatchSize": 3, "MaximumBatchingWindowInSeconds": 5])
        consumer.add(Self.records(1...4), now: Self.start)
        #expect(run(&consumer) { _ in .success } == ["1,2,3 ok", "wait 5.0", "4 ok"])
    }

    @Test("without a window whatever is there goes at once") func noWindow() throws {
        var consumer = try Self.consumer(["BatchSize": 10])
        consumer.add(Self.records(1...2), now: Self.start)
        #expect(run(&consumer) { _ in .success } == ["1,2 ok"])
    }

    @Test("the window runs from the first record, and later ones do not prolong it") func windowStart() throws {
        var consumer = try Self.consumer(["BatchSize": 10, "MaximumBatchingWindowInSeconds": 5])
        consumer.add(Self.records(1...1), now: Self.start)
        consumer.add(Self.records(2...2), now: Self.start + .seconds(4))
        #expect(consumer.next(now: Self.start + .seconds(4)) == .wait(until: Self.start + .seconds(5)))
        guard case .invoke(let batch) = consumer.next(now: Self.start + .seconds(5)) else {
            Issue.record("no batch")
            return
        }
        #expect(batch.records.count == 2)
    }

    @Test("a failed batch is tried again before anything newer, with delays that double up to a limit") func retries()
        throws
    {
        var consumer = try Self.consumer(["BatchSize": 2, "MaximumRetryAttempts": 5])
        consumer.add(Self.records(1...3), now: Self.start)
        let diary = run(&consumer) { $0.contains("1") ? .failure : .success }
        #expect(
            diary == [
                "1,2 failed", "wait 1.0", "1,2 failed", "wait 2.0", "1,2 failed", "wait 4.0", "1,2 failed", "wait 8.0",
                "1,2 failed", "wait 8.0", "1,2 failed", "1,2 RetryAttemptsExhausted", "3 ok",
            ])
    }

    @Test("without a limit on retries the batch is tried for ever") func unlimited() throws {
        var consumer = try Self.consumer(["BatchSize": 1])
        consumer.add(Self.records(1...2), now: Self.start)
        let diary = run(&consumer, limit: 100) { _ in .failure }
        #expect(diary.last == "no end")
        #expect(diary.dropLast().allSatisfy { $0 == "1 failed" || $0.hasPrefix("wait") })
    }

    @Test("bisecting finds the one bad record, does not consume its retries, and keeps the order") func bisects() throws
    {
        var consumer = try Self.consumer([
            "BatchSize": 8, "BisectBatchOnFunctionError": true, "MaximumRetryAttempts": 1,
        ])
        consumer.add(Self.records(1...8), now: Self.start)
        let diary = run(&consumer) { $0.contains("3") ? .failure : .success }
        #expect(
            diary == [
                "1,2,3,4,5,6,7,8 failed", "1,2,3,4 failed", "1,2 ok", "3,4 failed", "3 failed", "wait 1.0", "3 failed",
                "3 RetryAttemptsExhausted", "4 ok", "5,6,7,8 ok",
            ])
    }

    @Test("with zero retries the bad record is given up at its first failure alone") func zeroRetries() throws {
        var consumer = try Self.consumer([
            "BatchSize": 2, "BisectBatchOnFunctionError": true, "MaximumRetryAttempts": 0,
        ])
        consumer.add(Self.records(1...2), now: Self.start)
        let diary = run(&consumer) { $0.contains("2") ? .failure : .success }
        #expect(
            diary
                == ["1,2 failed", "1 ok", "2 failed", "wait 1.0", "2 RetryAttemptsExhausted"].filter {
                    $0 != "wait 1.0"
                })
    }

    @Test("a partial failure goes on from the lowest failed record") func partial() throws {
        var consumer = try Self.consumer([
            "BatchSize": 5, "MaximumRetryAttempts": 2, "FunctionResponseTypes": ["ReportBatchItemFailures"],
        ])
        consumer.add(Self.records(1...5), now: Self.start)
        let diary = run(&consumer) { $0.contains("3") ? .failedFrom("3") : .success }
        #expect(
            diary == [
                "1,2,3,4,5 failed", "wait 1.0", "3,4,5 failed", "wait 2.0", "3,4,5 failed",
                "3,4,5 RetryAttemptsExhausted",
            ])
    }

    @Test("a partial failure of the first record bisects where the mapping says so") func partialBisect() throws {
        var consumer = try Self.consumer([
            "BatchSize": 4, "MaximumRetryAttempts": 0, "BisectBatchOnFunctionError": true,
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        ])
        consumer.add(Self.records(1...4), now: Self.start)
        let diary = run(&consumer) { $0.contains("1") ? .failedFrom("1") : .success }
        #expect(diary == ["1,2,3,4 failed", "1,2 failed", "1 failed", "1 RetryAttemptsExhausted", "2 ok", "3,4 ok"])
    }

    @Test("records older than the mapping allows are given up without being tried") func age() throws {
        var consumer = try Self.consumer(["BatchSize": 4, "MaximumRecordAgeInSeconds": 60])
        consumer.add(Self.records(1...2, created: Self.start - .seconds(61)), now: Self.start)
        consumer.add(Self.records(3...4), now: Self.start)
        #expect(run(&consumer) { _ in .success } == ["1,2 RecordAgeExceeded", "3,4 ok"])
    }

    @Test("every record is processed or given up exactly once, whatever the function does", arguments: 0..<50)
    func conserves(seed: Int) throws {
        var generator = SplitMix(state: UInt64(seed) &* 7919 &+ 1)
        var consumer = try Self.consumer([
            "BatchSize": .integer(Int.random(in: 1...7, using: &generator)),
            "MaximumBatchingWindowInSeconds": .integer(Int.random(in: 0...3, using: &generator)),
            "MaximumRetryAttempts": .integer(Int.random(in: 0...3, using: &generator)),
            "BisectBatchOnFunctionError": .bool(Bool.random(using: &generator)),
            "FunctionResponseTypes": ["ReportBatchItemFailures"],
        ])
        let count = Int.random(in: 1...40, using: &generator)
        consumer.add(Self.records(1...count), now: Self.start)
        var done: [String] = []
        let diary = run(&consumer, limit: 5000) { numbers in
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: return .failure
            case 1:
                let place = Int.random(in: 0..<numbers.count, using: &generator)
                done += numbers[..<place]
                return .failedFrom(numbers[place])
            default:
                done += numbers
                return .success
            }
        }
        let givenUp = diary.filter { $0.hasSuffix("RetryAttemptsExhausted") }
            .flatMap { $0.split(separator: " ")[0].split(separator: ",").map(String.init) }
        #expect((done + givenUp).sorted() == (1...count).map(String.init).sorted(), "seed \(seed): \(diary)")
    }
}

/// A small generator with a seed.
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

@Suite struct BatchResponseTests {
    // https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    @Test(
        "an answer is success, failure of all, or failure from the lowest record on",
        arguments: [
            ("null", .success), ("", .success), ("{}", .success), (#"{"batchItemFailures": []}"#, .success),
            (#"{"batchItemFailures": null}"#, .success),
            (#"{"batchItemFailures": [{"itemIdentifier": "2"}]}"#, .failedFrom("2")),
            (#"{"batchItemFailures": [{"itemIdentifier": "3"}, {"itemIdentifier": "2"}]}"#, .failedFrom("2")),
            (#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#, .failure),
            (#"{"batchItemFailures": [{"itemIdentifier": null}]}"#, .failure),
            (#"{"batchItemFailures": [{"itemIdentifier": "9"}]}"#, .failure),
            (#"{"batchItemFailures": [{"other": "2"}]}"#, .failure), (#"{"batchItemFailures": "2"}"#, .failure),
        ] as [(String, ShardConsumer.Outcome)])
    func outcome(_ payload: String, _ outcome: ShardConsumer.Outcome) {
        #expect(BatchResponse.outcome(of: Array(payload.utf8), batch: ["1", "2", "3"]) == outcome)
    }
}
