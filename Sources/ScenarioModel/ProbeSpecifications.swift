/// What to find out about the response cache.
package struct CacheProbeSpecification: Sendable, Equatable {
    package enum Check: String, Sendable, CaseIterable {
        case ttl
        case staleness
        case crossKeyBleed = "cross-key-bleed"
    }

    /// Makes the item that is read; its captures are visible to `request` and `update`.
    package var write: Step?
    /// The cached GET.
    package var request: Step
    /// Changes the item behind the cache's back; needed by the staleness check.
    package var update: Step?
    /// What the stack promises; the probe says what it is.
    package var ttl: Duration
    /// The header whose value is new whenever the origin, not the cache, answered.
    package var originMarkerHeader: String
    package var checks: [Check]

    package init(
        write: Step? = nil, request: Step, update: Step? = nil, ttl: Duration, originMarkerHeader: String,
        checks: [Check] = Check.allCases
    ) {
        self.write = write
        self.request = request
        self.update = update
        self.ttl = ttl
        self.originMarkerHeader = originMarkerHeader
        self.checks = checks
    }
}

/// What to find out about the stream.
package struct StreamProbeSpecification: Sendable, Equatable {
    /// The write that puts a record into the stream; `{{ nonce }}` in it is the sample's own value.
    package var write: Step
    package var update: Step?
    package var delete: Step?
    /// Where in the stream function's log lines the nonce shows: `$.probe`.
    package var observe: JSONPath
    /// How many writes are followed.
    package var samples: Int
    /// After this a record that was not seen counts as lost.
    package var timeout: Duration

    package init(
        write: Step, update: Step? = nil, delete: Step? = nil, observe: JSONPath, samples: Int = 100,
        timeout: Duration = .seconds(30)
    ) {
        self.write = write
        self.update = update
        self.delete = delete
        self.observe = observe
        self.samples = samples
        self.timeout = timeout
    }
}
