#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif
import ScenarioModel

/// When each iteration of a load is due: a function of the rate and the seed alone, whatever the target does.
///
/// Of several workers each walks the whole schedule and takes every n-th arrival, so that their number changes
/// nothing about what is sent when.
struct ArrivalSchedule: Sendable, Sequence, IteratorProtocol {
    struct Arrival: Equatable {
        /// From 0.
        var number: UInt64
        /// Nanoseconds since the load began.
        var due: UInt64
    }

    private let rate: Rate
    private let isPoisson: Bool
    private let limit: UInt64
    private var random: SplitMix64
    private var number: UInt64 = 0
    /// Poisson: the process's own time, in nanoseconds.
    private var elapsed = 0.0

    var ratePerSecond: Double { rate.perSecond }

    /// - Parameter limit: nanoseconds; arrivals are due before it.
    init(rate: Rate, arrivals: LoadSpecification.Arrivals, limit: UInt64, seed: UInt64) {
        self.rate = rate
        isPoisson = arrivals == .poisson
        self.limit = limit
        random = SplitMix64(seed: seed)
    }

    mutating func next() -> Arrival? {
        let due: UInt64
        if isPoisson {
            // The gaps of a Poisson process are exponential: -ln(u) / rate, u in (0, 1].
            let gap = -log(1 - random.unit()) * Double(rate.periodNanoseconds) / Double(rate.count)
            elapsed += gap
            guard elapsed < Double(limit) else { return nil }
            due = UInt64(elapsed)
        } else {
            let (high, low) = number.multipliedFullWidth(by: UInt64(rate.periodNanoseconds))
            let count = UInt64(rate.count)
            guard high < count else { return nil }
            due = count.dividingFullWidth((high, low)).quotient
            guard due < limit else { return nil }
        }
        defer { number += 1 }
        return Arrival(number: number, due: due)
    }
}
