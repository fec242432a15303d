import ExactJSON
import NIOHTTP1

/// What a stage writes of one request into its execution log.
///
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
struct ExecutionLog: Sendable {
    /// An event's limit; what is longer is cut.
    static let maximumBytes = 1024

    private let requestID: String
    private let level: LoggingLevel
    private let traces: Bool
    private(set) var lines: [String] = []

    init(requestID: String, level: LoggingLevel, traces: Bool) {
        self.requestID = requestID
        self.level = level
        self.traces = traces
    }

    /// A step of the execution.
    mutating func info(_ text: @autoclosure () -> String) {
        if level == .info { append(text()) }
    }

    /// What a request or an answer holds; only with data trace.
    mutating func trace(_ text: @autoclosure () -> String) {
        if level == .info, traces { append(text()) }
    }

    mutating func error(_ text: @autoclosure () -> String) {
        if level != .off { append(text()) }
    }

    private mutating func append(_ text: String) {
        let line = "(\(requestID)) \(text)"
        guard line.utf8.count > Self.maximumBytes else { return lines.append(line) }
        lines.append(String(decoding: line.utf8.prefix(Self.maximumBytes - 11), as: UTF8.self) + "[TRUNCATED]")
    }

    /// `{a=1, b=2}`, with what would let a reader of the log act for the caller taken out.
    static func list(_ headers: HTTPHeaders) -> String {
        list(headers.map { ($0.name, $0.value) })
    }

    static func list(_ items: [(name: String, value: String)]) -> String {
        let secret: Set<String> = ["authorization", "x-api-key", "x-amz-security-token", "cookie"]
        return "{"
            + items.map { name, value in
                let isSecret = secret.contains(name.lowercased())
                return
                    "\(name)=\(isSecret ? String(repeating: "*", count: max(0, value.count - 6)) + value.suffix(6) : value)"
            }.joined(separator: ", ") + "}"
    }
}
