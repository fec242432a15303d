/// One worker's figures of one request name.
package struct RequestShard: Sendable {
    package private(set) var responseTime = LatencyHistogram()
    package private(set) var serviceTime = LatencyHistogram()
    private var outcomes = [UInt64](repeating: 0, count: Outcome.count)
    package private(set) var count: UInt64 = 0
    package private(set) var errors: UInt64 = 0
    package private(set) var cacheHits: UInt64 = 0
    package private(set) var cacheMisses: UInt64 = 0

    package init() {}

    /// Records one request.
    ///
    /// - Parameters:
    ///   - responseTime: nanoseconds from the moment it was due.
    ///   - serviceTime: nanoseconds from the actual send; nil for one that was never sent.
    package mutating func record(_ outcome: Outcome, isError: Bool, responseTime: UInt64, serviceTime: UInt64?) {
        outcomes[outcome.index] &+= 1
        count &+= 1
        if isError { errors &+= 1 }
        self.responseTime.record(responseTime)
        if let serviceTime { self.serviceTime.record(serviceTime) }
    }

    package mutating func recordCache(hit: Bool) {
        if hit { cacheHits &+= 1 } else { cacheMisses &+= 1 }
    }

    package mutating func add(_ other: RequestShard) {
        responseTime.add(other.responseTime)
        serviceTime.add(other.serviceTime)
        for index in outcomes.indices { outcomes[index] &+= other.outcomes[index] }
        count &+= other.count
        errors &+= other.errors
        cacheHits &+= other.cacheHits
        cacheMisses &+= other.cacheMisses
    }

    /// - Parameter percentiles: points that the spectra must hold.
    package func summary(
        name: String, method: String, showsCache: Bool, percentiles: [Double] = []
    ) -> RequestSummary {
        var named: [String: UInt64] = [:]
        for (index, count) in outcomes.enumerated() where count > 0 {
            named[Outcome(index: index).name, default: 0] += count
        }
        return RequestSummary(
            name: name, method: method, count: count, errors: errors, outcomes: named,
            responseTime: responseTime.summary(percentiles: percentiles),
            serviceTime: serviceTime.summary(percentiles: percentiles), cacheHits: showsCache ? cacheHits : nil,
            cacheMisses: showsCache ? cacheMisses : nil)
    }
}
