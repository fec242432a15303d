/// Facts about AWS that are not documented or not verified, each named and settable, and the emulator's own limits.
package struct EmulatorSwitches: Sendable, Equatable {
    /// Whether answers of an integration with a status of 400 and more go into the stage cache.
    package var cachesErrorAnswers = true
    /// Whether `Cache-Control: max-age=0` needs the permission execute-api:InvalidateCache; without a signed request it is
    /// then not obeyed, and the answer carries a warning.
    package var cacheInvalidationNeedsPermission = true
    /// Whether an access log's integrationLatency is blank when the answer came from the cache; otherwise it is 0.
    package var integrationLatencyIsBlankOnHits = true
    /// The status of the gateway's answer when Lambda refused to invoke the function: throttled, not permitted, key disabled.
    package var refusedInvocationStatus = 500
    /// The words of a 504.
    package var integrationTimeoutMessage = "Endpoint request timed out"
    /// The words of a 429.
    package var throttledMessage = "Too Many Requests"
    /// The words of a 413.
    package var requestTooLongMessage = "Request Too Long"
    /// How many periods beyond its EvaluationPeriods an alarm looks at (AWS shows 5 for 3, and gives no rule).
    package var evaluationRangeExtraPeriods = 2
    /// What all APIs of the account may take together (API Gateway: 10,000 requests a second, 5,000 at once); nil for no limit.
    package var accountThrottle: ThrottleLimit? = ThrottleLimit(rate: 10_000, burst: 5_000)
    /// How long after a failed batch its first retry comes; the delay doubles with each failure.
    package var firstRetryDelay: Duration = .seconds(1)
    /// The longest delay between two tries of a batch.
    package var longestRetryDelay: Duration = .seconds(60)
    /// How long an execution environment stays idle before it is ended, on the emulator's clock.
    package var environmentIdleLifetime: Duration = .seconds(900)
    /// How long a runtime may take to start (Lambda: 10 seconds).
    package var initializationLimit: Duration = .seconds(10)
    /// How long the gateway waits for an integration (API Gateway: 29 seconds).
    package var integrationTimeout: Duration = .seconds(29)
    /// How many invocations an account may run at once (Lambda's quotas: 1,000, which AWS raises on request).
    package var accountConcurrency = 1000
    /// How many environments of a function may work at once, each being a process; more requests are throttled as if the
    /// account's limit were reached.
    package var concurrencyPerFunction = 128
    /// An asynchronous invocation's payload limit (Lambda's quotas: 1 MB, 256 KB before October 2025).
    package var maximumEventPayloadBytes = 1 << 20
    /// How many bytes the stage cache holds at most, whatever the cluster's size.
    package var stageCacheBytes = 128 << 20

    package init() {}
}
