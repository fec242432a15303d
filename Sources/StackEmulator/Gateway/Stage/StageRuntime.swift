import EmulatedMonitoring
import EmulatorCore
import ExactJSON
import NIOCore
import NIOHTTP1
import Timekeeping

/// A deployed stage: its routes compiled, its cache, its metrics.
final class StageRuntime: Sendable {
    /// What a stage needs from the emulator around it.
    struct Surroundings: Sendable {
        var account: EmulatedAccount
        var clock: VirtualClock
        var functions: LambdaService
        var logs: LogsService
        var metrics: CloudWatchService
        var nursery: TaskNursery
        var eventLoops: any EventLoopGroup
        var switches: EmulatorSwitches
        var signatures: SignatureGate
        /// Whether a function's resource policy lets an API's method invoke it.
        var mayInvoke: @Sendable (_ function: String, _ methodARN: String) -> Bool
    }

    /// What a stage is made of; two that are equal run alike.
    struct Source: Sendable, Equatable {
        var apiID: String
        var apiName: String
        /// As the API shows it.
        var stage: JSONValue
        var deploymentID: String
        /// A stage of TestInvokeMethod: it counts in no metric.
        var isTest = false
    }

    let source: Source
    let stage: StageSettings
    let cache: StageCache
    let domainName: String
    let surroundings: Surroundings
    let responses: GatewayResponses
    let binaryMediaTypes: BinaryMediaTypes
    /// Nil for an API without a minimum compression size.
    let compression: AnswerCompression?
    let logStream: String
    private let routes: RouteTable
    /// By resource, then by HTTP method.
    private let plans: [[String: MethodPlan]]
    private let stageMetrics: GatewayMetrics?

    /// - Parameter old: the stage as it ran before, whose cache this one goes on with.
    init(_ source: Source, definition: APIDefinition, replacing old: StageRuntime?, surroundings: Surroundings) {
        self.source = source
        self.surroundings = surroundings
        let stage = StageSettings(source.stage)
        self.stage = stage
        if let old, stage.cacheClusterEnabled {
            cache = old.cache
        } else {
            cache = StageCache(capacity: surroundings.switches.stageCacheBytes)
        }
        domainName = "\(source.apiID).execute-api.\(surroundings.account.region).amazonaws.com"
        responses = GatewayResponses(settings: definition.gatewayResponses.mapValues { GatewayResponseSettings($0) })
        binaryMediaTypes = BinaryMediaTypes(definition.binaryMediaTypes)
        compression = definition.attributes["minimumCompressionSize"]?.intValue.map(AnswerCompression.init)
        logStream = Identifiers.stable("\(source.apiID)/\(stage.name)", length: 32, alphabet: "0123456789abcdef")
        stageMetrics =
            source.isTest
            ? nil
            : GatewayMetrics(api: source.apiName, stage: stage.name, method: nil, service: surroundings.metrics)
        let compiler = StageCompiler(source: source, stage: stage, definition: definition, surroundings: surroundings)
        routes = compiler.routes
        plans = compiler.plans
    }

    /// Answers a request to this stage.
    func answer(_ request: ServerRequest, path: Substring, accountThrottle: ThrottleGate?) -> ServerAnswer {
        var exchange = begin(request, path: path)
        if Self.hasLongHead(request) {
            let words = "Request Header Fields Too Large"
            return .now(refuse(GatewayRefusal(.default4XX, status: 431, message: words), exchange))
        }
        guard let match = routes.match(exchange.path),
            let plan = plans[match.resource][request.method] ?? plans[match.resource]["ANY"]
        else { return .now(refuse(GatewayRefusal(.missingAuthenticationToken), exchange)) }
        exchange.plan = plan
        exchange.pathParameters = match.parameters
        openLog(&exchange, plan)
        if let refusal = admit(plan, &exchange, accountThrottle) { return .now(refuse(refusal, exchange)) }
        if plan.isCached {
            switch lookUp(plan, &exchange) {
            case .hit(let response): return .now(finish(exchange, response))
            case .refused(let refusal): return .now(refuse(refusal, exchange))
            case .miss: break
            }
        }
        return carryOut(plan, exchange)
    }

    /// Calls the method that a test names, whatever its authorization.
    func test(_ request: ServerRequest, path: Substring, resource: String, verb: String) -> (Exchange, ServerAnswer)? {
        guard let plan = plans.lazy.compactMap({ $0[verb] }).first(where: { $0.resourceID == resource }) else {
            return nil
        }
        var exchange = begin(request, path: path)
        exchange.plan = plan
        exchange.pathParameters = routes.match(exchange.path)?.parameters ?? []
        openLog(&exchange, plan)
        if let refusal = plan.validation.refusal(request, pathParameters: exchange.pathParameters) {
            return (exchange, .now(refuse(refusal, exchange)))
        }
        return (exchange, carryOut(plan, exchange))
    }

