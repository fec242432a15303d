import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import StackEmulator

@Suite("Quick invocations take turns") struct RunQueueTests {
    private let eventLoop = MultiThreadedEventLoopGroup.singleton.next()

    @Test("no more than the slots run at once, and whoever leaves lets the next one in")
    func turns() async {
        let queue = RunQueue(slots: 2, patience: .seconds(3600))
        let running = Count()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await queue.enter(on: eventLoop)
                    running.state.withLock { running in
                        running.now += 1
                        running.most = max(running.most, running.now)
                    }
                    for _ in 0..<3 { await Task.yield() }
                    running.state.withLock { running in
                        running.now -= 1
                        running.done += 1
                    }
                    queue.leave(after: .milliseconds(1))
                }
            }
        }
        #expect(running.state.withLock { $0.most } <= 2)
        #expect(running.state.withLock { $0.done } == 50)
    }

    @Test("a function that takes long is never held up")
    func slow() async {
        let queue = RunQueue(slots: 1, quick: .milliseconds(10), patience: .seconds(3600))
        await queue.enter(on: eventLoop)
        queue.leave(after: .milliseconds(200))
        // Nobody leaves: each of these would wait for an hour.
        for _ in 0..<10 { await queue.enter(on: eventLoop) }
    }

    @Test("one that is quick once in a while is held up no longer than the patience")
    func patience() async {
        let queue = RunQueue(slots: 1, patience: .milliseconds(1))
        await queue.enter(on: eventLoop)
        // Nobody leaves: only the end of its patience lets this one in.
        await queue.enter(on: eventLoop)
        // Both places are given back: the next one finds a free one.
        queue.leave(after: nil)
        queue.leave(after: nil)
        await queue.enter(on: eventLoop)
    }
}

private final class Count: Sendable {
    let state = Mutex((now: 0, most: 0, done: 0))
}
