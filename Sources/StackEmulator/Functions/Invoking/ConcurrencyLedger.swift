import Synchronization

/// How many invocations run at once, of each function and of the account, and how many may.
///
/// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
final class ConcurrencyLedger: Sendable {
    enum Verdict: Sendable, Equatable {
        /// The invocation may run; so many of the function run now.
        case granted(running: Int)
        /// The function's reserved concurrency is used up.
        case reservedLimit
        /// The account's unreserved concurrency is used up, or as many processes run as this machine is meant to carry.
        case accountLimit
    }

    private struct State {
        var reserved: [String: Int] = [:]
        var running: [String: Int] = [:]
        /// Of functions without reserved concurrency.
        var unreservedRunning = 0

        var reservedSum: Int { reserved.values.reduce(0, +) }
    }

    /// What must stay unreserved.
    static let unreservedMinimum = 100

    /// The account's limit.
    let limit: Int
    private let perFunction: Int
    private let state = Mutex(State())

    /// - Parameter perFunction: the emulator's own limit of processes of a function.
    init(limit: Int, perFunction: Int) {
        self.limit = limit
        self.perFunction = perFunction
    }

    var unreserved: Int { max(0, limit - state.withLock { $0.reservedSum }) }

    func reserved(of function: String) -> Int? { state.withLock { $0.reserved[function] } }

    /// Sets or removes a function's reserved concurrency; false when too little would stay unreserved.
    func reserve(_ count: Int?, for function: String) -> Bool {
        state.withLock { state in
            let before = state.reserved[function]
            if let count, limit - (state.reservedSum - (before ?? 0)) - count < min(Self.unreservedMinimum, limit) {
                return false
            }
            state.reserved[function] = count
            let running = state.running[function] ?? 0
            if before == nil, count != nil { state.unreservedRunning -= running }
            if before != nil, count == nil { state.unreservedRunning += running }
            return true
        }
    }

    func begin(_ function: String) -> Verdict {
        state.withLock { state in
            let running = state.running[function] ?? 0
            if let reserved = state.reserved[function] {
                if running >= reserved { return .reservedLimit }
            } else {
                if state.unreservedRunning >= limit - state.reservedSum { return .accountLimit }
            }
            if running >= perFunction { return .accountLimit }
            if state.reserved[function] == nil { state.unreservedRunning += 1 }
            state.running[function] = running + 1
            return .granted(running: running + 1)
        }
    }

    func end(_ function: String) {
        state.withLock { state in
            let running = (state.running[function] ?? 1) - 1
            state.running[function] = running > 0 ? running : nil
            if state.reserved[function] == nil { state.unreservedRunning -= 1 }
        }
    }
}
