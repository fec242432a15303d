import Testing
import Timekeeping

@testable import StackEmulator

@Suite struct TokenBucketTests {
    private let start = Timestamp(secondsSinceEpoch: 1_000_000)

    @Test(
        "a burst is admitted at once, and then the rate",
        arguments: [
            (10.0, 5, [0.0], 5), (10, 5, [0, 0.1], 6), (10, 5, [0, 0.25], 7), (10, 5, [0, 60], 10), (0, 3, [0, 60], 3),
            (1000, 0, [0, 1], 0), (0.5, 1, [0, 1, 2], 2), (-1, -1, [0, 1], 0),
        ] as [(Double, Int, [Double], Int)])
    func admits(_ rate: Double, _ burst: Int, _ moments: [Double], _ admitted: Int) {
        var bucket = TokenBucket(ThrottleLimit(rate: rate, burst: burst))
        var count = 0
        for moment in moments {
            let now = start + .nanoseconds(Int64(moment * 1e9))
            for _ in 0..<100 where bucket.take(at: now) { count += 1 }
        }
        #expect(count == admitted)
    }

    @Test("a clock that goes back gives no tokens and takes none") func goesBack() {
        var bucket = TokenBucket(ThrottleLimit(rate: 1, burst: 2))
        let taken = [10, 0, 0, 10, 11].map { bucket.take(at: start + .seconds($0)) }
        #expect(taken == [true, true, false, false, true])
    }
}
