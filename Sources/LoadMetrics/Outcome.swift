/// How one request ended: exactly one of these for each.
package enum Outcome: Sendable, Equatable {
    /// An answer of this status that was as expected, or of 400 and above.
    case status(Int)
    /// An answer below 400 that was not as expected, or lacked what had to be captured.
    case expectation
    case resolve
    case connect
    case tls
    case timeout
    /// The connection ended before the first byte of the answer.
    case reset
    /// What came was not HTTP/1.1.
    case malformed
    /// The connection ended within the answer.
    case truncated
    /// Still under way when the graceful stop was over.
    case interrupted

    private static let others: [Outcome] = [
        .expectation, .resolve, .connect, .tls, .timeout, .reset, .malformed, .truncated, .interrupted,
    ]

    /// Number of indices: statuses 100...599, then the others.
    package static let count = 500 + others.count

    /// Position in an array of `count` counters.
    package var index: Int {
        switch self {
        case .status(let status): min(max(status, 100), 599) - 100
        case .expectation: 500
        case .resolve: 501
        case .connect: 502
        case .tls: 503
        case .timeout: 504
        case .reset: 505
        case .malformed: 506
        case .truncated: 507
        case .interrupted: 508
        }
    }

    package init(index: Int) {
        self = index < 500 ? .status(index + 100) : Self.others[min(index - 500, Self.others.count - 1)]
    }

    /// Its name in reports: `status_2xx` and `status_3xx` by class, `status_404` and the like exactly.
    package var name: String {
        switch self {
        case .status(let status): status < 400 ? "status_\(status / 100)xx" : "status_\(status)"
        case .expectation: "expectation"
        case .resolve: "resolve"
        case .connect: "connect"
        case .tls: "tls"
        case .timeout: "timeout"
        case .reset: "reset"
        case .malformed: "malformed"
        case .truncated: "truncated"
        case .interrupted: "interrupted"
        }
    }

    /// No answer came.
    package var isTransportFailure: Bool {
        switch self {
        case .status, .expectation: false
        default: true
        }
    }
}