    private func begin(_ request: ServerRequest, path: Substring) -> Exchange {
        var exchange = Exchange(request: request, path: path.isEmpty ? "/" : path, started: surroundings.clock.now)
        // A trace that the caller has begun goes on.
        if let sent = request.headers.first(name: "X-Amzn-Trace-Id"), sent.hasPrefix("Root=1-"), sent.utf8.count <= 256
        {
            exchange.trace = sent
        } else {
            exchange.trace = "Root=" + Identifiers.traceRoot(seconds: exchange.started.wholeSecondsSinceEpoch)
        }
        if stage.tracingEnabled, !exchange.trace.contains("Sampled=") {
            exchange.trace += ";Parent=\(Identifiers.hex(16));Sampled=1"
        }
        return exchange
    }

    /// A request body's limit (API Gateway's quotas: 10 MB).
    static let maximumBodyBytes = 10 << 20
    /// The limit of the request line and all header values together (API Gateway's quotas).
    static let maximumHeadBytes = 10_240

    private static func hasLongHead(_ request: ServerRequest) -> Bool {
        var bytes = request.method.utf8.count + request.target.utf8.count
        for (name, value) in request.headers { bytes += name.utf8.count + value.utf8.count }
        return bytes > maximumHeadBytes
    }

    /// Why a request goes no further; nil when it does.
    private func admit(
        _ plan: MethodPlan, _ exchange: inout Exchange, _ accountThrottle: ThrottleGate?
    ) -> GatewayRefusal? {
        let request = exchange.request
        if plan.throttle?.admits(at: exchange.started) == false
            || accountThrottle?.admits(at: exchange.started) == false
        {
            return GatewayRefusal(.throttled)
        }
        if request.isBodyTooLong || request.body.count > Self.maximumBodyBytes {
            return GatewayRefusal(.requestTooLarge)
        }
        if plan.needsSignature {
            switch surroundings.signatures.check(request, service: "execute-api") {
            case .valid(let credentials): exchange.accessKey = credentials.accessKeyID
            case .unsigned: return GatewayRefusal(.missingAuthenticationToken)
            case .refused(let fault): return fault.gatewayRefusal
            }
        }
        if plan.needsAPIKey { return GatewayRefusal(.invalidAPIKey) }
        return plan.validation.refusal(request, pathParameters: exchange.pathParameters)
    }

    private func carryOut(_ plan: MethodPlan, _ exchange: Exchange) -> ServerAnswer {
        switch plan.integration {
        case .mock(let mock): return .now(answer(mock, plan, exchange))
        case .proxy(let function, let limit):
            guard isPermitted(function, plan) else { return .now(refuseForbiddenFunction(exchange)) }
            return .soon { await self.proxy(exchange, plan, function, limit) }
        case .function(let function, let mapping, let limit):
            guard isPermitted(function, plan) else { return .now(refuseForbiddenFunction(exchange)) }
            return .soon { await self.integrate(exchange, plan, function, mapping, limit) }
        case .none(let why):
            var exchange = exchange
            exchange.log?.error("Execution failed due to configuration error: \(why)")
            let refusal = GatewayRefusal(
                .apiConfigurationError, message: why + ".", errorType: "NotImplementedException")
            return .now(refuse(refusal, exchange))
        }
    }

    private func isPermitted(_ function: String, _ plan: MethodPlan) -> Bool {
        surroundings.mayInvoke(function, plan.arn)
    }

    /// No permission of the function names this method.
    private func refuseForbiddenFunction(_ exchange: Exchange) -> ServerResponse {
        var exchange = exchange
        exchange.log?.error(
            "Execution failed due to configuration error: Invalid permissions on Lambda function")
        return refuse(GatewayRefusal(.apiConfigurationError), exchange)
    }

    // MARK: The cache

    private enum LookUp {
        case hit(ServerResponse)
        case miss
        case refused(GatewayRefusal)
    }

    private func lookUp(_ plan: MethodPlan, _ exchange: inout Exchange) -> LookUp {
        var key = plan.keyStart
        for parameter in plan.keyParameters {
            parameter.append(to: &key, request: exchange.request, pathParameters: exchange.pathParameters)
        }
        exchange.cacheKey = key
        exchange.cacheUse = .miss
        if Self.asksForFreshAnswer(exchange.request) {
            if mayInvalidate(plan, exchange) { return .miss }
            switch plan.settings.cacheControlStrategy {
            case .fail:
                exchange.cacheUse = .none
                return .refused(GatewayRefusal(.accessDenied))
            case .warn: exchange.warnsOfCacheControl = true
            case .ignore: break
            }
        }
        guard let hit = cache.response(key, at: exchange.started) else { return .miss }
        exchange.cacheUse = .hit
        return .hit(hit)
    }

