import EmulatorCore
import Synchronization
import Testing
import Timekeeping

/// Real time that moves only when told to, and counts how often it was read.
private final class ManualTime: Sendable {
    private let state: Mutex<(now: Timestamp, reads: Int)>

    init(_ seconds: Int64 = 1_000_000_000) {
        state = Mutex((Timestamp(nanosecondsSinceEpoch: seconds * 1_000_000_000), 0))
    }

    var now: Timestamp {
        state.withLock { state in
            state.reads += 1
            return state.now
        }
    }

    var reads: Int { state.withLock { $0.reads } }

    func move(by duration: Duration) { state.withLock { $0.now = $0.now + duration } }
}

/// What happened, in order.
private final class Diary: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ line: String) { lines.withLock { $0.append(line) } }
    var entries: [String] { lines.withLock { $0 } }
}

@Suite struct VirtualClockTests {
    private let time = ManualTime()
    private let diary = Diary()

    private func clock() -> VirtualClock { VirtualClock { [time] in time.now } }

    @Test("an advance moves the clock by exactly its duration") func moves() async {
        let clock = clock()
        let before = clock.now
        await clock.advance(by: .seconds(30))
        #expect(clock.now - before == .seconds(30))
        #expect(clock.offset == .seconds(30))
    }

    @Test("a negative advance counts as none") func neverBackwards() async {
        let clock = clock()
        await clock.advance(by: .seconds(5))
        let before = clock.now
        await clock.advance(by: .seconds(-3600))
        #expect(clock.now == before)
    }

    @Test("timers run in order of their due times, each at its own moment") func order() async {
        let clock = clock()
        let start = clock.now
        for (name, seconds) in [("c", 30), ("a", 10), ("b", 20), ("late", 41)] {
            clock.schedule(after: .seconds(seconds)) { [diary] in
                diary.note("\(name) \((clock.now - start).components.seconds)")
            }
        }
        await clock.advance(by: .seconds(40))
        #expect(diary.entries == ["a 10", "b 20", "c 30"])
    }

    @Test("timers due at the same moment run in the order they were set") func sameMoment() async {
        let clock = clock()
        let due = clock.now + .seconds(1)
        for name in 0..<20 { clock.schedule(at: due) { [diary] in diary.note("\(name)") } }
        await clock.advance(by: .seconds(1))
        #expect(diary.entries == (0..<20).map(String.init))
    }

    @Test("a timer that an action sets within the advanced time runs in the same advance") func chained() async {
        let clock = clock()
        clock.schedule(after: .seconds(1)) { [diary] in
            clock.schedule(after: .seconds(1)) { diary.note("second") }
        }
        await clock.advance(by: .seconds(2))
        #expect(diary.entries == ["second"])
    }

    @Test("a cancelled timer does not run") func cancels() async {
        let clock = clock()
        let id = clock.schedule(after: .seconds(1)) { [diary] in diary.note("ran") }
        clock.cancel(id)
        await clock.advance(by: .seconds(2))
        #expect(diary.entries.isEmpty)
    }

    @Test("a periodic action gets every multiple of its period, after its delay") func periodic() async {
        let clock = clock()
        let start = clock.now
        clock.every(.seconds(60), delay: .seconds(5)) { [diary] boundary in
            diary.note("\(boundary.wholeSecondsSinceEpoch % 60) \((clock.now - boundary).components.seconds)")
        }
        await clock.advance(by: .seconds(600))
        #expect(diary.entries == Array(repeating: "0 5", count: 10))
        #expect(clock.now - start == .seconds(600))
    }

    @Test("a periodic action that takes longer than its period loses no multiple") func slowPeriodic() async {
        let clock = clock()
        clock.every(.seconds(60)) { [diary, time] boundary in
            diary.note("\(boundary.wholeSecondsSinceEpoch / 60)")
            time.move(by: .seconds(150))
        }
        await clock.advance(by: .seconds(300))
        let minutes = diary.entries.compactMap { Int($0) }
        #expect(minutes.count >= 5)
        #expect(zip(minutes, minutes.dropFirst()).allSatisfy { $1 == $0 + 1 })
    }

    @Test("the clock goes on when the machine's clock is set back") func setBack() {
        let clock = clock()
        let before = clock.now
        time.move(by: .seconds(-3600))
        #expect(clock.now == before)
        time.move(by: .seconds(2))
        #expect(clock.now - before == .seconds(2))
    }

    @Test("advances are serialised") func serialised() async {
        let clock = clock()
        let start = clock.now
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { await clock.advance(by: .seconds(10)) } }
        }
        #expect(clock.now - start == .seconds(80))
    }

    @Test("an advance waits for an action that is already running") func waitsForRunning() async {
        let clock = VirtualClock()
        let started = AsyncStream<Void>.makeStream()
        let release = AsyncStream<Void>.makeStream()
        let diary = diary
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await clock.run() }
            clock.schedule(after: .zero) {
                started.continuation.finish()
                for await _ in release.stream {}
                diary.note("action")
            }
            for await _ in started.stream {}
            let advanced = AsyncStream<Void>.makeStream()
            group.addTask {
                await clock.advance(by: .seconds(60))
                diary.note("advance")
                advanced.continuation.finish()
            }
            release.continuation.finish()
            for await _ in advanced.stream {}
            group.cancelAll()
        }
        #expect(diary.entries == ["action", "advance"])
    }

    @Test("timers that were missed while the machine slept run one after the other") func missed() async {
        let clock = clock()
        let done = AsyncStream<Void>.makeStream()
        for name in 0..<50 {
            clock.schedule(after: .seconds(name + 1)) { [diary] in
                await Task.yield()
                diary.note("\(name)")
            }
        }
        clock.schedule(after: .seconds(60)) { done.continuation.finish() }
        time.move(by: .seconds(3600))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await clock.run() }
            for await _ in done.stream {}
            group.cancelAll()
        }
        #expect(diary.entries == (0..<50).map(String.init))
    }

    @Test("waiting for a timer does not spin, also after an earlier wait timed out") func idles() async {
        let reads = Mutex(0)
        let clock = VirtualClock {
            reads.withLock { $0 += 1 }
            return Timestamp.system()
        }
        let done = AsyncStream<Void>.makeStream()
        let start = clock.now
        clock.schedule(at: start + .milliseconds(20)) {}
        clock.schedule(at: start + .milliseconds(80)) { done.continuation.finish() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await clock.run() }
            for await _ in done.stream {}
            group.cancelAll()
        }
        // Two waits and their timers take a handful of looks at the clock; a spinning wait takes tens of thousands.
        #expect(reads.withLock { $0 } < 100)
    }

    @Test("a sleeper wakes at its deadline") func sleeps() async {
        let clock = VirtualClock()
        let deadline = clock.now + .milliseconds(5)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await clock.run() }
            await clock.sleep(until: deadline)
            group.cancelAll()
        }
        #expect(clock.now >= deadline)
    }

    @Test("a cancelled sleeper wakes at once") func cancelledSleep() async {
        let clock = clock()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await clock.sleep(until: clock.now + .seconds(1_000_000)) }
            group.cancelAll()
        }
        #expect(clock.offset == .zero)
    }
}
