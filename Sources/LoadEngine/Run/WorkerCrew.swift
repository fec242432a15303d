import CLibcurl
import LoadMetrics
import Synchronization

/// All workers of a run. Threads come and go with the phases; the workers' connections stay.
struct WorkerCrew {
    private let members: [Member]
    private let board: ProgressBoard

    /// Nil when the system has no descriptors left.
    init?(plan: LoadPlan, board: ProgressBoard, resolved: String?) {
        let markers = OriginMarkers()
        var members: [Member] = []
        for number in 0..<plan.workers {
            guard
                let worker = Worker(plan: plan, number: number, board: board, markers: markers, resolved: resolved),
                let member = Member(worker)
            else { return nil }
            members.append(member)
        }
        self.members = members
        self.board = board
    }

    /// Runs one phase on a thread a worker and waits for all; nil when the system has no threads left.
    ///
    /// - Parameter onSecond: called about once a second with the monotonic time.
    func run(_ phase: WorkerPhase, onSecond: (UInt64) -> Void) -> WorkerFigures? {
        var threads: [ThreadBox] = []
        for member in members {
            member.prepare()
            guard let thread = OSThread({ member.run(phase) }) else {
                board.stop()
                for thread in threads { thread.join() }
                return nil
            }
            threads.append(ThreadBox(thread))
        }
        var next = max(phase.start, firedrill_monotonic_nanoseconds()) &+ 1_000_000_000
        for member in members {
            while !member.isDone {
                let now = firedrill_monotonic_nanoseconds()
                if now >= next {
                    onSecond(now)
                    next &+= 1_000_000_000
                } else {
                    member.waitUntilDone(milliseconds: Int32((next - now) / 1_000_000) + 1)
                }
            }
        }
        for thread in threads { thread.join() }
        return members.map(\.figures).reduce(into: WorkerFigures()) { $0.add($1) }
    }

    /// `@unchecked Sendable`: a worker is touched by its own thread from the thread's start to its end, and by the
    /// crew's only before and after.
    private final class Member: @unchecked Sendable {
        private var worker: Worker
        private(set) var figures = WorkerFigures()
        private let done = Atomic<Bool>(false)
        private let doneSignal: Int32

        init?(_ worker: consuming Worker) {
            let signal = firedrill_wakeup_create()
            self.worker = worker
            doneSignal = signal
            if signal < 0 { return nil }
        }

        deinit { firedrill_close(doneSignal) }

        var isDone: Bool { done.load(ordering: .acquiring) }

        func prepare() {
            firedrill_wakeup_clear(doneSignal)
            done.store(false, ordering: .relaxed)
        }

        func run(_ phase: WorkerPhase) {
            figures = worker.run(phase)
            done.store(true, ordering: .releasing)
            firedrill_wakeup_signal(doneSignal)
        }

        func waitUntilDone(milliseconds: Int32) {
            _ = firedrill_wait_readable(doneSignal, milliseconds)
        }
    }

    /// An array holds no value that cannot be copied.
    private final class ThreadBox {
        private var thread: OSThread?
        init(_ thread: consuming OSThread) { self.thread = consume thread }
        func join() { if let running = thread.take() { running.join() } }
    }
}
