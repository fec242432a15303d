/// What the cache probe saw.
package struct CacheObservation: Codable, Sendable, Equatable {
    package struct AgeSample: Codable, Sendable, Equatable {
        /// Age of the entry when it was asked for, in seconds on the target's clock.
        package var ageSeconds: Double
        package var hit: Bool
        package init(ageSeconds: Double, hit: Bool) {
            self.ageSeconds = ageSeconds
            self.hit = hit
        }
    }

    /// The TTL lies between the greatest age still served and the smallest age that was refetched.
    package struct Interval: Codable, Sendable, Equatable {
        package var estimate: Double, low: Double, high: Double
        package init(estimate: Double, low: Double, high: Double) {
            self.estimate = estimate
            self.low = low
            self.high = high
        }
    }

    package struct Staleness: Codable, Sendable, Equatable {
        /// Writes followed by a read within the TTL.
        package var writes: Int
        /// Reads that answered with the value before the write.
        package var staleReads: Int
        /// Longest time after a write at which the old value was still served, in seconds.
        package var maxSeconds: Double
        /// Age at which the new value appeared, in seconds; nil when it never did.
        package var freshAfterSeconds: Double?
        package init(writes: Int, staleReads: Int, maxSeconds: Double, freshAfterSeconds: Double? = nil) {
            self.writes = writes
            self.staleReads = staleReads
            self.maxSeconds = maxSeconds
            self.freshAfterSeconds = freshAfterSeconds
        }
    }

    package var promisedTTLSeconds: Double
    /// How hits were told from misses: `originMarker`.
    package var method: String
    package var hits: UInt64
    package var misses: UInt64
    /// Nil when no entry was ever served from the cache, or none ever expired.
    package var ttlSeconds: Interval?
    package var ages: [AgeSample]
    package var staleness: Staleness?
    /// Reads that answered with another item than was asked for, of how many.
    package var crossKeyBleed: Int
    package var crossKeyReads: Int

    package init(
        promisedTTLSeconds: Double, method: String, hits: UInt64 = 0, misses: UInt64 = 0, ttlSeconds: Interval? = nil,
        ages: [AgeSample] = [], staleness: Staleness? = nil, crossKeyBleed: Int = 0, crossKeyReads: Int = 0
    ) {
        self.promisedTTLSeconds = promisedTTLSeconds
        self.method = method
        self.hits = hits
        self.misses = misses
        self.ttlSeconds = ttlSeconds
        self.ages = ages
        self.staleness = staleness
        self.crossKeyBleed = crossKeyBleed
        self.crossKeyReads = crossKeyReads
    }
}

/// What the stream probe saw.
package struct StreamObservation: Codable, Sendable, Equatable {
    package struct Sample: Codable, Sendable, Equatable {
        /// Seconds since the probe's first write at which this one was sent.
        package var sentSeconds: Double
        /// From the client's send until the handler processed the record; nil when it was never seen.
        package var lagMilliseconds: Double?
        /// INSERT, MODIFY or REMOVE.
        package var event: String
        package init(sentSeconds: Double, lagMilliseconds: Double?, event: String) {
            self.sentSeconds = sentSeconds
            self.lagMilliseconds = lagMilliseconds
            self.event = event
        }
    }

    package var written: Int
    package var delivered: Int
    package var lost: Int
    package var duplicated: Int
    package var outOfOrder: Int
    package var lag: LatencySummary
    package var samples: [Sample]

    package init(
        written: Int, delivered: Int, lost: Int, duplicated: Int, outOfOrder: Int, lag: LatencySummary,
        samples: [Sample] = []
    ) {
        self.written = written
        self.delivered = delivered
        self.lost = lost
        self.duplicated = duplicated
        self.outOfOrder = outOfOrder
        self.lag = lag
        self.samples = samples
    }
}

