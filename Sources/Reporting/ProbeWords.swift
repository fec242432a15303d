import LoadMetrics

/// What the cache probe saw, in words.
struct CacheWords {
    var cache: CacheObservation
    init(_ cache: CacheObservation) { self.cache = cache }

    /// `TTL 30.3 of 30 s, 61 hits, 10 misses, no bleed, stale max 29.8 s`.
    var line: String { "TTL \(timeToLive), \(hits), \(bleed)" + (staleness.map { ", " + $0 } ?? "") }

    private var timeToLive: String {
        let promised = Figure.number(cache.promisedTTLSeconds)
        guard let ttl = cache.ttlSeconds else { return "unknown (\(promised) s promised)" }
        return "\(Figure.number((ttl.estimate * 10).rounded() / 10)) of \(promised) s"
    }

    /// The TTL's bounds: `29.8 to 30.4 s`.
    var interval: String {
        guard let ttl = cache.ttlSeconds else {
            return cache.hits == 0 ? "nothing was ever served from the cache" : "no entry was seen to expire"
        }
        return "\(Figure.number(ttl.low)) to \(Figure.number(ttl.high)) s"
    }

    var hits: String { "\(Figure.counted(cache.hits, "hit")), \(Figure.counted(cache.misses, "miss", "misses"))" }

    var bleed: String {
        cache.crossKeyBleed == 0
            ? (cache.crossKeyReads == 0 ? "bleed not tried" : "no bleed")
            : "\(cache.crossKeyBleed) of \(cache.crossKeyReads) answered with another item"
    }

    /// `stale max 29.6 s`.
    var staleness: String? {
        guard let stale = cache.staleness else { return nil }
        return stale.staleReads == 0 ? "never stale" : "stale max \(Figure.number(stale.maxSeconds)) s"
    }
}

/// What the stream probe saw, in words.
struct StreamWords {
    var stream: StreamObservation
    init(_ stream: StreamObservation) { self.stream = stream }

    var line: String {
        let lag =
            stream.lag.count == 0
            ? ""
            : "; lag p50 \(Figure.latency(milliseconds: stream.lag.p50)), p99 \(Figure.latency(milliseconds: stream.lag.p99))"
        return "\(stream.delivered) of \(stream.written) delivered \(faults)\(lag)"
    }

    /// `once and in order`, or how many of each.
    var faults: String {
        let parts = [(stream.lost, "lost"), (stream.duplicated, "doubled"), (stream.outOfOrder, "out of order")]
            .filter { $0.0 > 0 }.map { "\(Figure.count($0.0)) \($0.1)" }
        return parts.isEmpty ? "once and in order" : parts.joined(separator: ", ")
    }
}

/// What one alarm did, in words.
struct AlarmWords {
    var alarm: AlarmObservation
    init(_ alarm: AlarmObservation) { self.alarm = alarm }

    /// `OK at 9, fired at 10 (saw 10), cleared`.
    var line: String {
        var parts: [String] = []
        if let below = alarm.belowThreshold { parts.append(self.below(below)) }
        if let at = alarm.atThreshold { parts.append(self.at(at)) }
        if parts.isEmpty { parts.append("not drilled") }
        if alarm.clearedAfterSeconds != nil {
            parts.append("cleared")
        } else if alarm.firedAfterSeconds != nil {
            parts.append("did not clear")
        }
        return parts.joined(separator: ", ")
    }

    private func below(_ side: AlarmObservation.Side) -> String {
        let state = AlarmState(endOf: side.state)
        let sent = Figure.number(side.sent)
        if state == .alarm { return "RANG at \(sent)" }
        return state == .ok ? "OK at \(sent)" : "\(side.state) at \(sent)"
    }

    private func at(_ side: AlarmObservation.Side) -> String {
        let sent = Figure.number(side.sent)
        let saw = side.datapoint.map { "saw \(Figure.number($0))" } ?? "saw nothing"
        return AlarmState(endOf: side.state) == .alarm ? "fired at \(sent) (\(saw))" : "SILENT at \(sent) (\(saw))"
    }

    /// The grade of the evidence in words; grades are never mixed.
    static func evidence(_ grade: String) -> String {
        switch grade {
        case "realTraffic": "real traffic"
        case "shadowMetric": "data put into a shadow metric"
        case "forcedState": "forced state"
        case "none", "": "none"
        default: grade
        }
    }
}
