import EmulatedMonitoring
import EmulatorCore
import ExactJSON
import NIOCore
import Synchronization
import Timekeeping

/// The log stream of one execution environment: what the process writes, between the lines of the service.
final class FunctionLog: Sendable {
    private struct State {
        var lines = LineSplitter(maximumLineBytes: FunctionLog.maximumLineBytes)
        var tail = LogTail(capacity: FunctionLog.tailBytes)
    }

    /// A longer line is cut into several events; CloudWatch Logs takes 256 KiB with its 26 bytes of overhead.
    static let maximumLineBytes = 262_118
    /// How much of its log an invocation shows when asked (Invoke's LogType).
    static let tailBytes = 4096

    let group: String
    let stream: String
    private let format: FunctionLogging.Format
    /// Whether the service's lines of the level INFO are wanted.
    private let hasPlatformLines: Bool
    private let logs: LogsService
    private let clock: VirtualClock
    private let state = Mutex(State())

    init(function: LambdaFunction, logs: LogsService, clock: VirtualClock) {
        group = function.logging.group
        format = function.logging.format
        hasPlatformLines = format == .text || function.logging.systemLevel != "WARN"
        self.logs = logs
        self.clock = clock
        let day = CivilTime(clock.now)
        let date = "\(day.year)/\(HTTPDate.twoDigits(day.month))/\(HTTPDate.twoDigits(day.day))"
        stream = "\(date)/[\(function.version)]\(Identifiers.hex(32))"
    }

    /// Adds a line of the service's own.
    func append(platform line: PlatformLine) {
        guard hasPlatformLines else { return }
        let text =
            switch format {
            case .text: line.text
            case .json: line.json(at: clock.now).text
            }
        state.withLock { $0.tail.append(line: text.utf8) }
        store([text])
    }

    /// Adds output of the process; each full line becomes an event.
    func append(_ output: ByteBuffer) {
        let lines = state.withLock { state in
            var lines: [String] = []
            output.withUnsafeReadableBytes { bytes in
                state.lines.split(bytes) { line in
                    lines.append(String(decoding: line, as: UTF8.self))
                    state.tail.append(line: line)
                }
            }
            return lines
        }
        store(lines)
    }

    /// Starts a new invocation's tail.
    func beginInvocation() { state.withLock { $0.tail.clear() } }

    /// Turns what the process wrote without a line's end into an event, and adds the lines that end an invocation.
    func endInvocation(_ report: InvocationReport) {
        let ending =
            switch format {
            case .text: report.logLines
            case .json: hasPlatformLines ? report.jsonLines(at: clock.now) : []
            }
        let lines = state.withLock { state in
            var lines: [String] = []
            state.lines.finish { line in
                lines.append(String(decoding: line, as: UTF8.self))
                state.tail.append(line: line)
            }
            for line in ending { state.tail.append(line: line.utf8) }
            return lines + ending
        }
        store(lines)
    }

    var tail: [UInt8] { state.withLock { $0.tail.bytes } }

    private func store(_ lines: [String]) {
        guard !lines.isEmpty else { return }
        let now = clock.now.millisecondsSinceEpoch
        logs.append(
            group: group, stream: stream, events: lines.map { LogEvent(timestamp: now, message: $0) })
    }
}
