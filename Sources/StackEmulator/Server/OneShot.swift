import Synchronization

/// A value that is set once and waited for once; whoever sets it first wins.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<Value, Never>)
        case fulfilled(Value)
        case taken
    }

    private let state = Mutex(State.empty)

    /// Sets the value; false when it was set before.
    @discardableResult
    func fulfill(_ value: Value) -> Bool {
        let (isFirst, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
            switch state {
            case .empty:
                state = .fulfilled(value)
                return (true, nil)
            case .waiting(let continuation):
                state = .taken
                return (true, continuation)
            case .fulfilled, .taken: return (false, nil)
            }
        }
        waiter?.resume(returning: value)
        return isFirst
    }

    /// The value, as soon as it is set. Only one task may ask.
    var value: Value {
        get async {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state -> Value? in
                    switch state {
                    case .fulfilled(let value):
                        state = .taken
                        return value
                    case .empty:
                        state = .waiting(continuation)
                        return nil
                    case .waiting, .taken: preconditionFailure("a one-shot value has one reader")
                    }
                }
                if let ready { continuation.resume(returning: ready) }
            }
        }
    }
}
