import EmulatorCore
import ExactJSON
import Timekeeping

/// The one door that AWS does not have: reading and advancing the emulator's clock.
struct ClockEndpoint: Sendable {
    static let path = "/_firedrill/clock"
    /// So far the clock goes in one step; every minute on the way is lived through.
    static let longestAdvanceSeconds = 30.0 * 86_400

    var clock: VirtualClock
    var mode: ClockMode

    func answer(_ request: ServerRequest) -> ServerAnswer {
        switch (request.method, request.path) {
        case ("GET", "/_firedrill/clock"): return .now(RESTAnswer.json(state))
        case ("POST", "/_firedrill/clock/advance"): return advance(request)
        default: return .now(Self.failure(404, "NotFound", "\(request.method) \(request.path) is not known."))
        }
    }

    private func advance(_ request: ServerRequest) -> ServerAnswer {
        guard mode == .skip else {
            return .now(
                Self.failure(409, "ClockIsReal", "This emulator runs in real time; its clock cannot be advanced."))
        }
        guard let seconds = (try? JSONValue(parsing: request.body))?["seconds"]?.doubleValue, seconds >= 0,
            seconds <= Self.longestAdvanceSeconds
        else {
            let message = #"The body must be {"seconds": n} with n from 0 to \#(Int(Self.longestAdvanceSeconds))."#
            return .now(Self.failure(400, "InvalidAdvance", message))
        }
        return .later { [clock] in
            await clock.advance(by: .nanoseconds(Int64(seconds * 1e9)))
            return RESTAnswer.json(["now": .double(clock.now.secondsSinceEpoch)])
        }
    }

    private var state: JSONValue {
        [
            "now": .double(clock.now.secondsSinceEpoch), "offsetSeconds": .double(clock.offset.inSeconds),
            "mode": .string(mode.rawValue),
        ]
    }

    private static func failure(_ status: Int, _ code: String, _ message: String) -> ServerResponse {
        RESTAnswer.json(["code": .string(code), "message": .string(message)], status: status)
    }
}

/// Whether the emulator's clock may be advanced.
package enum ClockMode: String, Sendable {
    /// It is the machine's.
    case real
    /// Idle waiting can be skipped.
    case skip
}
