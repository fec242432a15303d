import CLibcurl

/// One connection of a worker: opened and closed by libcurl, used by us in between.
struct Connection {
    enum State {
        case closed
        /// libcurl resolves, connects and shakes hands.
        case opening
        case idle
        /// A part of the request is still to be written.
        case sending
        case waiting
    }

    var state = State.closed
    var handle: UnsafeMutableRawPointer?
    var socket: Int32 = -1
    /// The iteration whose request it carries; -1: none.
    var iteration = -1
    /// Index of the plan's request.
    var request = 0
    /// Monotonic nanoseconds.
    var sentAt: UInt64 = 0
    var deadline: UInt64 = 0
    var idleSince: UInt64 = 0
    /// Requests answered on it.
    var answered = 0
    var parser = ResponseParser()
    /// An unfinished head, as it came so far.
    var pending: [UInt8] = []
    /// The body so far, where it is needed.
    var body: [UInt8] = []
    /// The unsent rest of the request.
    var unsent: [UInt8] = []
    /// A header of the answer was not as expected, or lacked what had to be captured.
    var lacksHeader = false
    var lacksCapture = false
    /// Hash of the origin marker's value; 0: there was none.
    var marker: UInt64 = 0
}

/// A journey under way.
struct Iteration {
    var isActive = false
    var load = 0
    /// The flow's requests among the plan's, and the one it is at.
    var requests = 0..<0
    var request = 0
    /// When the current request is due, monotonic nanoseconds.
    var due: UInt64 = 0
    var writer = SlotWriter(
        sequence: 0, random: SplitMix64(seed: 0), identity: SplitMix64(seed: 0), mark: RunMark(runID: ""))
}