/// What the drill did to one alarm and what the alarm did.
package struct AlarmObservation: Codable, Sendable, Equatable {
    /// One side of the drill: what was sent, what CloudWatch saw of it, what the alarm said.
    package struct Side: Codable, Sendable, Equatable {
        /// What our requests add up to on the alarm's metric, and how many requests were sent for this alarm.
        package var sent: Double
        package var requests: Int
        /// The metric's value over one period as CloudWatch has it; nil when it has no datapoint.
        package var datapoint: Double?
        package var state: String
        package var verdict: CheckVerdict
        package init(sent: Double, requests: Int, datapoint: Double?, state: String, verdict: CheckVerdict) {
            self.sent = sent
            self.requests = requests
            self.datapoint = datapoint
            self.state = state
            self.verdict = verdict
        }
    }

    package struct Event: Codable, Sendable, Equatable {
        /// Seconds since the alarm drill began, on the target's clock.
        package var second: Double
        /// `sent`, `datapoint`, `state`, `action`.
        package var kind: String
        package var value: Double?
        package var text: String
        package init(second: Double, kind: String, value: Double? = nil, text: String) {
            self.second = second
            self.kind = kind
            self.value = value
            self.text = text
        }
    }

    package var name: String
    /// `AWS/ApiGateway 4XXError {ApiName=..., Stage=...} Sum/300s`.
    package var metric: String
    /// `>= 10 in 1 of 2`.
    package var condition: String
    package var threshold: Double
    package var periodSeconds: Int
    /// The fault that was used: `GET /items/{id} answered 404`.
    package var fault: String
    /// `realTraffic`, `shadowMetric`, `forcedState` or `none`.
    package var evidence: String
    package var verdict: CheckVerdict
    package var belowThreshold: Side?
    package var atThreshold: Side?
    /// From the minute in which the faults began to ALARM, and from there to OK, in seconds on the target's clock.
    package var firedAfterSeconds: Double?
    package var clearedAfterSeconds: Double?
    /// Datapoints that the history says were evaluated when it fired.
    package var evaluatedDatapoints: [Double]
    /// The actions that the history says were carried out on firing.
    package var actions: [String]
    package var timeline: [Event]
    package var findings: [Finding]
    /// Whether the alarm's message came through its topic to a queue; nil when that was not tried.
    package var delivered: Bool?

    package init(
        name: String, metric: String, condition: String, threshold: Double, periodSeconds: Int, fault: String,
        evidence: String, verdict: CheckVerdict, belowThreshold: Side? = nil, atThreshold: Side? = nil,
        firedAfterSeconds: Double? = nil, clearedAfterSeconds: Double? = nil, evaluatedDatapoints: [Double] = [],
        actions: [String] = [], timeline: [Event] = [], findings: [Finding] = []
    ) {
        self.name = name
        self.metric = metric
        self.condition = condition
        self.threshold = threshold
        self.periodSeconds = periodSeconds
        self.fault = fault
        self.evidence = evidence
        self.verdict = verdict
        self.belowThreshold = belowThreshold
        self.atThreshold = atThreshold
        self.firedAfterSeconds = firedAfterSeconds
        self.clearedAfterSeconds = clearedAfterSeconds
        self.evaluatedDatapoints = evaluatedDatapoints
        self.actions = actions
        self.timeline = timeline
        self.findings = findings
    }
}

/// Our own count beside CloudWatch's for the same time.
package struct ReconciliationRow: Codable, Sendable, Equatable {
    package var metric: String
    package var client: Double
    /// Nil when CloudWatch has no datapoint.
    package var cloudWatch: Double?
    /// Largest difference that still passes, in requests.
    package var tolerance: Double
    package var verdict: CheckVerdict
    package init(metric: String, client: Double, cloudWatch: Double?, tolerance: Double, verdict: CheckVerdict) {
        self.metric = metric
        self.client = client
        self.cloudWatch = cloudWatch
        self.tolerance = tolerance
        self.verdict = verdict
    }
}

/// The outcome of one check.
package enum CheckVerdict: String, Codable, Sendable { case pass, fail, invalid, skipped }

/// One thing that was checked, in words and figures.
package struct Check: Codable, Sendable, Equatable {
    package enum Kind: String, Codable, Sendable {
        case threshold, cache, stream, alarm, reconciliation, generator, wiring
    }

    /// Stable and unique within a run: `alarm.api-4xx-errors-dev.fires`.
    package var id: String
    package var kind: Kind
    package var name: String
    package var verdict: CheckVerdict
    package var expected: String
    package var actual: String
    /// Why it failed, or what makes it pass, in one sentence.
    package var reason: String

    package init(
        id: String, kind: Kind, name: String, verdict: CheckVerdict, expected: String, actual: String, reason: String
    ) {
        self.id = id
        self.kind = kind
        self.name = name
        self.verdict = verdict
        self.expected = expected
        self.actual = actual
        self.reason = reason
    }
}
