import CLibcurl
import LoadMetrics
import Synchronization

/// Where workers put their figures once a second, and where they are told to stop.
final class ProgressBoard: Sendable {
    struct Totals: Sendable {
        var started: UInt64 = 0
        var dropped: UInt64 = 0
        var requests: UInt64 = 0
        var errors: UInt64 = 0
        var inFlight: [Int]
        /// The last second that all workers have closed.
        var last: TimelinePoint?
    }

    private struct State {
        var open: [Int: (shard: SecondShard, workers: Int)] = [:]
        var points: [TimelinePoint] = []
        var totals: Totals
    }

    private let workers: Int
    private let state: Mutex<State>
    private let stopTime = Atomic<UInt64>(.max)
    /// Wakes every worker's loop.
    let wakeup: Int32

    init?(workers: Int) {
        let wakeup = firedrill_wakeup_create()
        guard wakeup >= 0 else { return nil }
        self.wakeup = wakeup
        self.workers = workers
        state = Mutex(State(totals: Totals(inFlight: [Int](repeating: 0, count: workers))))
    }

    deinit { firedrill_close(wakeup) }

    /// Monotonic nanoseconds; `.max` while nobody has asked to stop.
    var stoppedAt: UInt64 { stopTime.load(ordering: .relaxed) }

    func stop() {
        _ = stopTime.compareExchange(
            expected: .max, desired: firedrill_monotonic_nanoseconds(), ordering: .relaxed)
        firedrill_wakeup_signal(wakeup)
    }

    /// One worker's second is over.
    func publish(second: Int, shard: SecondShard, inFlight: Int, worker: Int) {
        state.withLock { state in
            var entry = state.open[second] ?? (SecondShard(), 0)
            entry.shard.add(shard)
            entry.workers += 1
            state.totals.started &+= shard.started
            state.totals.dropped &+= shard.dropped
            state.totals.requests &+= shard.requests
            state.totals.errors &+= shard.errors
            state.totals.inFlight[worker] = inFlight
            if entry.workers == workers {
                state.open[second] = nil
                let point = entry.shard.point(second: second)
                state.points.append(point)
                state.totals.last = point
            } else {
                state.open[second] = entry
            }
        }
    }

    var totals: Totals { state.withLock(\.totals) }

    /// Every second's figures, those that not all workers reached included.
    func timeline() -> [TimelinePoint] {
        state.withLock { state in
            (state.points + state.open.map { $1.shard.point(second: $0) }).sorted { $0.second < $1.second }
        }
    }
}
