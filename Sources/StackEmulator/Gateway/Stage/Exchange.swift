import EmulatorCore
import ExactJSON
import Timekeeping

/// A request on its way through a stage.
struct Exchange: Sendable {
    var request: ServerRequest
    /// Without the stage, as sent.
    var path: Substring
    var plan: MethodPlan?
    var pathParameters: [(name: String, value: Substring)] = []
    var requestID = Identifiers.uuid()
    var extendedRequestID = Identifiers.extendedRequestID()
    /// The value of X-Amzn-Trace-Id: `Root=1-...`, with what the caller or the stage adds.
    var trace = ""
    var started: Timestamp
    var startedInstant = ContinuousClock.now
    var cacheKey: CacheKey?
    var cacheUse = CacheUse.none
    /// The caller asked for a fresh answer but was not allowed to.
    var warnsOfCacheControl = false
    /// Who signed the request, where the method asks for a signature.
    var accessKey: String?
    var log: ExecutionLog?
}

/// What the integration did.
struct IntegrationRecord: Sendable {
    var latency: Duration?
    var functionStatus: Int?
    var lambdaStatus: Int?
    var requestID: String?
    var error: String?
}
