import LoadMetrics

/// What a set of timed reads says about the time for which a cache keeps an entry.
///
/// An entry's exact age is unknown: it was stored somewhere between the sending and the answering of the read that
/// filled it. A hit proves a TTL above the smallest age it can have had, a miss one at most the greatest.
struct TTLEstimate: Equatable {
    struct Read: Equatable {
        /// The entry's age, from below and from above, in seconds.
        var youngest: Double
        var oldest: Double
        var hit: Bool
    }

    var reads: [Read] = []

    /// Greatest age that is proven to be served still; 0 when there was no hit.
    var low: Double { reads.lazy.filter(\.hit).map(\.youngest).max() ?? 0 }

    /// Smallest age that is proven to be expired; nil when there was no miss older than every hit.
    ///
    /// A miss below the greatest hit is no expiry: a cache may lose an entry early ("best effort"), never keep it late.
    var high: Double? { reads.lazy.filter { !$0.hit && $0.oldest > low }.map(\.oldest).min() }

    /// Nil when nothing was ever served from the cache, or nothing ever expired.
    var interval: CacheObservation.Interval? {
        guard low > 0, let high else { return nil }
        return CacheObservation.Interval(estimate: (low + high) / 2, low: low, high: high)
    }

    /// Ages, in seconds, to read at next; empty when the interval is narrow enough.
    func nextAges(promised: Double, sweep: Int) -> [Double] {
        if sweep == 0 { return [0.05, 0.3, 0.6, 0.85, 0.95, 0.985, 1.01, 1.05, 1.2, 1.5].map { $0 * promised } }
        // Nothing was served at the first sweep's youngest age: the entry may live for less.
        if low == 0 { return sweep == 1 ? [0.003, 0.01, 0.02, 0.035].map { $0 * promised } : [] }
        guard sweep < 4 else { return [] }
        // API Gateway keeps nothing longer than an hour.
        guard let high else { return sweep == 1 ? [2, 4, 10].map { min($0 * promised, 3_660) } : [] }
        guard high - low > max(0.9, promised * 0.03) else { return [] }
        return (1...8).map { low + (high - low) * Double($0) / 9 }
    }
}
