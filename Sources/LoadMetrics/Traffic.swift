/// All requests really sent in a stretch of time, warm-up included: what is held against the target's own counts.
package struct Traffic: Codable, Sendable, Equatable {
    /// Requests that got an answer, whatever its status.
    package var answered: UInt64
    package var status4xx: UInt64
    package var status5xx: UInt64
    /// Answers from the cache and from the origin, by origin marker, of requests said to be cached.
    package var cacheHits: UInt64
    package var cacheMisses: UInt64
    /// Requests without a whole answer; the target may or may not have counted them.
    package var transportFailures: UInt64

    package init(
        answered: UInt64 = 0, status4xx: UInt64 = 0, status5xx: UInt64 = 0, cacheHits: UInt64 = 0,
        cacheMisses: UInt64 = 0, transportFailures: UInt64 = 0
    ) {
        self.answered = answered
        self.status4xx = status4xx
        self.status5xx = status5xx
        self.cacheHits = cacheHits
        self.cacheMisses = cacheMisses
        self.transportFailures = transportFailures
    }

    package mutating func add(_ other: Traffic) {
        answered &+= other.answered
        status4xx &+= other.status4xx
        status5xx &+= other.status5xx
        cacheHits &+= other.cacheHits
        cacheMisses &+= other.cacheMisses
        transportFailures &+= other.transportFailures
    }
}
