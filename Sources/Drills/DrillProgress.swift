/// What a drill tells while it works.
package enum DrillProgress: Sendable, Equatable {
    /// A phase begins: `load`, `cache`, `stream`, `alarms`, `reconciliation`.
    case phase(String, detail: String)
    /// A line of news within the phase.
    case note(String)
    /// The warm-up, whose figures are not recorded.
    case warmup(second: Int, total: Int)
    /// The load's figures of the last second.
    case load(
        second: Int, total: Int, requestsPerSecond: Double, p95Milliseconds: Double, errors: UInt64, inFlight: Int)
}
