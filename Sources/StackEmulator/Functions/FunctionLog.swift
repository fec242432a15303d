import EmulatedMonitoring
import EmulatorCore
import NIOCore
import Synchronization
import Timekeeping

/// The log stream of one execution environment: what the process writes, between the lines of the service.
final class FunctionLog: Sendable {
    private struct State {
        var unfinished: [UInt8] = []
        /// What was logged since the invocation began, at most `tailBytes` of it.
        var tail: [UInt8] = []
    }

    /// A longer line is cut into several events; CloudWatch Logs takes 256 KiB with its 26 bytes of overhead.
    static let maximumLineBytes = 262_118
    /// How much of its log an invocation shows when asked (Invoke's LogType).
    static let tailBytes = 4096

    let group: String
    let stream: String
    private let logs: LogsService
    private let clock: VirtualClock
    private let state = Mutex(State())

    init(group: String, logs: LogsService, clock: VirtualClock) {
        self.group = group
        self.logs = logs
        self.clock = clock
        let day = CivilTime(clock.now)
        stream =
            "\(day.year)/\(HTTPDate.twoDigits(day.month))/\(HTTPDate.twoDigits(day.day))/[$LATEST]\(Identifiers.hex(32))"
    }

    /// Adds a line of the service's own.
    func append(_ line: String) {
        state.withLock { Self.remember(Array(line.utf8), &$0) }
        store([line])
    }

    /// Adds output of the process; each full line becomes an event.
    func append(_ output: ByteBuffer) {
        let lines = state.withLock { state in
            var lines: [String] = []
            var rest = output.readableBytesView[...]
            while !rest.isEmpty {
                let room = Self.maximumLineBytes - state.unfinished.count
                let piece = rest.prefix(room).prefix { $0 != UInt8(ascii: "\n") }
                state.unfinished.append(contentsOf: piece)
                rest = rest[piece.endIndex...]
                let endsLine = rest.first == UInt8(ascii: "\n")
                if endsLine || piece.count == room { Self.finishLine(&state, into: &lines) }
                if endsLine { rest = rest.dropFirst() }
            }
            return lines
        }
        store(lines)
    }

    /// Starts a new invocation's tail.
    func beginInvocation() { state.withLock { $0.tail = [] } }

    /// Turns what the process wrote without a line's end into an event, and gives the invocation's tail.
    func endInvocation() {
        let lines = state.withLock { state in
            var lines: [String] = []
            if !state.unfinished.isEmpty { Self.finishLine(&state, into: &lines) }
            return lines
        }
        store(lines)
    }

    var tail: [UInt8] { state.withLock { $0.tail } }

    private static func finishLine(_ state: inout State, into lines: inout [String]) {
        if state.unfinished.last == UInt8(ascii: "\r") { state.unfinished.removeLast() }
        if !state.unfinished.isEmpty {
            lines.append(String(decoding: state.unfinished, as: UTF8.self))
            remember(state.unfinished, &state)
        }
        state.unfinished.removeAll(keepingCapacity: true)
    }

    private static func remember(_ line: [UInt8], _ state: inout State) {
        state.tail += line.suffix(tailBytes)
        state.tail.append(UInt8(ascii: "\n"))
        if state.tail.count > tailBytes { state.tail.removeFirst(state.tail.count - tailBytes) }
    }

    private func store(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        let now = clock.now.millisecondsSinceEpoch
        logs.append(
            group: group, stream: stream, events: lines.map { LogEvent(timestamp: now, message: $0) })
    }
}