    /// Whether a caller may have the entry replaced: the account itself may, so whoever signs rightly.
    private func mayInvalidate(_ plan: MethodPlan, _ exchange: Exchange) -> Bool {
        guard surroundings.switches.cacheInvalidationNeedsPermission, plan.settings.needsAuthorizationForCacheControl,
            exchange.accessKey == nil
        else { return true }
        if case .valid = surroundings.signatures.check(exchange.request, service: "execute-api") { return true }
        return false
    }

    func store(_ response: ServerResponse, _ exchange: Exchange) {
        guard let key = exchange.cacheKey, let plan = exchange.plan,
            response.status < 400 || surroundings.switches.cachesErrorAnswers
        else { return }
        cache.store(response, key: key, at: surroundings.clock.now, ttlSeconds: plan.settings.cacheTTLSeconds)
    }

    private static func asksForFreshAnswer(_ request: ServerRequest) -> Bool {
        guard let value = request.headers.first(name: "Cache-Control") else { return false }
        return value.split(separator: ",").contains { $0.trimmingBlanks == "max-age=0" }
    }

    // MARK: Answers

    /// Makes an answer of the gateway's own and accounts for it.
    func refuse(
        _ refusal: GatewayRefusal, _ exchange: Exchange, _ integration: IntegrationRecord = IntegrationRecord()
    ) -> ServerResponse {
        let switches = surroundings.switches
        let response = responses.response(
            refusal, switches: switches, accepted: exchange.request.headers.first(name: "Accept")
        ) {
            ValueMapping.Sources(
                request: exchange.request, pathParameters: exchange.pathParameters,
                context: context(of: exchange, refusal: refusal), stageVariables: stage.variables)
        }
        return finish(exchange, response, integration, refusal: refusal)
    }

    /// Accounts for a request and completes its answer.
    func finish(
        _ exchange: Exchange, _ response: ServerResponse, _ integration: IntegrationRecord = IntegrationRecord(),
        refusal: GatewayRefusal? = nil
    ) -> ServerResponse {
        let latency = ContinuousClock.now - exchange.startedInstant
        (exchange.plan.map(\.metrics) ?? stageMetrics)?.record(
            status: response.status, latency: latency, integration: integration.latency, cache: exchange.cacheUse,
            at: exchange.started)
        if let accessLog = stage.accessLog {
            let record = record(of: exchange, response, integration, latency: latency, refusal: refusal)
            write([accessLog.format.line(record)], group: accessLog.group, at: exchange.started)
        }
        if exchange.log != nil { closeLog(exchange, response, refusal) }
        var response = response
        if let compression {
            let accepted = exchange.request.headers.first(name: "Accept-Encoding")
            response = compression.applied(to: response, accepted: accepted)
        }
        response.headers.add(name: "x-amzn-RequestId", value: exchange.requestID)
        response.headers.add(name: "x-amz-apigw-id", value: exchange.extendedRequestID)
        response.headers.replaceOrAdd(name: "X-Amzn-Trace-Id", value: exchange.trace)
        if exchange.warnsOfCacheControl {
            response.headers.add(
                name: "Warning",
                value: "199 - \"Cache-control headers were ignored because the caller was unauthorized.\"")
        }
        return response
    }

    func write(_ lines: [String], group: String, at moment: Timestamp) {
        let timestamp = moment.millisecondsSinceEpoch
        surroundings.logs.append(
            group: group, stream: logStream, events: lines.map { LogEvent(timestamp: timestamp, message: $0) })
    }

    private func record(
        of exchange: Exchange, _ response: ServerResponse, _ integration: IntegrationRecord, latency: Duration,
        refusal: GatewayRefusal?
    ) -> AccessLogRecord {
        let isZeroOnHit = exchange.cacheUse == .hit && !surroundings.switches.integrationLatencyIsBlankOnHits
        return AccessLogRecord(
            requestID: exchange.requestID, extendedRequestID: exchange.extendedRequestID,
            accountID: surroundings.account.id, apiID: source.apiID, stage: stage.name,
            deploymentID: source.deploymentID, domainName: domainName, resourceID: exchange.plan?.resourceID,
            resourcePath: exchange.plan?.resourcePath, path: "/\(stage.name)\(exchange.path)",
            httpMethod: exchange.request.method, status: response.status, requestTime: exchange.started,
            responseLength: response.body.count, latency: latency,
            integrationLatency: isZeroOnHit ? .zero : integration.latency, functionStatus: integration.functionStatus,
            lambdaStatus: integration.lambdaStatus, integrationRequestID: integration.requestID,
            integrationError: integration.error,
            errorMessage: refusal.map { $0.message ?? $0.type.message(surroundings.switches) },
            errorResponseType: refusal?.type.rawValue, validationError: refusal?.validationError,
            sourceIP: exchange.request.peer, userAgent: exchange.request.headers.first(name: "User-Agent"),
            accessKey: exchange.accessKey, traceID: exchange.trace)
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var text = self.drop { $0 == " " }
        while text.last == " " { text = text.dropLast() }
        return text
    }
}
