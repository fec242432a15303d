import LoadMetrics
import ScenarioModel
import Testing
import Timekeeping

@testable import Drills

@Suite("TTL estimate")
struct TTLEstimateTests {
    private func estimate(_ reads: [(Double, Bool)]) -> TTLEstimate {
        TTLEstimate(reads: reads.map { TTLEstimate.Read(youngest: $0.0 - 0.01, oldest: $0.0 + 0.01, hit: $0.1) })
    }

    @Test("hits bound it from below, misses from above") func bounds() throws {
        let interval = try #require(estimate([(10, true), (29.5, true), (30.4, false), (36, false)]).interval)
        #expect(interval.low == 29.49 && interval.high == 30.41)
    }

    @Test("an entry lost early is no expiry") func ignoresEarlyMiss() {
        let estimate = estimate([(5, false), (29.5, true), (30.4, false)])
        #expect(estimate.high == 30.41)
    }

    @Test("nothing served, or nothing expired, gives no interval") func refuses() {
        #expect(estimate([(1, false), (2, false)]).interval == nil)
        #expect(estimate([(1, true), (45, true)]).interval == nil)
    }

    /// A cache with a known TTL, asked as the probe asks.
    @Test("any TTL is found within three percent or a second", arguments: [1.0, 5, 10, 29, 30, 31, 44, 60, 119, 250])
    func converges(truth: Double) throws {
        var estimate = TTLEstimate()
        for sweep in 0..<6 {
            for age in estimate.nextAges(promised: 30, sweep: sweep) {
                estimate.reads.append(.init(youngest: age, oldest: age + 0.005, hit: age < truth))
            }
        }
        let interval = try #require(estimate.interval)
        #expect(interval.low <= truth && truth <= interval.high)
        #expect(interval.high - interval.low <= (truth <= 45 ? 1.0 : 30))
    }
}

@Suite("Stream matching")
struct StreamMatchingTests {
    private static let start = Timestamp(secondsSinceEpoch: 1_800_000_000)

    private func written(_ rows: [(String, String, Int)]) -> StreamMatching {
        StreamMatching(
            written: rows.enumerated().map {
                .init(nonce: $1.0, event: $1.1, key: $1.2, sentAt: Self.start + .milliseconds($0 * 10))
            })
    }

    private func seen(_ rows: [(String, String)]) -> [StreamMatching.Seen] {
        rows.enumerated().map { .init(nonce: $1.0, event: $1.1, processedAt: Self.start + .milliseconds(500 + $0)) }
    }

    static let order = [("a", "INSERT", 0), ("a-u", "MODIFY", 0), ("b", "INSERT", 1), ("a-u", "REMOVE", 0)]

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var seen: [(String, String)]
        var lost: Int
        var duplicated: Int
        var outOfOrder: Int
    }

    static let cases: [Case] = [
        Case(
            testDescription: "all, in order",
            seen: [("a", "INSERT"), ("a-u", "MODIFY"), ("b", "INSERT"), ("a-u", "REMOVE")],
            lost: 0, duplicated: 0, outOfOrder: 0),
        Case(
            testDescription: "items may overtake each other",
            seen: [("b", "INSERT"), ("a", "INSERT"), ("a-u", "MODIFY"), ("a-u", "REMOVE")], lost: 0, duplicated: 0,
            outOfOrder: 0),
        Case(
            testDescription: "a write of one item overtaken",
            seen: [("a-u", "MODIFY"), ("a", "INSERT"), ("b", "INSERT"), ("a-u", "REMOVE")], lost: 0, duplicated: 0,
            outOfOrder: 1),
        Case(
            testDescription: "one lost, one doubled",
            seen: [("a", "INSERT"), ("a", "INSERT"), ("a-u", "MODIFY"), ("b", "INSERT")],
            lost: 1, duplicated: 1, outOfOrder: 0),
        Case(testDescription: "nothing", seen: [], lost: 4, duplicated: 0, outOfOrder: 0),
        Case(
            testDescription: "strangers do not count", seen: [("z", "INSERT")], lost: 4, duplicated: 0, outOfOrder: 0),
    ]

    @Test("losses, doubles and overtaking are told apart", arguments: cases) func tells(item: Case) {
        let matching = written(Self.order)
        let observation = matching.observation(seen(item.seen))
        #expect(observation.written == 4)
        #expect(observation.lost == item.lost)
        #expect(observation.duplicated == item.duplicated)
        #expect(observation.outOfOrder == item.outOfOrder)
        #expect(matching.isComplete(seen(item.seen)) == (item.lost == 0))
        #expect(observation.lag.count == UInt64(4 - item.lost))
    }
}

@Suite("Traffic ledger")
struct TrafficLedgerTests {
    @Test("a marker seen before is a hit, on cached methods alone") func countsHits() {
        let ledger = TrafficLedger()
        #expect(!ledger.book(status: 200, cached: true, marker: "m1"))
        #expect(ledger.book(status: 200, cached: true, marker: "m1"))
        #expect(!ledger.book(status: 200, cached: false, marker: "m1"))
        #expect(!ledger.book(status: 404, cached: true, marker: "m2"))
        #expect(!ledger.book(status: 502, cached: true, marker: nil))
        #expect(
            ledger.counts
                == Traffic(answered: 5, status4xx: 1, status5xx: 1, cacheHits: 1, cacheMisses: 3))
    }

    @Test(
        "a row passes within its tolerance",
        arguments: [
            (100, 100, 0, 0, true), (100, 101, 0, 0, false), (100, 101, 0, 0.01, true), (100, 99, 1, 0, true),
            (0, nil, 0, 0, true), (5, nil, 0, 0, false),
        ] as [(Double, Double?, Double, Double, Bool)])
    func reconciles(client: Double, cloudWatch: Double?, unanswered: Double, share: Double, passes: Bool) {
        let row = Reconciliation.row(
            "Count", client: client, cloudWatch: cloudWatch, unanswered: unanswered, toleranceShare: share)
        #expect(row.verdict == (passes ? .pass : .fail))
    }
}
