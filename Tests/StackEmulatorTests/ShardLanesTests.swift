import ExactJSON
import Testing
import Timekeeping

@testable import StackEmulator

@Suite struct ShardLanesTests {
    private static let start = Timestamp(secondsSinceEpoch: 1_000_000)

    private static func lanes(_ properties: JSONValue) throws -> ShardLanes {
        ShardLanes(
            settings: try EventSourceSettings(id: "m", functionARN: "f", properties: properties), checkpoint: nil,
            firstRetryDelay: .seconds(1), longestRetryDelay: .seconds(8))
    }

    private static func entry(_ number: Int, key: Int) -> StreamEntry {
        StreamEntry(
            sequenceNumber: "\(100_000 + number)", created: start, event: [:], bytes: 100, key: "k\(key)")
    }

    @Test("records of one item keep their order, and the checkpoint never passes one that is open", arguments: 0..<40)
    func order(seed: Int) throws {
        var generator = SplitMix(state: UInt64(seed) &* 31 &+ 7)
        let count = Int.random(in: 1...10, using: &generator)
        var lanes = try Self.lanes([
            "ParallelizationFactor": .integer(count),
            "BatchSize": .integer(Int.random(in: 1...5, using: &generator)), "MaximumRetryAttempts": 2,
            "BisectBatchOnFunctionError": .bool(Bool.random(using: &generator)),
        ])
        let entries = (0..<120).map { Self.entry($0, key: Int.random(in: 0..<9, using: &generator)) }
        var added = 0
        var ended: [String: [String]] = [:]
        var done: Set<String> = []
        var seen = ""
        var now = Self.start
        var flight: [Int: ShardConsumer.Batch] = [:]
        for _ in 0..<20_000 {
            if added < entries.count, Int.random(in: 0..<4, using: &generator) == 0 {
                let end = min(entries.count, added + Int.random(in: 1...20, using: &generator))
                lanes.add(Array(entries[added..<end]), now: now) { _ in true }
                added = end
            }
            let lane = Int.random(in: 0..<count, using: &generator)
            if let batch = flight.removeValue(forKey: lane) {
                let fails = Int.random(in: 0..<4, using: &generator) == 0
                lanes.change(lane) { $0.finished(fails ? .failure : .success, now: now) }
                if !fails {
                    for record in batch.records { ended[record.key, default: []].append(record.sequenceNumber) }
                }
                if !fails { done.formUnion(batch.records.map(\.sequenceNumber)) }
            } else {
                switch lanes.change(lane, { $0.next(now: now) }) {
                case .invoke(let batch): flight[lane] = batch
                case .giveUp(let batch, _):
                    lanes.change(lane) { $0.gaveUp(batch) }
                    done.formUnion(batch.records.map(\.sequenceNumber))
                case .wait, .idle: now = now + .seconds(1)
                }
            }
            if let checkpoint = lanes.checkpoint, checkpoint != seen {
                seen = checkpoint
                for entry in entries where entry.sequenceNumber <= checkpoint {
                    #expect(done.contains(entry.sequenceNumber), "seed \(seed)")
                }
            }
            if added == entries.count, lanes.openCount == 0 { break }
        }
        #expect(lanes.checkpoint == entries.last?.sequenceNumber, "seed \(seed)")
        for numbers in ended.values { #expect(numbers == numbers.sorted(), "seed \(seed)") }
    }

    @Test("records that no filter lets through are done at once") func filtered() throws {
        var lanes = try Self.lanes([:])
        lanes.add((0..<3).map { Self.entry($0, key: $0) }, now: Self.start) { _ in false }
        #expect(lanes.openCount == 0)
        #expect(lanes.checkpoint == "100002")
        #expect(lanes.change(0) { $0.next(now: Self.start) } == .idle)
    }
}

@Suite struct TumblingWindowTests {
    private static let start = Timestamp(secondsSinceEpoch: 1_000_020)

    private static func record(_ number: Int, after seconds: Int) -> StreamEntry {
        StreamEntry(
            sequenceNumber: "\(number)", created: start + .seconds(seconds), event: [:], bytes: 100)
    }

    @Test("a window's state goes from batch to batch, and its last invocation comes without records")
    func window() throws {
        var consumer = ShardConsumer(
            settings: try EventSourceSettings(
                id: "m", functionARN: "f", properties: ["BatchSize": 2, "TumblingWindowInSeconds": 60]),
            firstRetryDelay: .seconds(1), longestRetryDelay: .seconds(8))
        consumer.add([1, 2, 3].map { Self.record($0, after: $0) } + [Self.record(4, after: 61)], now: Self.start)
        var diary: [String] = []
        var now = Self.start
        steps: for _ in 0..<20 {
            switch consumer.next(now: now) {
            case .invoke(let batch):
                let window = try #require(batch.window)
                let sum = (window.state["sum"]?.intValue ?? 0) + batch.records.count
                diary.append(
                    "\(batch.records.map(\.sequenceNumber).joined(separator: ",")) from \(window.state["sum"]?.intValue ?? 0)"
                        + (window.isFinal ? " final" : ""))
                consumer.carry(["sum": .integer(sum)], bytes: 10)
                consumer.finished(.success, now: now)
            case .wait(let moment): now = moment
            case .giveUp: Issue.record("given up")
            case .idle: break steps
            }
        }
        #expect(diary == ["1,2 from 0", "3 from 2", " from 3 final", "4 from 0", " from 1 final"])
        #expect(now == Self.start.floored(toSeconds: 60) + .seconds(120))
    }

    @Test("a state beyond its limit ends the window early") func early() throws {
        var consumer = ShardConsumer(
            settings: try EventSourceSettings(
                id: "m", functionARN: "f", properties: ["TumblingWindowInSeconds": 60]),
            firstRetryDelay: .seconds(1), longestRetryDelay: .seconds(8))
        consumer.add([Self.record(1, after: 1)], now: Self.start)
        guard case .invoke = consumer.next(now: Self.start) else {
            Issue.record("no invocation")
            return
        }
        consumer.carry([:], bytes: TumblingWindow.maximumStateBytes + 1)
        consumer.finished(.success, now: Self.start)
        guard case .invoke(let batch) = consumer.next(now: Self.start) else {
            Issue.record("no last invocation")
            return
        }
        #expect(batch.window?.isFinal == true)
        #expect(batch.window?.isTerminatedEarly == true)
    }
}
