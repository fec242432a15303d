import ArgumentParser
import StackEmulator

/// `RATE/BURST` or `none`.
struct ThrottleChoice: ExpressibleByArgument {
    /// Nil for no limit.
    var limit: ThrottleLimit?

    init(limit: ThrottleLimit?) { self.limit = limit }

    init?(argument: String) {
        if argument == "none" {
            limit = nil
            return
        }
        let parts = argument.split(separator: "/")
        guard parts.count == 2, let rate = Double(parts[0]), rate >= 0, rate.isFinite, let burst = Int(parts[1]),
            burst >= 0
        else { return nil }
        limit = ThrottleLimit(rate: rate, burst: burst)
    }

    var defaultValueDescription: String {
        limit.map { "\(Int($0.rate))/\($0.burst)" } ?? "none"
    }
}
