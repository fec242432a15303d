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
        /// Whether a function's resource policy lets an API's method invoke it.
        var mayInvoke: @Sendable (_ function: String, _ methodARN: String) -> Bool
    }

    /// All that is known about a method before a request comes.
    struct MethodPlan: Sendable {
        var resourceID: String
        var resourcePath: String
        var httpMethod: String
        var settings: MethodSettings
        var isCached: Bool
        /// The start of each of its cache keys: namespace and method.
        var keyStart: CacheKey
        var keyParameters: [CacheKeyParameter]
        var integration: RestAPI.Integration
        var isPermitted: Bool
        var metrics: GatewayMetrics
    }

    /// A request on its way through the stage.
    struct Exchange: Sendable {
        var request: ServerRequest
        /// Without the stage, as sent.
        var path: Substring
        var plan: MethodPlan?
        var pathParameters: [(name: String, value: Substring)] = []
        var requestID = Identifiers.uuid()
        var extendedRequestID = Identifiers.hex(15) + "="
        var traceRoot: String
        var started: Timestamp
        var startedInstant = ContinuousClock.now
        var cacheKey: CacheKey?
        var cacheUse = CacheUse.none
        /// The caller asked for a fresh answer but was not allowed to.
        var warnsOfCacheControl = false
    }

    /// What the integration did.
    struct IntegrationRecord: Sendable {
        var latency: Duration?
        var functionStatus: Int?
        var lambdaStatus: Int?
        var requestID: String?
        var error: String?
    }

    let api: RestAPI
    let stage: RestAPI.Stage
    let cache: StageCache
    let domainName: String
    let surroundings: Surroundings
    let logFormat: AccessLogFormat?
    let logStream: String
    private let routes: RouteTable
    /// By resource, then by HTTP method.
    private let plans: [[String: MethodPlan]]
    private let stageMetrics: GatewayMetrics

    init(api: RestAPI, stage: RestAPI.Stage, surroundings: Surroundings) {
        self.api = api
        self.stage = stage
        self.surroundings = surroundings
        cache = StageCache(capacity: surroundings.switches.stageCacheBytes)
        domainName = "\(api.id).execute-api.\(surroundings.account.region).amazonaws.com"
        logFormat = stage.accessLog.map { AccessLogFormat($0.format) }
        logStream = Identifiers.stable("\(api.id)/\(stage.name)", length: 32, alphabet: "0123456789abcdef")
        stageMetrics = GatewayMetrics(api: api.name, stage: stage.name, method: nil, service: surroundings.metrics)
        (routes, plans) = Self.compile(api: api, stage: stage, surroundings: surroundings)
    }

    /// Answers a request to this stage.
    func answer(_ request: ServerRequest, path: Substring) -> ServerAnswer {
        var exchange = Exchange(
            request: request, path: path.isEmpty ? "/" : path, traceRoot: "", started: surroundings.clock.now)
        exchange.traceRoot = Identifiers.traceRoot(seconds: exchange.started.wholeSecondsSinceEpoch)
        guard let match = routes.match(exchange.path),
            let plan = plans[match.resource][request.method] ?? plans[match.resource]["ANY"]
        else { return .now(refuse(.missingAuthenticationToken, exchange)) }
        exchange.plan = plan
        exchange.pathParameters = match.parameters
        if request.isBodyTooLong || request.body.count > Self.maximumBodyBytes {
            return .now(refuse(.requestTooLarge, exchange))
        }
        if plan.isCached, let hit = lookUp(plan, &exchange) { return .now(finish(exchange, hit)) }
        switch plan.integration {
        case .mock(let mock):
            guard let response = mock.response(contentType: request.headers.first(name: "Content-Type")) else {
                return .now(refuse(.apiConfigurationError, exchange))
            }
            store(response, exchange)
            return .now(finish(exchange, response))
        case .function(let function):
            guard plan.isPermitted else {
                // No permission of the function names this method.
                return .now(refuse(.apiConfigurationError, exchange))
            }
            return .later { [exchange] in await self.integrate(exchange, plan, function) }
        }
    }

    /// A request body's limit (API Gateway's quotas: 10 MB).
    static let maximumBodyBytes = 10 << 20

    private func lookUp(_ plan: MethodPlan, _ exchange: inout Exchange) -> ServerResponse? {
        var key = plan.keyStart
        for parameter in plan.keyParameters {
            parameter.append(to: &key, request: exchange.request, pathParameters: exchange.pathParameters)
        }
        exchange.cacheKey = key
        exchange.cacheUse = .miss
        if Self.asksForFreshAnswer(exchange.request) {
            if !surroundings.switches.cacheInvalidationNeedsPermission { return nil }
            exchange.warnsOfCacheControl = true
        }
        guard let hit = cache.response(key, at: exchange.started) else { return nil }
        exchange.cacheUse = .hit
        return hit
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

    /// Makes an answer of the gateway's own and accounts for it.
    func refuse(
        _ type: GatewayResponseType, _ exchange: Exchange, _ integration: IntegrationRecord = IntegrationRecord()
    ) -> ServerResponse {
        finish(exchange, api.responses.response(type, switches: surroundings.switches), integration, error: type)
    }

    /// Accounts for a request and completes its answer.
    func finish(
        _ exchange: Exchange, _ response: ServerResponse, _ integration: IntegrationRecord = IntegrationRecord(),
        error: GatewayResponseType? = nil
    ) -> ServerResponse {
        let latency = ContinuousClock.now - exchange.startedInstant
        (exchange.plan?.metrics ?? stageMetrics).record(
            status: response.status, latency: latency, integration: integration.latency, cache: exchange.cacheUse,
            at: exchange.started)
        if let logFormat, let accessLog = stage.accessLog {
            let record = record(of: exchange, response, integration, latency: latency, error: error)
            surroundings.logs.append(
                group: accessLog.group, stream: logStream,
                events: [
                    LogEvent(timestamp: exchange.started.millisecondsSinceEpoch, message: logFormat.line(record))
                ])
        }
        var response = response
        response.headers.add(name: "x-amzn-RequestId", value: exchange.requestID)
        response.headers.add(name: "x-amz-apigw-id", value: exchange.extendedRequestID)
        response.headers.replaceOrAdd(name: "X-Amzn-Trace-Id", value: "Root=\(exchange.traceRoot)")
        if exchange.warnsOfCacheControl {
            response.headers.add(name: "Warning", value: "199 - \"Cache-Control ignored: not authorized\"")
        }
        return response
    }

    private func record(
        of exchange: Exchange, _ response: ServerResponse, _ integration: IntegrationRecord, latency: Duration,
        error: GatewayResponseType?
    ) -> AccessLogRecord {
        let isZeroOnHit = exchange.cacheUse == .hit && !surroundings.switches.integrationLatencyIsBlankOnHits
        return AccessLogRecord(
            requestID: exchange.requestID, extendedRequestID: exchange.extendedRequestID,
            accountID: surroundings.account.id, apiID: api.id, stage: stage.name, deploymentID: stage.deploymentID,
            domainName: domainName, resourceID: exchange.plan?.resourceID, resourcePath: exchange.plan?.resourcePath,
            path: "/\(stage.name)\(exchange.path)", httpMethod: exchange.request.method, status: response.status,
            requestTime: exchange.started, responseLength: response.body.count, latency: latency,
            integrationLatency: isZeroOnHit ? .zero : integration.latency, functionStatus: integration.functionStatus,
            lambdaStatus: integration.lambdaStatus, integrationRequestID: integration.requestID,
            integrationError: integration.error, errorMessage: error?.message(surroundings.switches),
            errorResponseType: error?.rawValue,
            sourceIP: exchange.request.peer, userAgent: exchange.request.headers.first(name: "User-Agent"),
            traceID: "Root=\(exchange.traceRoot)")
    }

    private static func compile(
        api: RestAPI, stage: RestAPI.Stage, surroundings: Surroundings
    ) -> (RouteTable, [[String: MethodPlan]]) {
        var routes = RouteTable()
        for (index, resource) in api.resources.enumerated() { routes.add(resource.path, resource: index) }
        var plans: [[String: MethodPlan]] = Array(repeating: [:], count: api.resources.count)
        var namespaces: [String: Int] = [:]
        for method in api.methods {
            let resource = api.resources[method.resource]
            let settings = stage.settings.settings(path: resource.path, method: method.httpMethod)
            let namespace = "\(api.cacheNamespace(of: method)) \(method.httpMethod)"
            let number = namespaces[namespace] ?? namespaces.count
            namespaces[namespace] = number
            let metrics = GatewayMetrics(
                api: api.name, stage: stage.name,
                method: settings.metricsEnabled ? (method.httpMethod, resource.path) : nil,
                service: surroundings.metrics)
            var isPermitted = true
            if case .function(let function) = method.integration {
                let arn = surroundings.account.arn(
                    "execute-api", "\(api.id)/\(stage.name)/\(method.httpMethod)\(resource.path)")
                isPermitted = surroundings.mayInvoke(function, arn)
            }
            plans[method.resource][method.httpMethod] = MethodPlan(
                resourceID: resource.id, resourcePath: resource.path, httpMethod: method.httpMethod, settings: settings,
                isCached: stage.cacheClusterEnabled
                    && stage.settings.cachesAnswers(path: resource.path, method: method.httpMethod),
                keyStart: CacheKey(method: number),
                keyParameters: api.cacheKeyParameters(of: method).compactMap { CacheKeyParameter($0) },
                integration: method.integration, isPermitted: isPermitted, metrics: metrics)
        }
        return (routes, plans)
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        var text = self.drop { $0 == " " }
        while text.last == " " { text = text.dropLast() }
        return text
    }
}
